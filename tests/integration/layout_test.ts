import { Buffer } from "node:buffer";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { connect } from "amqplib";
import { LayoutError } from "../../src/broker/layout_error.ts";
import { REGISTER } from "../../src/broker/register.ts";
import { checkpointText } from "../../src/broker/checkpoint_text.ts";
import type { Layout } from "../../src/domain/layout.ts";
import { layoutFromText, layoutText } from "../../src/broker/layout_text.ts";
import { queuesOf, type Shard, shardsOf } from "../../src/domain/shard.ts";
import { RabbitMq } from "../support/rabbitmq.ts";
import { TcpProxy } from "../support/tcp_proxy.ts";
import { onBroker } from "./broker_feed.ts";
import { depth, eventOf, newPrefix, WatchedStore } from "./store_watched.ts";

const START = Date.UTC(2025, 0, 2);
const at = (seconds: number) => START + seconds * 1000;
const text = (seconds: number) => new Date(at(seconds)).toISOString();

let rabbit: RabbitMq;
Deno.test.beforeAll(async () => {
  rabbit = await RabbitMq.start();
});
Deno.test.afterAll(() => rabbit[Symbol.asyncDispose]());

function shard(index: number, count: number): Shard {
  return { index, count };
}

/** A shard's store, once it has agreed with the others. */
async function opened(prefix: string, shard: Shard): Promise<WatchedStore> {
  const watched = new WatchedStore(rabbit.url(), { prefix, shard });
  await watched.ready();
  return watched;
}

/** Runs the shards of a number, each of which leaves a checkpoint, `null` for none. */
async function run(prefix: string, checkpoints: readonly (number | null)[]): Promise<void> {
  for (const [n, seconds] of checkpoints.entries()) {
    await using watched = await opened(prefix, shard(n + 1, checkpoints.length));
    if (seconds === null) continue;
    await watched.checkpoint.write({ at: at(seconds), writtenAt: at(seconds) });
  }
}

/** Why a shard is refused. */
async function refusal(prefix: string, shard: Shard): Promise<string> {
  await using watched = new WatchedStore(rabbit.url(), { prefix, shard });
  const error = await assertRejects(() => watched.ready(), LayoutError);
  assertEquals(watched.lines, [`refused: ${error.message}`]);
  return error.message;
}

/** What is in the register, oldest first. */
function layouts(prefix: string): Promise<Layout[]> {
  return onBroker(rabbit.url(), async (channel) => {
    const found: Layout[] = [];
    for (;;) {
      const message = await channel.get(`${prefix}.layout`);
      if (message === false) break;
      found.push(layoutFromText(message.content.toString()));
    }
    channel.nackAll();
    return found;
  });
}

/** Puts a text into a queue that may not be there yet. */
function put(queue: string, text: string, options = {}): Promise<void> {
  return onBroker(rabbit.url(), async (channel) => {
    await channel.assertQueue(queue, options);
    channel.sendToQueue(queue, Buffer.from(text));
  });
}

/** Consumes from a queue, as an instance that runs does. */
async function consumer(queue: string): Promise<AsyncDisposable> {
  const model = await connect(rabbit.url(), { noDelay: true });
  const channel = await model.createChannel();
  await channel.assertQueue(queue);
  await channel.consume(queue, () => {});
  let isOpen = true;
  return {
    async [Symbol.asyncDispose]() {
      if (isOpen) await model.close();
      isOpen = false;
    },
  };
}

/** The names of the queues that begin so, without what they begin with. */
async function queues(prefix: string): Promise<string[]> {
  const names = (await rabbit.ctl("list_queues", "name")).split("\n");
  return names.filter((it) => it.startsWith(prefix)).map((it) => it.slice(prefix.length))
    .toSorted();
}

Deno.test("Shards that start for the first time, all at once, write one layout and begin now", async () => {
  const prefix = newPrefix();
  const shards = await Promise.all(shardsOf(6).map((shard) => opened(prefix, shard)));
  try {
    for (const { lines, checkpoint } of shards) {
      assertEquals(await checkpoint.read(), null);
      assertEquals(lines.filter((line) => !line.startsWith("up")), []);
    }
    // A reader that holds the message while it is written once more leaves two for a moment: the same.
    const texts = new Set((await layouts(prefix)).map(layoutText));
    assertEquals([...texts].map(layoutFromText), [
      { shards: 6, generation: 0, before: null, since: null },
    ]);
  } finally {
    for (const watched of shards) await watched[Symbol.asyncDispose]();
  }
});

