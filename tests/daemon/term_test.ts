import { assertEquals } from "@std/assert";
import { loadConfig } from "../../src/config/config.ts";
import type { DeliveryEvents } from "../../src/delivery/delivery_events.ts";
import { startBroker } from "../../src/dev/amqp/broker.ts";
import type { OutboundEvent, PostResult } from "../../src/domain/event.ts";
import { Term } from "../../src/daemon/term.ts";
import { TimerManager } from "../../src/timers/timer_manager.ts";
import { TimerTable } from "../../src/timers/timer_table.ts";
import { patiently } from "../integration/broker_feed.ts";
import { depth, eventOf, openWatched } from "../integration/store_watched.ts";
import { FakeClock, settle } from "../support/fake_clock.ts";

const VARIABLES: Readonly<Record<string, string>> = {
  ATTUNE_API_URL: "http://127.0.0.1:1",
  ATTUNE_MQ_URL: "amqp://127.0.0.1:1",
  ATTUNE_API_TOKEN: "token",
  ATTUNE_SENSOR_REF: "core.timer_sensor",
};
const DOWN: PostResult = { kind: "retry", reason: "down", retryAfterMs: null };

function journal(lines: string[]): Omit<DeliveryEvents, "settled"> {
  const tell = (word: string) => (event: OutboundEvent) =>
    void lines.push(`${word} ${event.occurrenceId}`);
  return {
    stored: tell("stored"),
    refused: tell("refused"),
    unauthorized: () => {},
    retrying: () => {},
    spent: (event, reason) => void lines.push(`spent ${event.occurrenceId}: ${reason}`),
    parked: tell("parked"),
    unparked: (event, error) => void lines.push(`unparked ${event.occurrenceId}: ${error}`),
    unburied: tell("unburied"),
    dropped: tell("dropped"),
    expired: tell("expired"),
    discarded: tell("discarded"),
    duplicate: tell("duplicate"),
    outboxLost: () => {},
    opened: () => {},
    closed: () => {},
  };
}

/** A term on a broker of this process, with the lease and the time in the test's hands. */
async function setUp() {
  await using stack = new AsyncDisposableStack();
  const broker = stack.use(startBroker());
  const watched = stack.use(await openWatched(broker.url));
  const clock = new FakeClock();
  const lines: string[] = [];
  const posted: string[] = [];
  const lease = { isHeld: true };
  const env = { get: (name: string) => VARIABLES[name], toObject: () => ({ ...VARIABLES }) };
  const timers = stack.use(
    new TimerManager({
      clock,
      table: new TimerTable({ catchUpWindowMs: 3_600_000 }),
      sink: { fire: () => {}, dropped: () => {} },
    }),
  );
  const term = new Term({
    config: loadConfig(env).config,
    clock,
    store: watched.store,
    timers,
    post: (event) => {
      posted.push(event.occurrenceId);
      return Promise.resolve(DOWN);
    },
    isKnown: () => true,
    mayAct: () => lease.isHeld,
    on: journal(lines),
    checkpointWritten: undefined,
    checkpointFailed: () => {},
  });
  stack.defer(() => term.abandon());
  term.start(clock.now(), 0);
  const moved = stack.move();
  return {
    term,
    clock,
    lines,
    posted,
    lease,
    parked: () => depth(broker.url, `${watched.prefix}.outbox`),
    [Symbol.asyncDispose]: () => moved.disposeAsync(),
  };
}

/** Lets time pass until there are so many lines that begin so. */
async function until(
  { clock, lines }: Awaited<ReturnType<typeof setUp>>,
  beginning: string,
): Promise<void> {
  const waiting = async () => {
    while (!lines.some((line) => line.startsWith(beginning))) {
      await clock.advance(100);
      await settle();
    }
  };
  await patiently(waiting(), () => `No '${beginning}' in:\n${lines.join("\n")}`);
}

Deno.test("A term posts nothing and parks nothing while it is not sure to hold the lease", async () => {
  await using setting = await setUp();
  const { term, lines, posted, lease, parked } = setting;
  const id = eventOf(1).occurrenceId;
  lease.isHeld = false;
  term.delivery.submit(eventOf(1));
  await until(setting, "unparked");
  assertEquals(posted, []);
  assertEquals(lines, [
    `spent ${id}: this instance is not sure to hold the lease`,
    `unparked ${id}: Error: this instance is not sure to hold the lease`,
  ]);
  assertEquals(await parked(), 0);
  lease.isHeld = true;
  await until(setting, "parked");
  assertEquals(await parked(), 1);
});
