import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { firstOfNewest } from "../../src/timers/newest.ts";

/** A schedule of these instants, which counts how often it is asked. */
function scheduleOf(instants: readonly number[]) {
  const schedule = {
    asked: 0,
    next(after: number) {
      schedule.asked++;
      return instants.find((at) => at > after) ?? null;
    },
  };
  return schedule;
}

Deno.test("firstOfNewest() finds what a list of all of them has", () => {
  const instants = fc.uniqueArray(fc.integer({ min: 0, max: 10_000 }), { maxLength: 300 });
  const bounds = fc.tuple(
    fc.integer({ min: -10, max: 10_000 }),
    fc.integer({ min: 0, max: 10_010 }),
  );
  fc.assert(
    fc.property(instants, bounds, fc.integer({ min: 1, max: 20 }), (any, [after, to], count) => {
      const sorted = any.toSorted((a, b) => a - b);
      const within = sorted.filter((at) => at > after && at <= to);
      const expected = within.at(-count) ?? within[0] ?? null;
      assertEquals(firstOfNewest(scheduleOf(sorted), count, after, to), expected);
    }),
  );
});

Deno.test("firstOfNewest() does not go through all of very many", () => {
  const schedule = {
    asked: 0,
    next(after: number) {
      schedule.asked++;
      return Math.floor(after / 1000) * 1000 + 1000;
    },
  };
  assertEquals(firstOfNewest(schedule, 100, 0, 31_536_000_000), 31_536_000_000 - 99_000);
  assertEquals(schedule.asked < 10_000, true, `${schedule.asked} times`);
});
