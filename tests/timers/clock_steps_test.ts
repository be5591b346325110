import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import fc from "fast-check";
import { ClockSteps } from "../../src/timers/clock_steps.ts";
import type { Fire } from "../../src/timers/fire.ts";
import { TimerManager } from "../../src/timers/timer_manager.ts";
import { TimerTable } from "../../src/timers/timer_table.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { ruleId, START, timerOf } from "../support/rules.ts";

const SECOND = 1000;
const HOUR = 3_600_000;

function setUp(options: { aheadMs?: number; since?: number; seenFrom?: number } = {}) {
  const { aheadMs = 0, since = START + aheadMs, seenFrom } = options;
  const clock = new FakeClock(START + aheadMs);
  /** Each occurrence of a rule, in seconds from the start; and when it was handed out, by the true clock. */
  const fires: { id: number; at: number; trueAt: number }[] = [];
  const timers = new TimerManager({
    clock,
    table: new TimerTable({ catchUpWindowMs: HOUR, watchedSince: -Infinity }),
  });
  timers.start(since, {
    mayFire: () => true,
    fire: ({ ruleId, scheduledAt }: Fire) =>
      void fires.push({
        id: Number(ruleId),
        at: (scheduledAt - START) / SECOND,
        trueAt: clock.monotonic() / SECOND,
      }),
    dropped: () => {},
  }, seenFrom);
  const set = (id: number, seconds: number, changedAt = START) =>
    timers.set({
      ruleId: ruleId(id),
      ruleRef: `test.rule${id}`,
      timer: timerOf({ type: "interval", interval: seconds }),
    }, Math.min(changedAt, clock.now()));
  return { clock, timers, fires, set };
}

function assertNoneTwice(fires: readonly { id: number; at: number }[]): void {
  const names = fires.map(({ id, at }) => `${id}@${at}`);
  assertEquals(names.length, new Set(names).size);
}

for (const jumpMs of [4 * SECOND, HOUR, 25 * HOUR]) {
  Deno.test(`A clock that is ${jumpMs} ms ahead for four seconds silences nobody`, async () => {
    const { clock, timers, fires, set } = setUp();
    using _stop = timers;
    set(1, 1);
    set(2, 7);
    await clock.advance(10_000);
    clock.step(jumpMs);
    await clock.advance(4000);
    clock.step(-jumpMs);
    await clock.advance(30_000);
    assertNoneTwice(fires);
    const own = fires.filter(({ id, at }) => id === 1 && at <= 44).map(({ at }) => at);
    assertEquals(own.toSorted((a, b) => a - b), Array.from({ length: 44 }, (_, n) => n + 1));
    // By the true clock no occurrence that was to come is more than a second late.
    const late = fires.filter(({ at, trueAt }) => at > 15 && at <= 44 && trueAt - at > 1);
    assertEquals(late, []);
    assert(fires.some(({ id, at }) => id === 2 && at === 42));
  });

  Deno.test(`A clock that is set back by ${jumpMs} ms for four seconds fires nothing twice`, async () => {
    const { clock, timers, fires, set } = setUp();
    using _stop = timers;
    set(1, 1);
    await clock.advance(60_000);
    clock.step(-jumpMs);
    await clock.advance(4000);
    clock.step(jumpMs);
    await clock.advance(30_000);
    assertNoneTwice(fires);
    const own = fires.filter(({ at }) => at > 64).map(({ at }) => at);
    assertEquals(own.slice(0, 5), [65, 66, 67, 68, 69]);
    assertLessOrEqual(own.length, 31);
  });

  for (const hasCheckpoint of [true, false]) {
    const start = hasCheckpoint ? "with a checkpoint" : "for the first time";
    Deno.test(`A sensor that starts ${start} while the clock is ${jumpMs} ms ahead goes on once it is set right`, async () => {
      const since = hasCheckpoint ? START - 2000 : START + jumpMs;
      const seenFrom = hasCheckpoint ? -Infinity : since;
      const { clock, timers, fires, set } = setUp({ aheadMs: jumpMs, since, seenFrom });
      using _stop = timers;
      set(1, 1);
      await clock.advance(5000);
      clock.step(-jumpMs);
      assertEquals(set(2, 1, START + 5000), START + 6000);
      await clock.advance(30_000);
      assertNoneTwice(fires);
      const own = fires.filter(({ id, at }) => id === 1 && at > 5 && at <= 35).map(({ at }) => at);
      assertEquals(own.length, 30);
      assertEquals(fires.filter(({ id, at }) => id === 2 && at <= 35).length, 30);
    });
  }
}

