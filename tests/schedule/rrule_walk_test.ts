import { assertEquals } from "@std/assert";
import fc from "fast-check";
import type { TriggerParams } from "../../src/domain/rule.ts";
import { compile } from "../../src/schedule/kinds.ts";
import { type RandomRule, rules } from "./rrule_arbitrary.ts";
import { localTimes } from "./rrule_oracle.ts";
import { firstOf, textOf } from "./support.ts";

const DAY_MS = 86_400_000;
const SEED = 5545;
const RUNS = 150;

/** How many days the walk covers: enough for most rules to recur. */
const SPANS: readonly (readonly [freq: string, days: number])[] = [
  ["YEARLY", 30 * 366],
  ["MONTHLY", 8 * 366],
  ["WEEKLY", 4 * 366],
  ["DAILY", 3 * 366],
  ["HOURLY", 366],
  ["MINUTELY", 30],
  ["SECONDLY", 2],
];

for (const [freq, days] of SPANS) {
  Deno.test(`rrule agrees with a walk over all time on random ${freq} rules`, () => {
    fc.assert(
      fc.property(rules(freq), (rule) => {
        const to = rule.dtstart + days * DAY_MS;
        const expected = localTimes(rule.text, rule.dtstart, to, 10).map(textOf);
        assertEquals(timesOf(paramsOf(rule), to), expected);
      }),
      { numRuns: RUNS, seed: SEED },
    );
  });
}

Deno.test("rrule says the same from wherever it is asked, however long the rule has been", () => {
  const frequencies = SPANS.map(([freq]) => freq);
  fc.assert(
    fc.property(
      fc.constantFrom(...frequencies).chain((freq) => rules(freq)),
      fc.nat({ max: 20 * 366 * DAY_MS }),
      (rule, agesMs) => {
        const compiled = compile("core.rruletimer", paramsOf(rule), 0);
        if (!compiled.ok) return;
        const { timer } = compiled;
        const after = rule.dtstart + agesMs;
        const next = timer.next(after);
        if (next === null) return;
        assertEquals(timer.next(next - 1), next);
        assertEquals(timer.next(after + Math.floor((next - 1 - after) / 2)), next);
        const again = compile("core.rruletimer", paramsOf(rule), 0);
        assertEquals(again.ok && again.timer.next(next), timer.next(next));
      },
    ),
    { numRuns: 300, seed: SEED },
  );
});

Deno.test("rrule counts COUNT as a walk does", () => {
  const frequencies = SPANS.slice(0, 5);
  fc.assert(
    fc.property(
      fc.constantFrom(...frequencies).chain(([freq, days]) =>
        fc.record({ rule: rules(freq), days: fc.constant(days), count: fc.nat({ max: 8 }) })
      ),
      ({ rule, days, count }) => {
        const to = rule.dtstart + days * DAY_MS;
        const counted = { ...rule, text: `${rule.text};COUNT=${count + 1}` };
        const expected = localTimes(counted.text, rule.dtstart, to, 10).map(textOf);
        assertEquals(timesOf(paramsOf(counted), to), expected);
      },
    ),
    { numRuns: 100, seed: SEED },
  );
});

function paramsOf({ text, dtstart }: RandomRule): TriggerParams {
  return { dtstart: textOf(dtstart), rule: text };
}

/** The first ten occurrences up to an instant; a rule refused because it never fires has none. */
function timesOf(params: TriggerParams, to: number): string[] {
  const compiled = compile("core.rruletimer", params, 0);
  if (compiled.ok) {
    return firstOf(compiled.timer, "1900-01-01T00:00:00Z", 10).filter((it) => Date.parse(it) <= to);
  }
  assertEquals(compiled.problems.map((it) => it.split(": ").at(-1)), ["this one never fires"]);
  return [];
}
