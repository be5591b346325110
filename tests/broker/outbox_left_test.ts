import { assertFalse, assertRejects } from "@std/assert";
import { patiently } from "../integration/broker_feed.ts";
import { openWatched, prepare } from "../integration/store_watched.ts";
import { FakeClock, settle } from "../support/fake_clock.ts";
import { MemoryBroker } from "../support/memory_broker.ts";

const LOOK_MS = 100;
const LONGEST_MS = 15_000;

/** Two processes on the same queues; the first one takes from the outbox, the second one's time is ours. */
async function setUp() {
  await using stack = new AsyncDisposableStack();
  const broker = new MemoryBroker();
  const { connect } = broker;
  const clock = new FakeClock();
  const prefix = await prepare(await broker.channel());
  const first = stack.use(await openWatched("amqp://memory", { connect, prefix }));
  const second = stack.use(await openWatched("amqp://memory", { connect, prefix, clock }));
  const isTaken = () => broker.queue(`${prefix}.outbox`).consumers > 0;
  first.outbox.handOut();
  await until(isTaken);
  const moved = stack.move();
  return { clock, isTaken, first, second, [Symbol.asyncDispose]: () => moved.disposeAsync() };
}

async function until(holds: () => boolean): Promise<void> {
  const waiting = async () => {
    while (!holds()) await settle();
  };
  await patiently(waiting(), () => "Never");
}

const { signal } = new AbortController();

Deno.test("An outbox that another process takes from is waited for until that one is gone", async () => {
  await using setting = await setUp();
  const { clock, isTaken, first, second } = setting;
  const left = second.outbox.untilLeft(signal);
  await until(() => clock.isSet(LOOK_MS));
  await first[Symbol.asyncDispose]();
  await until(() => !isTaken());
  await clock.advance(LOOK_MS);
  await patiently(left, () => "Still waiting");
  assertFalse(clock.isSet(LOOK_MS));
});

Deno.test("An outbox that another process never leaves is waited for no longer than 15 seconds", async () => {
  await using setting = await setUp();
  const { clock, second } = setting;
  const left = second.outbox.untilLeft(signal);
  for (let waitedMs = 0; waitedMs < LONGEST_MS; waitedMs += LOOK_MS) {
    await until(() => clock.isSet(LOOK_MS));
    await clock.advance(LOOK_MS);
  }
  await patiently(left, () => "Still waiting");
});

Deno.test("Who waits for an outbox to be left may give up, or lose the connection", async () => {
  await using setting = await setUp();
  const { clock, second } = setting;
  const stop = new AbortController();
  const left = second.outbox.untilLeft(stop.signal);
  await until(() => clock.isSet(LOOK_MS));
  stop.abort(new Error("enough"));
  await assertRejects(() => left, Error, "enough");
  await second[Symbol.asyncDispose]();
  await assertRejects(() => second.outbox.untilLeft(signal), Error, "RabbitMQ is out of reach");
});
