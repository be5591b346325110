import { assertEquals } from "@std/assert";
import * as fc from "fast-check";
import { NO_RESULT, type Result, Results } from "../../src/admin/results.ts";

function result(n: number): Result {
  return { scheduledAt: n, at: n + 1, outcome: "stored", eventId: n, reason: null };
}

Deno.test("Results finds those of one rule among all, newest first, as far as they are remembered", () => {
  const rules = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 80 });
  fc.assert(fc.property(rules, fc.integer({ min: 1, max: 30 }), (added, capacity) => {
    const results = new Results(capacity);
    const last = new Map<number, number>();
    for (const [n, rule] of added.entries()) {
      last.set(rule, results.add(result(n), last.get(rule) ?? NO_RESULT));
    }
    for (const rule of [0, 1, 2, 3, 4]) {
      const expected = [...added.entries()]
        .filter(([n, it]) => it === rule && n >= added.length - capacity)
        .map(([n]) => result(n)).toReversed().slice(0, 5);
      assertEquals(results.back(last.get(rule) ?? NO_RESULT, 5), expected);
    }
  }));
});

Deno.test("Results keeps what is not there as such, and each way to end", () => {
  const results = new Results(4);
  const one = { scheduledAt: 1, at: 2, eventId: null, reason: "403" };
  const first = results.add({ ...one, outcome: "refused" }, NO_RESULT);
  const last = results.add({ ...one, outcome: "expired" }, first);
  assertEquals(results.back(last, 9), [
    { ...one, outcome: "expired" },
    { ...one, outcome: "refused" },
  ]);
});