Deno.test("One instance alone goes on from the checkpoint of an older version", async () => {
  const prefix = newPrefix();
  const older = checkpointText({ at: at(1), writtenAt: at(2), generation: 0 })
    .replace(',"generation":0', "");
  await put(`${prefix}.checkpoint`, older, { maxLength: 1 });
  for (const _ of ["first", "second"]) {
    await using watched = await opened(prefix, shard(1, 1));
    assertEquals(await watched.checkpoint.read(), { at: at(1), writtenAt: at(2) });
    assertEquals(watched.told("warning"), []);
  }
  assertEquals(await layouts(prefix), [{ shards: 1, generation: 0, before: null, since: null }]);
});

Deno.test("Four shards take over from an instance of an older version", async () => {
  const prefix = newPrefix();
  await put(
    `${prefix}.checkpoint`,
    checkpointText({ at: at(1), writtenAt: at(2), generation: 0 }),
    { maxLength: 1 },
  );
  await put(prefix, "a message about a rule");
  await using running = await consumer(prefix);
  assertEquals(
    await refusal(prefix, shard(2, 4)),
    `Cannot run as shard 2/4: the single instance of before still runs (${prefix} is consumed). ` +
      "Stop the single instance of before first, or set ATTUNE_SHARD=1/1",
  );
  await running[Symbol.asyncDispose]();
  await using watched = await opened(prefix, shard(2, 4));
  assertEquals(watched.told("warning"), [
    "warning: The rules were shared among 1 instance before, and are among 4 from now on: " +
    `what fell due since ${text(1)} is made up for`,
  ]);
  assertEquals(await watched.checkpoint.read(), { at: at(1), writtenAt: at(1) });
  assertEquals(await queues(prefix), [
    ...[".2-4.checkpoint", ".2-4.dead", ".2-4.outbox"],
    ...[".checkpoint", ".layout"],
  ]);
  assertEquals(await layouts(prefix), [{ shards: 4, generation: 1, before: 1, since: at(1) }]);
});

Deno.test("Two shards go on where the slowest of the four before them was, and then where they were", async () => {
  const prefix = newPrefix();
  await run(prefix, [40, 30, 20, 50]);
  for (const { rules } of shardsOf(4).map((shard) => queuesOf(prefix, shard))) {
    await put(rules, "a message about a rule");
  }
  await using first = await opened(prefix, shard(1, 2));
  await using second = await opened(prefix, shard(2, 2));
  for (const watched of [first, second]) {
    assertEquals(await watched.checkpoint.read(), { at: at(20), writtenAt: at(20) });
  }
  assertEquals(first.told("warning"), [
    "warning: The rules were shared among 4 instances before, and are among 2 from now on: " +
    `what fell due since ${text(20)} is made up for`,
  ]);
  assertEquals(second.told("warning"), []);
  assertEquals(await layouts(prefix), [{ shards: 2, generation: 1, before: 4, since: at(20) }]);
  const left = (await queues(prefix)).filter((name) => /^\.\d-4/.test(name));
  assertEquals(left, [1, 2, 3, 4].flatMap((n) => [`.${n}-4.checkpoint`, `.${n}-4.dead`]));
  const own = { at: at(60), writtenAt: at(61) };
  await second.checkpoint.write(own);
  await second[Symbol.asyncDispose]();
  await using again = await opened(prefix, shard(2, 2));
  assertEquals(await again.checkpoint.read(), own);
  assertEquals(again.told("warning"), []);
});

Deno.test("A number that was wrong for a while loses nothing when it is put right", async () => {
  const prefix = newPrefix();
  await run(prefix, [40, 30, 20, 50]);
  // One of two ran, and got on; what is the other's was nobody's all the while.
  await run(prefix, [90, null]);
  await using watched = await opened(prefix, shard(1, 4));
  assertEquals(await watched.checkpoint.read(), { at: at(20), writtenAt: at(20) });
  assertEquals(await layouts(prefix), [{ shards: 4, generation: 2, before: 2, since: at(20) }]);
});

Deno.test("A number that comes back does not bring its old checkpoints back", async () => {
  const prefix = newPrefix();
  await run(prefix, [40, 30]);
  await run(prefix, [60, 70, 80]);
  await using watched = await opened(prefix, shard(2, 2));
  assertEquals(await watched.checkpoint.read(), { at: at(60), writtenAt: at(60) });
});

Deno.test("A layout that was lost costs no checkpoint", async () => {
  const prefix = newPrefix();
  await run(prefix, [10]);
  await run(prefix, [20, 30]);
  await onBroker(rabbit.url(), async (channel) => {
    await channel.deleteQueue(`${prefix}.layout`);
    await channel.deleteQueue(`${prefix}.checkpoint`);
  });
  await using watched = await opened(prefix, shard(2, 2));
  assertEquals(await watched.checkpoint.read(), { at: at(30), writtenAt: at(30) });
});

