import { Buffer } from "node:buffer";
import { assert, assertEquals, assertFalse, assertRejects } from "@std/assert";
import { BrokerError } from "../../src/broker/fault.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { RabbitMq } from "../support/rabbitmq.ts";
import { TcpProxy } from "../support/tcp_proxy.ts";
import { onBroker } from "./broker_feed.ts";
import { depth, eventOf, openWatched, prepared, WatchedStore } from "./store_watched.ts";

const CHECKPOINT = { at: Date.UTC(2025, 0, 2), writtenAt: Date.UTC(2025, 0, 3) };

let rabbit: RabbitMq;
Deno.test.beforeAll(async () => {
  rabbit = await RabbitMq.start();
});
Deno.test.afterAll(() => rabbit[Symbol.asyncDispose]());

/** The rows of one of `rabbitmqctl`'s lists that have a text in them. */
async function rows(having: string, ...list: string[]): Promise<string[]> {
  const text = await rabbit.ctl(...list);
  return text.split("\n").filter((row) => row.includes(having)).toSorted();
}

/** The address for a user of a test's own, by what it may configure, write and read. */
async function urlFor(
  user: string,
  permissions: readonly [configure: string, write: string, read: string],
  port: number = rabbit.port,
): Promise<string> {
  await rabbit.ctl("add_user", user, "secret");
  await rabbit.ctl("set_permissions", user, ...permissions);
  return `amqp://${user}:secret@127.0.0.1:${port}`;
}

function refused(queue: string, user: string): string {
  return `ACCESS_REFUSED - access to queue '${queue}' in vhost '/' refused for user '${user}'`;
}

Deno.test("The store has four durable queues, on one connection with its name", async () => {
  await using watched = new WatchedStore(rabbit.url());
  await watched.ready();
  const { prefix } = watched;
  await watched.outbox.put(eventOf(1));
  assertEquals(
    await rows(prefix, "list_queues", "name", "durable", "arguments", "messages"),
    [
      `${prefix}.checkpoint\ttrue\t[{"x-max-length",1},{"x-queue-type","classic"}]\t0`,
      `${prefix}.dead\ttrue\t[{"x-max-length",10000},{"x-queue-type","classic"}]\t0`,
      `${prefix}.layout\ttrue\t[{"x-max-length",1},{"x-overflow","reject-publish"},` +
      `{"x-queue-type","classic"}]\t1`,
      `${prefix}.outbox\ttrue\t[{"x-overflow","reject-publish"},{"x-queue-type","classic"}]\t1`,
    ],
  );
  const connections = await rows(prefix, "list_connections", "timeout", "client_properties");
  assertEquals(connections.length, 1);
  assert(connections[0]?.startsWith("5\t"));
  assert(connections[0]?.includes(`"attune-core-timer-sensor (${prefix}.outbox)"`));
});

Deno.test("Queues made otherwise are used as found, with one warning each for all connections", async () => {
  const prefix = await prepared(rabbit.url(), {
    outbox: {},
    dead: { maxLength: 5 },
    checkpoint: { maxLength: 1, arguments: { "x-message-ttl": 3_600_000 } },
  });
  await using proxy = await TcpProxy.start(rabbit.port);
  await using watched = await openWatched(rabbit.url(proxy.port), { prefix });
  for (const round of [1, 2]) {
    await proxy.reset();
    await watched.until("up", round + 1);
  }
  await watched.outbox.put(eventOf(1));
  await watched.outbox.bury(eventOf(2), "why");
  await watched.checkpoint.write(CHECKPOINT);
  assertEquals(await watched.checkpoint.read(), CHECKPOINT);
  const inequivalent = (name: string, argument: string, is: string) =>
    `warning: Using queue '${prefix}.${name}' as found: PRECONDITION_FAILED - inequivalent arg ` +
    `'${argument}' for queue '${prefix}.${name}' in vhost '/': received ${is}`;
  assertEquals(watched.told("warning"), [
    inequivalent(
      "checkpoint",
      "x-message-ttl",
      "none but current is the value '3600000' of type 'signedint'",
    ),
    inequivalent(
      "outbox",
      "x-overflow",
      "the value 'reject-publish' of type 'longstr' but current is none",
    ),
    inequivalent("dead", "x-max-length", "'10000' but current is '5'"),
  ]);
});

