import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { RuleId } from "../../src/domain/rule.ts";
import { firstDueAfter, jitterOf } from "../../src/schedule/jitter.ts";
import { START, timerOf } from "../support/rules.ts";

const SCHEDULED_AT = Date.UTC(2026, 0, 1);

function jitter(id: number, jitterMs: number, nextAt: number | null = null, at = SCHEDULED_AT) {
  return jitterOf({ ruleId: RuleId.parse(id), scheduledAt: at, nextAt, jitterMs });
}

Deno.test("jitter is at least nothing, at most what the rule says, and ends before the next", () => {
  const ms = fc.integer({ min: 0, max: 86_400_000 });
  fc.assert(fc.property(fc.integer({ min: 1 }), ms, ms, (id, jitterMs, gapMs) => {
    const offMs = jitter(id, jitterMs, SCHEDULED_AT + gapMs + 1);
    assert(Number.isInteger(offMs) && offMs >= 0 && offMs <= jitterMs && offMs <= gapMs);
  }));
});

Deno.test("jitter is the same whenever it is computed", () => {
  // Written down, so that it is also the same in every version.
  assertEquals([1, 2, 3, 1_000_000].map((id) => jitter(id, 60_000)), [54_340, 56_026, 38_882, 28]);
});

Deno.test("jitter spreads rules evenly, and so the occurrences of one rule", () => {
  const byRule = Array.from({ length: 20_000 }, (_, n) => jitter(n + 1, 9999));
  const byTime = Array.from(
    { length: 20_000 },
    (_, n) => jitter(7, 9999, null, SCHEDULED_AT + n * 1000),
  );
  for (const values of [byRule, byTime]) {
    const counts = new Array<number>(10).fill(0);
    for (const value of values) counts[Math.floor(value / 1000)]! += 1;
    for (const count of counts) assert(count > 1800 && count < 2200, counts.join(" "));
  }
});

Deno.test("a rule without jitter, or without room for it, is on time", () => {
  assertEquals([jitter(1, 0), jitter(1, 5000, SCHEDULED_AT + 1)], [0, 0]);
});

Deno.test("the first occurrence that falls due later is found, as by looking at all of them", () => {
  const start = START / 1000;
  const seconds = fc.integer({ min: -50, max: 500 });
  fc.assert(fc.property(
    fc.integer({ min: 1, max: 90 }),
    fc.integer({ min: 1, max: 200 }),
    fc.integer({ min: 1 }),
    seconds,
    seconds,
    (interval, jitterSeconds, id, after, dueAfter) => {
      const ruleId = RuleId.parse(id);
      const timer = timerOf({ interval, jitter_seconds: jitterSeconds });
      const dueAt = (at: number) =>
        at +
        jitterOf({
          ruleId,
          scheduledAt: at,
          nextAt: timer.next(at),
          jitterMs: timer.traits.jitterMs,
        });
      const [afterMs, dueAfterMs] = [(start + after) * 1000, (start + dueAfter) * 1000];
      let expected = timer.next(afterMs);
      while (expected !== null && dueAt(expected) <= dueAfterMs) expected = timer.next(expected);
      assertEquals(firstDueAfter(ruleId, timer, afterMs, dueAfterMs), expected);
    },
  ));
});

Deno.test("the first occurrence that falls due later is found for a one-shot, and none where it is over", () => {
  const params = { type: "date_time", fire_at: "2025-01-01T00:01:00Z", jitter_seconds: 30 };
  const timer = timerOf(params);
  const ruleId = RuleId.parse(1);
  const at = START + 60_000;
  const offMs = jitterOf({ ruleId, scheduledAt: at, nextAt: null, jitterMs: 30_000 });
  assert(offMs > 0);
  assertEquals(firstDueAfter(ruleId, timer, -Infinity, at + offMs - 1), at);
  assertEquals(firstDueAfter(ruleId, timer, -Infinity, at + offMs), null);
  assertEquals(firstDueAfter(ruleId, timer, at, -Infinity), null);
});