Deno.test("Another number is refused while shards of before run or have events to deliver", async () => {
  const prefix = newPrefix();
  await run(prefix, [10, 10, 10, 10]);
  const [first, second, third] = shardsOf(4).map((shard) => queuesOf(prefix, shard));
  assert(first && second && third);
  await using watched = await opened(prefix, shard(2, 4));
  await using rules = await consumer(first.rules);
  await using lease = await consumer(third.instances);
  assertEquals(
    await refusal(prefix, shard(3, 8)),
    `Cannot run as shard 3/8: 2 of the 4 shards of before still run (${first.rules} and ` +
      `${third.instances} are consumed). Stop the 4 shards of before first, or set ATTUNE_SHARD=i/4`,
  );
  await watched.until("up");
  await watched.outbox.put(eventOf(1));
  await watched.outbox.put(eventOf(2));
  await watched[Symbol.asyncDispose]();
  await lease[Symbol.asyncDispose]();
  assertEquals(
    await refusal(prefix, shard(1, 1)),
    `Cannot run as shard 1/1: 1 of the 4 shards of before still runs (${first.rules} is consumed). ` +
      "Stop the 4 shards of before first, or set ATTUNE_SHARD=i/4. Besides, events of before are " +
      `still to be delivered (${second.outbox}: 2). Start the 4 shards once more until ` +
      `${second.outbox} is empty`,
  );
  await rules[Symbol.asyncDispose]();
  assertEquals(
    await refusal(prefix, shard(1, 2)),
    "Cannot run as shard 1/2: events of before are still to be delivered " +
      `(${second.outbox}: 2). Start the 4 shards once more until ${second.outbox} is empty`,
  );
  assertEquals((await layouts(prefix)).map((it) => it.shards), [4]);
  assertEquals(await depth(rabbit.url(), second.outbox), 2);
});

Deno.test("Of two numbers that start at once one is refused before it fires", async () => {
  const prefix = newPrefix();
  await using early = await opened(prefix, shard(1, 4));
  // The one cannot be seen to run yet.
  await using late = await opened(prefix, shard(2, 8));
  await using _early = await consumer(queuesOf(prefix, shard(1, 4)).rules);
  await using _late = await consumer(queuesOf(prefix, shard(2, 8)).rules);
  const error = await assertRejects(() => early.checkpoint.read(), LayoutError);
  assertEquals(
    error.message,
    "Cannot go on as shard 1/4: the rules have been shared anew, among 8 instances " +
      "(generation 1). Stop those whose ATTUNE_SHARD is wrong, and start the others again",
  );
  assertEquals(early.told("refused"), [`refused: ${error.message}`]);
  assertEquals(await late.checkpoint.read(), null);
  assertEquals(late.told("refused"), []);
});

Deno.test("A shard that was away when the rules were shared anew ends when it comes back", async () => {
  const prefix = newPrefix();
  await using proxy = await TcpProxy.start(rabbit.port);
  await using watched = new WatchedStore(rabbit.url(proxy.port), { prefix, shard: shard(1, 4) });
  await watched.until("up");
  await onBroker(rabbit.url(), async (channel) => {
    const old = await channel.get(`${prefix}.layout`);
    assert(old);
    const text = layoutText({ shards: 4, generation: 2, before: 2, since: at(1) });
    channel.sendToQueue(`${prefix}.layout`, Buffer.from(text));
    await channel.waitForConfirms();
    channel.ack(old);
  });
  await proxy.reset();
  const line = await watched.until("refused");
  assert(line.startsWith("refused: Cannot go on as shard 1/4: the rules have been shared anew"));
  await proxy.reset();
  assertEquals(proxy.accepted, 2);
});

Deno.test("A layout that is deleted is written again at the next connection", async () => {
  const prefix = newPrefix();
  await run(prefix, [10]);
  await run(prefix, [20, 30]);
  await using proxy = await TcpProxy.start(rabbit.port);
  await using watched = new WatchedStore(rabbit.url(proxy.port), { prefix, shard: shard(1, 2) });
  await watched.until("up");
  await onBroker(rabbit.url(), (channel) => channel.deleteQueue(`${prefix}.layout`));
  await proxy.reset();
  await watched.until("up", 2);
  assertEquals((await watched.checkpoint.read())?.at, at(20));
  assertEquals(await layouts(prefix), [{ shards: 2, generation: 1, before: 1, since: at(10) }]);
});

