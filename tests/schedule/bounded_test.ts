import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { adviceOn } from "../../src/schedule/advice.ts";
import { describe } from "../../src/schedule/describe.ts";
import { compile } from "../../src/schedule/kinds.ts";
import { RuleTimes } from "../../src/schedule/rrule/times.ts";
import { nastyRules } from "./nasty_arbitrary.ts";
import { firstOf, problemsOf, timerOf } from "./support.ts";

const NOW = Date.UTC(2026, 11);
const SEED = 1801;
const RUNS = 500;

// What a search looks at is counted, for time is another on each machine: some 50 nanoseconds for each.
const MOST_TO_COMPILE = 100_010;
const MOST_TO_GO_ON = 5000;

Deno.test("no rule takes many steps to be compiled, described, advised on or asked for what is next", () => {
  const steps = countedSteps();
  fc.assert(
    fc.property(nastyRules, (params) => {
      const compiled = steps.of(() => compile("core.timer", params, NOW), MOST_TO_COMPILE);
      if (!compiled.ok) return;
      const { timer } = compiled;
      steps.of(() => describe(timer), 0);
      steps.of(() => adviceOn(timer, NOW), MOST_TO_GO_ON);
      let at: number | null = NOW;
      for (let asked = 0; asked < 3 && at !== null; asked++) {
        const after: number = at;
        at = steps.of(() => timer.next(after), MOST_TO_GO_ON);
      }
    }),
    { numRuns: RUNS, seed: SEED },
  );
});

Deno.test("a rule whose parts seldom meet is counted without a walk through its periods", () => {
  const steps = countedSteps();
  const rule = "FREQ=SECONDLY;INTERVAL=1801;BYMINUTE=0,30;BYSECOND=0;COUNT=2400";
  const timer = steps.of(
    () => timerOf({ type: "rrule", dtstart: "2026-01-01T00:00:01Z", rule }),
    2 * 2400,
  );
  assertEquals(firstOf(timer, "2026-01-01T00:00:00Z", 1), ["2026-02-07T12:00:00Z"]);
  assertEquals(firstOf(timer, "2272-01-01T00:00:00Z", 99).at(-1), "2272-07-19T23:30:00Z");
});

Deno.test("a rule that takes too long to search is refused, with what to write instead", () => {
  // Each 86,400 weeks, the occurrences move on by a day of the week.
  const rule = "FREQ=SECONDLY;INTERVAL=604801;BYDAY=MO,TU,WE,FR";
  assertEquals(problemsOf({ type: "rrule", dtstart: "2090-02-11T12:43:09Z", rule }), [
    `rule: "${rule}" is not allowed, expected parts that meet sooner than in thousands of years, ` +
    "such as a longer freq with by_hour, by_minute and by_second",
  ]);
});

/** Runs things, and checks how much the searches for occurrences looked at meanwhile. */
function countedSteps() {
  const searched = new Set<RuleTimes>();
  const total = () => searched.values().reduce((sum, times) => sum + times.steps, 0);
  return {
    of<T>(run: () => T, most: number): T {
      const { next } = RuleTimes.prototype;
      RuleTimes.prototype.next = function (after) {
        searched.add(this);
        return next.call(this, after);
      };
      try {
        const before = total();
        const result = run();
        const steps = total() - before;
        assert(steps <= most, `${steps} steps`);
        return result;
      } finally {
        RuleTimes.prototype.next = next;
      }
    },
  };
}
