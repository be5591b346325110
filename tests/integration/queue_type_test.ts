import { assert, assertEquals, assertFalse } from "@std/assert";
import { queuesOf } from "../../src/domain/shard.ts";
import { RabbitMq } from "../support/rabbitmq.ts";
import { Feed, onBroker } from "./broker_feed.ts";
import { Rivals } from "./lease_watched.ts";
import { eventOf, prepared, WatchedStore } from "./store_watched.ts";

const QUORUM = { arguments: { "x-queue-type": "quorum" } };
const CHECKPOINT = { at: Date.UTC(2025, 0, 2), writtenAt: Date.UTC(2025, 0, 3) };

let rabbit: RabbitMq;
Deno.test.beforeAll(async () => {
  rabbit = await RabbitMq.start();
});
Deno.test.afterAll(() => rabbit[Symbol.asyncDispose]());

/** The address of a new virtual host whose queues are quorum queues unless they say otherwise. */
async function quorumHost(name: string): Promise<string> {
  await rabbit.ctl("add_vhost", name, "--default-queue-type", "quorum");
  await rabbit.ctl("set_permissions", "-p", name, "guest", ".*", ".*", ".*");
  return `${rabbit.url()}/${name}`;
}

/** The type of each queue of a virtual host, by name. */
async function typesOf(vhost: string): Promise<Record<string, string>> {
  const rows = (await rabbit.ctl("list_queues", "-p", vhost, "name", "type")).trim().split("\n");
  return Object.fromEntries(rows.slice(1).map((row) => row.split("\t")));
}

Deno.test("All queues are classic ones in a virtual host where others are quorum queues", async () => {
  const url = await quorumHost("all");
  await using watched = new WatchedStore(url, { prefix: "sensor.core.timer", ha: true });
  await watched.until("up");
  await using feed = new Feed(url, { queue: "sensor.core.timer" });
  await feed.ready();
  await using rivals = new Rivals();
  rivals.add({ url });
  await rivals.acquired();
  await onBroker(url, (channel) => channel.assertQueue("other"));
  const { other, ...types } = await typesOf("all");
  assertEquals(other, "quorum");
  const { rules, outbox, dead, checkpoint } = queuesOf("sensor.core.timer", { index: 1, count: 1 });
  const layout = "sensor.core.timer.layout";
  const { queue } = rivals;
  assertEquals(
    types,
    Object.fromEntries(
      [rules, outbox, dead, checkpoint, layout, queue, `${queue}.instances`].map((
        it,
      ) => [it, "classic"]),
    ),
  );
});

Deno.test("One of four holds the lease in such a virtual host, however often it passes on", async () => {
  const url = await quorumHost("lease");
  await using rivals = new Rivals();
  for (let n = 0; n < 4; n++) rivals.add({ url });
  let from = 0;
  for (let takeover = 1; takeover <= 4; takeover++) {
    const { lease } = await rivals.acquired(from);
    await lease.proven(2);
    assertEquals(rivals.held, 1);
    from = rivals.told.length;
    await lease[Symbol.asyncDispose]();
  }
});

Deno.test("A lease whose queue is a quorum queue is not competed for, and the reason says what to do", async () => {
  await using rivals = new Rivals();
  await onBroker(rabbit.url(), (channel) => channel.assertQueue(rivals.queue, QUORUM));
  const lease = rivals.add({ url: rabbit.url() });
  const { line } = await lease.until("refused");
  assert(
    line.startsWith(
      `refused: Cannot compete for the lease: queue '${rivals.queue}' is a quorum queue instead of a classic one`,
    ),
    line,
  );
  assert(line.includes("Stop all instances, delete the queue"), line);
  assertFalse(lease.isHeld);
});

Deno.test("Queues of the store that are quorum queues are used, with a warning that says what that means", async () => {
  const prefix = await prepared(rabbit.url(), {
    outbox: { arguments: { "x-overflow": "reject-publish", ...QUORUM.arguments } },
    dead: { maxLength: 10_000, ...QUORUM },
    checkpoint: { maxLength: 1, ...QUORUM },
  });
  await using watched = new WatchedStore(rabbit.url(), { prefix });
  await watched.until("up");
  const warnings = watched.told("warning");
  assertEquals(
    warnings.map((it) => it.split(" instead")[0]),
    ["checkpoint", "outbox", "dead"].map((name) =>
      `warning: Using queue '${prefix}.${name}' as found, a quorum queue`
    ),
  );
  assert(warnings[0]?.includes("RabbitMQ 4 drops what it has handed out 20 times"));
  await watched.outbox.put(eventOf(1));
  await watched.checkpoint.write(CHECKPOINT);
  assertEquals(await watched.checkpoint.read(), CHECKPOINT);
});
