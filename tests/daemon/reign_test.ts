import { assertEquals } from "@std/assert";
import { loadConfig } from "../../src/config/config.ts";
import type { PostResult } from "../../src/domain/event.ts";
import { reign } from "../../src/daemon/reign.ts";
import type { Delivery } from "../../src/delivery/delivery.ts";
import { systemChance } from "../../src/ground/chance.ts";
import { TimerManager } from "../../src/timers/timer_manager.ts";
import { TimerTable } from "../../src/timers/timer_table.ts";
import { patiently } from "../integration/broker_feed.ts";
import { eventOf, openWatched, prepare } from "../integration/store_watched.ts";
import { FakeClock, settle } from "../support/fake_clock.ts";
import { MemoryBroker } from "../support/memory_broker.ts";

const VARIABLES: Readonly<Record<string, string>> = {
  ATTUNE_API_URL: "http://127.0.0.1:1",
  ATTUNE_MQ_URL: "amqp://127.0.0.1:1",
  ATTUNE_API_TOKEN: "token",
  ATTUNE_SENSOR_REF: "core.timer_sensor",
};
const DOWN: PostResult = { kind: "retry", reason: "down", retryAfterMs: null };

/** A reign on a broker of this process, with the lease and the time in the test's hands. */
async function setUp() {
  await using stack = new AsyncDisposableStack();
  const broker = new MemoryBroker();
  const watched = stack.use(
    await openWatched("amqp://memory", {
      connect: broker.connect,
      prefix: await prepare(await broker.channel()),
    }),
  );
  const clock = new FakeClock();
  const lines: string[] = [];
  const posted: string[] = [];
  const lease = { isHeld: true };
  const env = { get: (name: string) => VARIABLES[name], toObject: () => ({ ...VARIABLES }) };
  const over = new AbortController();
  const tenure = {
    get isHeld() {
      return lease.isHeld;
    },
    over: over.signal,
  };
  const shown = Promise.withResolvers<Delivery>();
  const reigning = reign(
    {
      config: loadConfig(env).config,
      clock,
      chance: systemChance,
      store: watched.store,
      timers: new TimerManager({
        clock,
        table: new TimerTable({ catchUpWindowMs: 3_600_000, watchedSince: -Infinity }),
      }),
      post: (event) => {
        posted.push(event.occurrenceId);
        return Promise.resolve(DOWN);
      },
      isKnown: () => true,
      tell: (news) => {
        if (news.kind === "event_spent") {
          lines.push(`spent ${news.event.occurrenceId}: ${news.reason}`);
        } else if (news.kind === "event_unparked") {
          lines.push(`unparked ${news.event.occurrenceId}: ${news.error}`);
        } else if (news.kind === "event_parked") lines.push(`parked ${news.event.occurrenceId}`);
      },
      ports: { unauthorized: () => {}, ruleGone: () => {} },
      eventOf: () => eventOf(1),
      show: (delivery) => {
        shown.resolve(delivery);
        return { [Symbol.dispose]: () => {} };
      },
    },
    tenure,
    {
      // Never: what is parked stays in the outbox.
      rulesKnown: new Promise<void>(() => {}),
      ending: new AbortController().signal,
      underWay: () => {},
    },
  );
  stack.defer(async () => {
    over.abort();
    await reigning;
  });
  const delivery = await shown.promise;
  const moved = stack.move();
  return {
    delivery,
    clock,
    lines,
    posted,
    lease,
    parked: () => broker.queue(`${watched.prefix}.outbox`).depth,
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

Deno.test("A reign posts nothing and parks nothing while it is not sure to hold the lease", async () => {
  await using setting = await setUp();
  const { delivery, lines, posted, lease, parked } = setting;
  const id = eventOf(1).occurrenceId;
  lease.isHeld = false;
  delivery.submit(eventOf(1));
  await until(setting, "unparked");
  assertEquals(posted, []);
  assertEquals(lines, [
    `spent ${id}: this instance is not sure to hold the lease`,
    `unparked ${id}: Error: this instance is not sure to hold the lease`,
  ]);
  assertEquals(parked(), 0);
  lease.isHeld = true;
  await until(setting, "parked");
  assertEquals(parked(), 1);
});
