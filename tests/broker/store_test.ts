import { assert, assertEquals, assertFalse, assertRejects, assertThrows } from "@std/assert";
import { BrokerError } from "../../src/broker/fault.ts";
import { patiently } from "../integration/broker_feed.ts";
import {
  eventOf,
  eventsOf,
  openWatched,
  prepare,
  WatchedStore,
} from "../integration/store_watched.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { MemoryBroker, takeAll } from "../support/memory_broker.ts";

const RETRY_MS = 20;

/** A store on a broker in memory, with the link to it and the time in the test's hands. */
async function setUp() {
  const broker = new MemoryBroker();
  const link = broker.link();
  const clock = new FakeClock();
  const watched = await openWatched("amqp://memory", {
    connect: link.connect,
    clock,
    prefix: await prepare(await broker.channel()),
    backoff: () => RETRY_MS,
  });
  return {
    broker,
    link,
    clock,
    watched,
    [Symbol.asyncDispose]: () => watched[Symbol.asyncDispose](),
  };
}

/** What a promise is rejected with. */
async function refusal(promise: Promise<unknown>): Promise<string> {
  const { fault, message } = await patiently(
    assertRejects(() => promise, BrokerError),
    () => "Not rejected",
  );
  return `${fault}: ${message}`;
}

const LOST = "lost: The connection ended before it was confirmed";

Deno.test("A store whose address cannot be read is not opened", () => {
  assertThrows(() => new WatchedStore("http://localhost"), TypeError, "expected amqp://");
});

Deno.test("A store that is closed before it was reached was never ready", async () => {
  const watched = new WatchedStore("amqp://127.0.0.1:1");
  await watched[Symbol.asyncDispose]();
  await assertRejects(() => watched.store.ready, Error, "The connection was closed");
});

Deno.test("The pauses between attempts to reach the store grow to five seconds at most", async () => {
  const clock = new FakeClock();
  await using watched = new WatchedStore("amqp://127.0.0.1:1", { clock, backoff: undefined });
  for (let attempt = 1; attempt <= 8; attempt++) {
    await watched.until("lost", attempt);
    await clock.advance(5000);
  }
  assertEquals(watched.told("up"), []);
});

Deno.test("What is held for ten minutes is handed out anew, before the broker ends the channel", async () => {
  await using world = await setUp();
  const { clock, watched } = world;
  for (const event of eventsOf(2)) await watched.outbox.put(event);
  watched.outbox.handOut();
  const [first, second] = await watched.handedOut(2);
  await clock.advance(599_999);
  assertEquals(watched.lines.length, 3);
  // The youngest counts for nothing, the oldest alone.
  first?.ack();
  await watched.outbox.put(eventOf(3));
  await watched.handedOut(3);
  await clock.advance(1);
  const text = "Events of the outbox waited for 10 min: they are handed out anew";
  await watched.until(`lost lost: ${text}`);
  assert(second?.isVoid);
  await clock.advance(RETRY_MS);
  const again = await watched.handedOut(5, 3);
  assertEquals(again.map(({ event }) => event), [eventOf(2), eventOf(3)]);
  for (const parcel of again) parcel.ack();
  // Nothing is held: it can last.
  await clock.advance(3_600_000);
  assertEquals(watched.told("lost").length, 1);
});

Deno.test("An event that is not confirmed within five seconds ends the connection", async () => {
  await using world = await setUp();
  const { clock, link, watched } = world;
  link.freeze();
  const put = refusal(watched.outbox.put(eventOf(1)));
  const write = refusal(watched.checkpoint.write({ at: 1, writtenAt: 2 }));
  await clock.advance(4999);
  assert(watched.outbox.isUp && watched.checkpoint.isUp);
  await clock.advance(1);
  assertFalse(watched.outbox.isUp || watched.checkpoint.isUp);
  assertEquals([await put, await write], [LOST, LOST]);
  assertEquals(watched.lines, ["up 0", "down"]);
  // Nobody is there to agree to the end.
  await clock.advance(1000);
  await watched.until("lost silent: RabbitMQ did not confirm a message within 5 s");
  link.thaw();
  await clock.advance(RETRY_MS);
  await watched.until("up", 2);
});

Deno.test("A store on a link that swallows everything is closed within a second", async () => {
  await using world = await setUp();
  const { clock, link, watched } = world;
  link.freeze();
  const put = refusal(watched.outbox.put(eventOf(1)));
  const closed = watched[Symbol.asyncDispose]();
  assertEquals(await put, LOST);
  await clock.advance(1000);
  await closed;
  assertEquals([watched.lines, clock.pending], [["up 0", "down"], 0]);
});

Deno.test("An event on its way when the broker closes the connection is lost, not refused", async () => {
  await using world = await setUp();
  const { broker, link, watched } = world;
  link.freeze();
  const put = refusal(watched.outbox.put(eventOf(1)));
  broker.stop();
  link.thaw();
  assertEquals(await put, LOST);
  await watched.until("lost closed_by_broker");
});