Deno.test("A change that was cut short between its two steps counts", async () => {
  const prefix = newPrefix();
  await onBroker(rabbit.url(), async (channel) => {
    await channel.assertQueue(`${prefix}.layout`, REGISTER);
    const put = (layout: Layout) =>
      channel.sendToQueue(`${prefix}.layout`, Buffer.from(layoutText(layout)));
    put({ shards: 4, generation: 1, before: 1, since: at(1) });
    await channel.waitForConfirms();
    assert(await channel.get(`${prefix}.layout`));
    put({ shards: 2, generation: 2, before: 4, since: at(2) });
    await channel.waitForConfirms();
  });
  assertEquals(await depth(rabbit.url(), `${prefix}.layout`), 2);
  await using watched = await opened(prefix, shard(1, 2));
  assertEquals((await watched.checkpoint.read())?.at, at(2));
  assertEquals(watched.told("warning"), []);
});

Deno.test("Another sensor that fires the same rules is warned of once, unless both stand by for each other", async () => {
  const prefix = newPrefix();
  const { rules, instances } = queuesOf(prefix, shard(1, 2));
  await run(prefix, [1, 1]);
  const twin = (queue: string) => [
    `warning: Another sensor consumes queue '${queue}': both fire everything; ` +
    "set ATTUNE_HA=true for both, or end one of them",
  ];
  const warnings = async (ha: boolean) => {
    await using watched = new WatchedStore(rabbit.url(), { prefix, shard: shard(1, 2), ha });
    await watched.ready();
    const [first] = await Promise.all([watched.checkpoint.read(), watched.checkpoint.read()]);
    assertEquals(first?.at, at(1));
    return watched.told("warning");
  };
  await using own = await consumer(rules);
  assertEquals(await warnings(false), []);
  assertEquals(await warnings(true), twin(rules));
  await using other = await consumer(rules);
  assertEquals(await warnings(false), twin(rules));
  await other[Symbol.asyncDispose]();
  await using _instance = await consumer(instances);
  assertEquals(await warnings(false), twin(instances));
  await own[Symbol.asyncDispose]();
  assertEquals(await warnings(true), []);
});

Deno.test("A layout that makes no sense is left alone, with a warning", async () => {
  const prefix = newPrefix();
  await put(`${prefix}.layout`, '{"version":2}', REGISTER);
  await using watched = await opened(prefix, shard(1, 2));
  assertEquals(await watched.checkpoint.read(), null);
  const [warning, ...others] = watched.told("warning");
  assert(
    warning?.startsWith(
      `warning: Cannot use queue '${prefix}.layout', going on as shard 1/2: version: `,
    ),
    warning,
  );
  assertEquals(others.map((it) => it.split(" in queue")[0]), ["warning: There is no checkpoint"]);
  assertEquals(await depth(rabbit.url(), `${prefix}.layout`), 1);
});

Deno.test("A user who may not read or write the layout goes on without, with a warning", async () => {
  for (const [user, write, read] of [["reader", "^$", ".*"], ["writer", ".*", "checkpoint$"]]) {
    const prefix = newPrefix();
    await rabbit.ctl("add_user", user ?? "", "secret");
    await rabbit.ctl("set_permissions", user ?? "", ".*", write ?? "", read ?? "");
    const url = `amqp://${user}:secret@127.0.0.1:${rabbit.port}`;
    await using watched = new WatchedStore(url, { prefix, shard: shard(1, 2) });
    await watched.ready();
    assertEquals(await watched.checkpoint.read(), null);
    const what = user === "reader" ? "exchange 'amq.default'" : `queue '${prefix}.layout'`;
    assertEquals(watched.told("warning"), [
      `warning: Cannot use queue '${prefix}.layout', going on as shard 1/2: ACCESS_REFUSED - ` +
      `access to ${what} in vhost '/' refused for user '${user}'`,
    ]);
  }
});

Deno.test("A broker that is short of memory keeps no shard from starting", async () => {
  const prefix = newPrefix();
  await rabbit.ctl("set_vm_memory_high_watermark", "0");
  await using watched = await opened(prefix, shard(1, 2));
  await rabbit.ctl("set_vm_memory_high_watermark", "0.4");
  assertEquals(watched.lines.slice(0, 2), [
    `lost silent: RabbitMQ did not confirm a message to '${prefix}.layout'`,
    `warning: Cannot use queue '${prefix}.layout', going on as shard 1/2: RabbitMQ does not ` +
    "confirm what is written to it",
  ]);
  assertEquals(await watched.checkpoint.read(), null);
});
