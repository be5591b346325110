import { assert, assertEquals } from "@std/assert";
import * as fc from "fast-check";
import { Counters } from "../../src/observe/counters.ts";
import { Lateness } from "../../src/observe/lateness.ts";
import { Load } from "../../src/observe/load.ts";
import { Summary } from "../../src/observe/summary.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { recorder } from "../support/log_recorder.ts";

const MINUTE_MS = 60_000;

function lateness(...spans: number[]): Lateness {
  const tally = new Lateness();
  for (const ms of spans) tally.add(ms);
  return tally;
}

Deno.test("The lateness below 64 ms is exact", () => {
  const tally = lateness(...Array.from({ length: 64 }, (_, ms) => ms));
  assertEquals([0.5, 0.99, 1].map((share) => tally.quantile(share)), [31, 63, 63]);
  assertEquals(lateness(2.5).quantile(1), 3);
  assertEquals(lateness(-5).quantile(1), 0);
});

Deno.test("The lateness is never told too small, and by a sixteenth at most too great", () => {
  fc.assert(fc.property(fc.nat({ max: 2 ** 31 - 1 }), (ms) => {
    const told = lateness(ms).quantile(1) ?? NaN;
    assert(told >= ms && told <= ms * (1 + 1 / 16), `${ms} was told as ${told}`);
  }));
});

Deno.test("The lateness of nothing is unknown, and of one in a hundred it is that of the others", () => {
  assertEquals(lateness().quantile(0.99), null);
  assertEquals(lateness(...Array(99).fill(1), 5000).quantile(0.99), 1);
  const tally = lateness(...Array(98).fill(1), 60, 60);
  assertEquals(tally.quantile(0.99), 60);
  tally.reset();
  assertEquals([tally.total, tally.quantile(0.99)], [0, null]);
});

/** Minutes of a sensor: what fired, what was stored, and what waits at its end. */
async function minutes(
  ...all: readonly (readonly [fires: number, stored: number, waiting: number])[]
): Promise<readonly string[]> {
  const clock = new FakeClock();
  const { log, messages } = recorder();
  const counters = new Counters();
  const backlog = { waiting: 0, parked: 0 };
  using _summary = new Summary(log, clock, { isFiring: true, size: 1, backlog }, counters);
  for (const [fires, stored, waiting] of all) {
    for (let n = 0; n < fires; n++) counters.lateness.add(1);
    counters.events.stored += stored;
    Object.assign(backlog, { waiting: waiting / 2, parked: waiting / 2 });
    await clock.advance(MINUTE_MS);
  }
  return messages().filter((it) => it.startsWith("warn"));
}

Deno.test("Rules that ask for more than the API takes are told, with both rates", async () => {
  assertEquals(await minutes([6000, 1800, 4200], [6000, 1800, 8400], [600, 3000, 6000]), [
    "warn: Rules ask for 100.0 events a second, the API takes 30.0: 4200 events wait, and more " +
    "every minute; let rules fire less often, or give the API more power",
    "warn: Rules ask for 100.0 events a second, the API takes 30.0: 8400 events wait, and more " +
    "every minute; let rules fire less often, or give the API more power",
  ]);
});

Deno.test("A burst, a backlog that is worked off and an API that keeps up are no overload", async () => {
  assertEquals(await minutes([6000, 5990, 10], [100, 50, 58], [0, 58, 0], [6000, 6000, 0]), []);
});

Deno.test("What waits because the API is down is no overload", () => {
  const load = new Load();
  load.noteOutage(true);
  load.take({ fires: 600, stored: 0, waiting: 600 });
  load.noteOutage(false);
  load.take({ fires: 600, stored: 300, waiting: 900 });
  assertEquals([load.isOver, load.rates], [false, { asked: 10, taken: 5 }]);
  load.take({ fires: 600, stored: 300, waiting: 1200 });
  assertEquals(load.isOver, true);
});

Deno.test("The summary tells once a minute what was done in it", async () => {
  const clock = new FakeClock();
  const { log, lines, messages } = recorder();
  const counters = new Counters();
  counters.events.stored = 5;
  counters.lateness.add(1000);
  const summed = {
    isFiring: true,
    size: 2,
    backlog: { waiting: 1, parked: 7 },
  };
  const summary = new Summary(log, clock, summed, counters);
  counters.lateness.add(3);
  counters.lateness.add(2);
  counters.events.stored = 6;
  await clock.advance(MINUTE_MS);
  assertEquals(lines[0]?.fields, {
    timers: 2,
    fires: 2,
    lateness_p99_ms: 3,
    stored: 1,
    outbox: 7,
    waiting: 1,
  });
  await clock.advance(MINUTE_MS);
  summed.isFiring = false;
  await clock.advance(MINUTE_MS);
  assertEquals(messages(), [
    "info: In a minute, 2 timers: 2 fires (p99 3 ms late), 1 event stored, 7 in the outbox",
    "info: In a minute, 2 timers: 0 fires, 0 events stored, 7 in the outbox",
    "info: Standing by with 2 timers",
  ]);
  summary[Symbol.dispose]();
  assertEquals(clock.pending, 0);
});