Deno.test("An outbox that is lost as it begins to hand out, hands out on the next connection", async () => {
  await using world = await setUp();
  const { clock, link, watched } = world;
  await watched.outbox.put(eventOf(1));
  link.freeze();
  watched.outbox.handOut();
  link.reset();
  link.thaw();
  await watched.until("lost");
  await clock.advance(RETRY_MS);
  await watched.handedOut(1);
  assertEquals(watched.lines.filter((line) => !line.startsWith("lost")), [
    "up 0",
    "down",
    "up 1",
    `take ${eventOf(1).occurrenceId}`,
  ]);
});

Deno.test("An outbox that is held back while it has no connection stays so on the next one", async () => {
  await using world = await setUp();
  const { broker, clock, link, watched } = world;
  await watched.outbox.put(eventOf(1));
  watched.outbox.handOut();
  await watched.handedOut(1);
  link.freeze();
  const heldBack = watched.outbox.holdBack();
  link.reset();
  link.thaw();
  await heldBack;
  await watched.until("lost");
  await clock.advance(RETRY_MS);
  await watched.until("up", 2);
  await watched.outbox.put(eventOf(2));
  assertEquals(broker.queue(`${watched.prefix}.outbox`).depth, 2);
  assertEquals(watched.told("take").length, 1);
});

Deno.test("A dead letter whose queue is deleted stays in the outbox until there is a new one", async () => {
  await using world = await setUp();
  const { broker, clock, watched } = world;
  const channel = await broker.channel();
  await channel.deleteQueue(`${watched.prefix}.dead`, { ifUnused: false, ifEmpty: false });
  await watched.outbox.put({ ...eventOf(1), ruleRef: "" });
  watched.outbox.handOut();
  await watched.until(`lost refused: There is no queue '${watched.prefix}.dead' any more`);
  await clock.advance(RETRY_MS);
  await watched.until("unreadable: rule_ref: ", 2);
  const [letter] = await takeAll(broker, `${watched.prefix}.dead`);
  assertEquals(letter?.content.toString(), eventOf(1).body);
  await watched[Symbol.asyncDispose]();
  assertEquals(broker.queue(`${watched.prefix}.outbox`).depth, 0);
});

Deno.test("A checkpoint that is lost as it is read is not taken for none", async () => {
  await using world = await setUp();
  const { clock, link, watched } = world;
  await watched.checkpoint.write({ at: 1, writtenAt: 2 });
  link.freeze();
  const read = watched.checkpoint.read();
  const rejected = patiently(assertRejects(() => read), () => "Not rejected");
  link.reset();
  link.thaw();
  await rejected;
  await watched.until("lost");
  await clock.advance(RETRY_MS);
  await watched.until("up", 2);
  assertEquals(await watched.checkpoint.read(), { at: 1, writtenAt: 2 });
});

for (const name of ["layout", "checkpoint", "outbox", "dead"]) {
  Deno.test(`A store whose queue ${name} is out of reach is lost, says why, and is back with it`, async () => {
    await using world = await setUp();
    const { broker, clock, link, watched } = world;
    await watched.checkpoint.write({ at: 1, writtenAt: 2 });
    const queue = `${watched.prefix}.${name}`;
    broker.setReach(queue, false);
    link.reset();
    await watched.until("lost");
    await clock.advance(RETRY_MS);
    await watched.until(
      `lost queue_out_of_reach: RabbitMQ at amqp://memory:5672/ cannot reach a queue: ` +
        `NOT_FOUND - home node 'other@host' of durable queue '${queue}'`,
    );
    assertFalse(watched.outbox.isUp || watched.checkpoint.isUp);
    await assertRejects(() => watched.checkpoint.read(), BrokerError, "out of reach");
    broker.setReach(queue, true);
    await clock.advance(RETRY_MS);
    await watched.until("up", 2);
    assertEquals(await watched.checkpoint.read(), { at: 1, writtenAt: 2 });
    assertEquals(watched.told("warning"), []);
  });
}

Deno.test("A checkpoint whose queue goes out of reach as it is read is not taken for none", async () => {
  await using world = await setUp();
  const { broker, watched } = world;
  await watched.checkpoint.write({ at: 1, writtenAt: 2 });
  broker.setReach(`${watched.prefix}.checkpoint`, false);
  await assertRejects(() => watched.checkpoint.read(), Error, "home node");
  broker.setReach(`${watched.prefix}.checkpoint`, true);
  assertEquals(await watched.checkpoint.read(), { at: 1, writtenAt: 2 });
});

Deno.test("A store that gets no answer about a queue is lost after five seconds, and says which", async () => {
  const link = new MemoryBroker().link();
  const clock = new FakeClock();
  await using watched = new WatchedStore("amqp://memory", {
    connect: link.connect,
    clock,
    backoff: () => RETRY_MS,
  });
  await watched.settling(clock);
  link.freeze();
  const count = patiently(assertRejects(() => watched.outbox.count()), () => "Not rejected");
  await clock.advance(5000);
  await count;
  await clock.advance(1000);
  await watched.until(
    "lost unanswered: RabbitMQ at amqp://memory:5672/ did not answer within 5 s about",
  );
  link.thaw();
});