Deno.test("A user who may make no queues uses those that are there", async () => {
  const prefix = await prepared(rabbit.url());
  const url = await urlFor("guest1", ["^$", ".*", ".*"]);
  await using watched = await openWatched(url, { prefix });
  await watched.outbox.put(eventOf(1));
  watched.outbox.handOut();
  const [parcel] = await watched.handedOut(1);
  assertEquals(parcel?.event, eventOf(1));
  await watched.checkpoint.write(CHECKPOINT);
  assertEquals(await watched.checkpoint.read(), CHECKPOINT);
  assertEquals(
    watched.told("warning"),
    ["layout", "checkpoint", "outbox", "dead"].map((name) =>
      `warning: Using queue '${prefix}.${name}' as found: ${refused(`${prefix}.${name}`, "guest1")}`
    ),
  );
});

Deno.test("A user who may make no queues has no store where they are missing, and no loop", async () => {
  await using proxy = await TcpProxy.start(rabbit.port);
  const url = await urlFor("guest2", ["^$", ".*", ".*"], proxy.port);
  await using watched = new WatchedStore(url);
  await watched.ready();
  watched.outbox.handOut();
  assertFalse(watched.outbox.isUp || watched.checkpoint.isUp);
  const operations = [
    () => watched.outbox.put(eventOf(1)),
    () => watched.outbox.bury(eventOf(1), "why"),
    () => watched.checkpoint.write(CHECKPOINT),
  ];
  for (const operation of operations) await assertRejects(operation, BrokerError, "out of reach");
  assertEquals(await watched.checkpoint.read(), null);
  assertEquals(
    watched.lines,
    ["layout", "checkpoint", "outbox", "dead"].map((name) => {
      const queue = `${watched.prefix}.${name}`;
      return `warning: Cannot use queue '${queue}': ${refused(queue, "guest2")}`;
    }),
  );
  assertEquals(proxy.accepted, 1);
});

Deno.test("A checkpoint does without an outbox, and warns of it once for all connections", async () => {
  await using proxy = await TcpProxy.start(rabbit.port);
  const url = await urlFor("guest3", ["\\.(layout|checkpoint|dead)$", ".*", ".*"], proxy.port);
  await using watched = new WatchedStore(url);
  await watched.ready();
  for (const round of [1, 2]) {
    await proxy.reset();
    await watched.until("lost", round);
    while (!watched.checkpoint.isUp) await depth(rabbit.url(), `${watched.prefix}.checkpoint`);
  }
  await watched.checkpoint.write(CHECKPOINT);
  assertEquals(await watched.checkpoint.read(), CHECKPOINT);
  assertFalse(watched.outbox.isUp);
  await assertRejects(() => watched.outbox.put(eventOf(1)), BrokerError);
  assertEquals([watched.told("warning").length, watched.told("up")], [1, []]);
  assertEquals([watched.told("lost").length, proxy.accepted], [2, 3]);
});

Deno.test("An outbox does without dead letters: what would be one is refused, or stays", async () => {
  const url = await urlFor("guest4", ["\\.(layout|checkpoint|outbox)$", ".*", ".*"]);
  const clock = new FakeClock();
  await using watched = new WatchedStore(url, { clock });
  await watched.settling(clock);
  await clock.advance(3000);
  const { prefix } = watched;
  assertEquals(
    watched.told("warning"),
    [`warning: Cannot use queue '${prefix}.dead': ${refused(`${prefix}.dead`, "guest4")}`],
  );
  const error = await assertRejects(() => watched.outbox.bury(eventOf(1), "why"), BrokerError);
  assertEquals(error.message, `There is no queue '${prefix}.dead'`);
  await onBroker(url, async (channel) => {
    await channel.checkQueue(`${prefix}.outbox`);
    channel.sendToQueue(`${prefix}.outbox`, Buffer.from("{}"));
  });
  watched.outbox.handOut();
  await watched.until("unreadable");
  await watched.outbox.put(eventOf(2));
  const [parcel] = await watched.handedOut(1);
  parcel?.ack();
  assertEquals([watched.told("lost"), watched.told("unreadable").length], [[], 1]);
  await watched[Symbol.asyncDispose]();
  assertEquals(await depth(url, `${prefix}.outbox`), 1);
});