Deno.test("What fired ahead does not fire again when its time comes", async () => {
  const { clock, timers, fires, set } = setUp();
  using _stop = timers;
  set(1, 1);
  await clock.advance(10_000);
  clock.step(60_000);
  await clock.advance(4000);
  clock.step(-60_000);
  await clock.advance(200_000);
  assertNoneTwice(fires);
  const seconds = fires.map(({ at }) => at).toSorted((a, b) => a - b);
  assertEquals(seconds, Array.from({ length: 214 }, (_, n) => n + 1));
});

Deno.test("A machine that slept is no clock that was set: what it missed stays made up for", async () => {
  const { clock, timers, fires, set } = setUp();
  using _stop = timers;
  set(1, 1);
  await clock.advance(10_000);
  clock.step(HOUR);
  await clock.advance(60_000);
  const before = fires.length;
  clock.step(-2000);
  await clock.advance(2000);
  assertEquals(fires.length, before);
  await clock.advance(5000);
  assertEquals(fires.length, before + 5);
});

Deno.test("What fired between two steps back does not fire again after the second", async () => {
  const { clock, timers, fires, set } = setUp();
  using _stop = timers;
  set(1, 2);
  clock.step(15_001);
  await clock.advance(1000);
  clock.step(-3001);
  await clock.advance(1500);
  clock.step(-12_000);
  await clock.advance(20_000);
  assertNoneTwice(fires);
  assertEquals(fires.map(({ at }) => at).toSorted((a, b) => a - b), [
    2,
    4,
    6,
    8,
    10,
    12,
    14,
    16,
    18,
    20,
    22,
  ]);
});

Deno.test("No steps of the clock make an occurrence come twice, or keep any from coming", async () => {
  const step = fc.record({
    waitMs: fc.integer({ min: 0, max: 20_000 }),
    stepMs: fc.oneof(
      fc.integer({ min: -30_000, max: 30_000 }),
      fc.constantFrom(-25 * HOUR, 25 * HOUR, -HOUR, HOUR),
    ),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 2 }), async (steps) => {
      const { clock, timers, fires, set } = setUp();
      using _stop = timers;
      set(1, 2);
      let awayMs = 0;
      for (const { waitMs, stepMs } of steps) {
        await clock.advance(waitMs);
        clock.step(stepMs);
        awayMs += stepMs;
      }
      await clock.advance(1500);
      clock.step(-awayMs);
      await clock.advance(1500);
      assertNoneTwice(fires);
      const from = clock.monotonic() / SECOND;
      await clock.advance(30_000);
      assertNoneTwice(fires);
      // What is due in these seconds comes in them, or came before.
      for (let at = Math.ceil(from / 2) * 2 + 2; at < from + 28; at += 2) {
        assert(fires.some((fire) => fire.at === at), `${at} never came`);
      }
    }),
    { numRuns: 500 },
  );
});

Deno.test("A clock that drifts, or that a stall holds up, was not set", () => {
  const steps = new ClockSteps(START, START, 0);
  let wall = START;
  for (let at = 1000; at <= 100_000; at += 1000) {
    wall += 995;
    assertEquals(steps.look(wall, at), null);
  }
  assertEquals(steps.look(wall + 60_000, 160_000), null);
});