Deno.test("A missing checkpoint is warned of where another queue of the sensor was there", async () => {
  await using world = await setUp();
  const { clock, watched } = world;
  for (let read = 1; read <= 2; read++) {
    const found = watched.checkpoint.read();
    // Somebody else might have held it.
    await clock.advance(1000);
    assertEquals(await found, null);
  }
  const [warning, ...others] = watched.told("warning");
  assert(
    warning?.startsWith(
      `warning: There is no checkpoint in queue '${watched.prefix}.checkpoint', although queue ` +
        `'${watched.prefix}.layout' was there: what fell due while no sensor ran is not made up for`,
    ),
    warning,
  );
  assertEquals(others, []);
});

Deno.test("A store that made all its queues misses no checkpoint", async () => {
  const clock = new FakeClock();
  await using watched = new WatchedStore("amqp://memory", {
    connect: new MemoryBroker().connect,
    clock,
  });
  await watched.settling(clock);
  assertEquals(await watched.checkpoint.read(), null);
  assertEquals(watched.told("warning"), []);
});

Deno.test("A checkpoint that is gone is told of, and one that somebody reads for a moment is not", async () => {
  await using world = await setUp();
  const { broker, clock, watched } = world;
  const queue = `${watched.prefix}.checkpoint`;
  await watched.checkpoint.verify();
  await watched.checkpoint.write({ at: 1, writtenAt: 2 });
  const reader = await broker.channel();
  await reader.get(queue);
  const verified = watched.checkpoint.verify();
  await clock.advance(100);
  await reader.close();
  await clock.advance(100);
  await verified;
  assertEquals(watched.told("gone"), []);
  await (await broker.channel()).purgeQueue(queue);
  const missed = watched.checkpoint.verify();
  await clock.advance(200);
  await missed;
  assertEquals(watched.told("gone"), [`gone: ${queue}`]);
});

Deno.test("A layout that is gone is told of within two seconds, and is there again", async () => {
  await using world = await setUp();
  const { broker, clock, watched } = world;
  const queue = `${watched.prefix}.layout`;
  await clock.advance(10_000);
  assertEquals([watched.told("gone"), broker.queue(queue).depth], [[], 1]);
  await (await broker.channel()).purgeQueue(queue);
  await clock.advance(2000);
  assertEquals([watched.told("gone"), broker.queue(queue).depth], [[`gone: ${queue}`], 1]);
});

Deno.test("A layout that somebody reads for a moment is not taken for gone, and stays one", async () => {
  await using world = await setUp();
  const { broker, clock, watched } = world;
  const queue = `${watched.prefix}.layout`;
  const reader = await broker.channel();
  await reader.get(queue);
  await clock.advance(1000);
  await reader.close();
  assertEquals(broker.queue(queue).depth, 2);
  await clock.advance(1000);
  assertEquals([watched.told("gone"), broker.queue(queue).depth], [[], 1]);
});

Deno.test("A layout whose queue is deleted is told of within a second, and is there again", async () => {
  await using world = await setUp();
  const { broker, clock, watched } = world;
  const queue = `${watched.prefix}.layout`;
  const channel = await broker.channel();
  await channel.deleteQueue(queue, { ifUnused: false, ifEmpty: false });
  await clock.advance(1000);
  await watched.until(
    `lost refused: There is no queue '${queue}' any more. Unless somebody deleted it`,
  );
  await clock.advance(RETRY_MS);
  await watched.until("up", 2);
  assertEquals(broker.queue(queue).depth, 1);
});

Deno.test("Events that another process took out meanwhile are not missed by the one that takes over", async () => {
  await using world = await setUp();
  const { broker, clock, watched } = world;
  for (const event of eventsOf(3)) await watched.outbox.put(event);
  watched.outbox.giveBack();
  await watched.until("lost");
  await clock.advance(RETRY_MS);
  await watched.until("up", 2);
  await takeAll(broker, `${watched.prefix}.outbox`);
  assertEquals(await watched.outbox.count(), 0);
  watched.outbox.handOut();
  await clock.advance(10_000);
  assertEquals(watched.told("missing"), []);
});

Deno.test("Events that are held when nothing more is handed out are not taken for gone", async () => {
  await using world = await setUp();
  const { clock, watched } = world;
  for (const event of eventsOf(3)) await watched.outbox.put(event);
  watched.outbox.handOut();
  await watched.handedOut(3);
  await watched.outbox.holdBack();
  await clock.advance(10_000);
  assertEquals(watched.told("missing"), []);
});

Deno.test("Events that vanish from the outbox are told of within three seconds, once", async () => {
  await using world = await setUp();
  const { broker, clock, watched } = world;
  for (const event of eventsOf(3)) await watched.outbox.put(event);
  await clock.advance(5000);
  assertEquals(watched.told("missing"), []);
  await (await broker.channel()).purgeQueue(`${watched.prefix}.outbox`);
  await clock.advance(3000);
  assertEquals(watched.told("missing"), ["missing 3"]);
  await clock.advance(10_000);
  assertEquals(watched.told("missing").length, 1);
});
