import { assert, assertEquals, assertFalse, assertRejects, assertThrows } from "@std/assert";
import { BrokerError } from "../../src/broker/fault.ts";
import { startBroker } from "../../src/dev/amqp/broker.ts";
import { onBroker, patiently } from "../integration/broker_feed.ts";
import {
  contents,
  depth,
  eventOf,
  eventsOf,
  openWatched,
  prepared,
  WatchedStore,
} from "../integration/store_watched.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { TcpProxy } from "../support/tcp_proxy.ts";

const RETRY_MS = 20;

/** A store on a broker of this process, behind a proxy, with the time in the test's hands. */
async function setUp() {
  await using stack = new AsyncDisposableStack();
  const broker = stack.use(startBroker());
  const proxy = stack.use(await TcpProxy.start(Number(new URL(broker.url).port)));
  const clock = new FakeClock();
  const prefix = await prepared(broker.url);
  const url = `amqp://127.0.0.1:${proxy.port}`;
  const watched = stack.use(
    await openWatched(url, { clock, prefix, backoff: () => RETRY_MS }),
  );
  const moved = stack.move();
  return {
    broker,
    proxy,
    clock,
    watched,
    [Symbol.asyncDispose]: () => moved[Symbol.asyncDispose](),
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
  const { clock, proxy, watched } = world;
  proxy.freeze();
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
  proxy.thaw();
  await clock.advance(RETRY_MS);
  await watched.until("up", 2);
});

Deno.test("A store on a link that swallows everything is closed within a second", async () => {
  await using world = await setUp();
  const { clock, proxy, watched } = world;
  proxy.freeze();
  const put = refusal(watched.outbox.put(eventOf(1)));
  const closed = watched[Symbol.asyncDispose]();
  assertEquals(await put, LOST);
  await clock.advance(1000);
  await closed;
  assertEquals([watched.lines, clock.pending], [["up 0", "down"], 0]);
});

Deno.test("An event on its way when the broker closes the connection is lost, not refused", async () => {
  const broker = startBroker();
  await using proxy = await TcpProxy.start(Number(new URL(broker.url).port));
  const prefix = await prepared(broker.url);
  await using watched = await openWatched(`amqp://127.0.0.1:${proxy.port}`, { prefix });
  proxy.freeze();
  const put = refusal(watched.outbox.put(eventOf(1)));
  const ended = broker[Symbol.asyncDispose]();
  proxy.thaw();
  assertEquals(await put, LOST);
  await watched.until("lost closed_by_broker");
  await ended;
});

Deno.test("An outbox that is lost as it begins to hand out, hands out on the next connection", async () => {
  await using world = await setUp();
  const { clock, proxy, watched } = world;
  await watched.outbox.put(eventOf(1));
  proxy.freeze();
  watched.outbox.handOut();
  await proxy.reset();
  proxy.thaw();
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
  const { broker, clock, proxy, watched } = world;
  await watched.outbox.put(eventOf(1));
  watched.outbox.handOut();
  await watched.handedOut(1);
  proxy.freeze();
  const heldBack = watched.outbox.holdBack();
  await proxy.reset();
  proxy.thaw();
  await heldBack;
  await watched.until("lost");
  await clock.advance(RETRY_MS);
  await watched.until("up", 2);
  await watched.outbox.put(eventOf(2));
  assertEquals(await depth(broker.url, `${watched.prefix}.outbox`), 2);
  assertEquals(watched.told("take").length, 1);
});

Deno.test("A dead letter whose queue is deleted stays in the outbox until there is a new one", async () => {
  await using world = await setUp();
  const { broker, clock, watched } = world;
  await onBroker(broker.url, (channel) => channel.deleteQueue(`${watched.prefix}.dead`));
  await watched.outbox.put({ ...eventOf(1), ruleRef: "" });
  watched.outbox.handOut();
  await watched.until(`lost refused: There is no queue '${watched.prefix}.dead' any more`);
  await clock.advance(RETRY_MS);
  await watched.until("unreadable: rule_ref: ", 2);
  const [letter] = await contents(broker.url, `${watched.prefix}.dead`, 1);
  assertEquals(letter?.content.toString(), eventOf(1).body);
  await watched[Symbol.asyncDispose]();
  assertEquals(await depth(broker.url, `${watched.prefix}.outbox`), 0);
});

Deno.test("A checkpoint that is lost as it is read is not taken for none", async () => {
  await using world = await setUp();
  const { clock, proxy, watched } = world;
  await watched.checkpoint.write({ at: 1, writtenAt: 2 });
  proxy.freeze();
  const read = watched.checkpoint.read();
  const rejected = patiently(assertRejects(() => read), () => "Not rejected");
  await proxy.reset();
  proxy.thaw();
  await rejected;
  await watched.until("lost");
  await clock.advance(RETRY_MS);
  await watched.until("up", 2);
  assertEquals(await watched.checkpoint.read(), { at: 1, writtenAt: 2 });
});
