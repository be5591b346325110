import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { TriggerParams } from "../../src/domain/rule.ts";
import { describe } from "../../src/schedule/describe.ts";
import { compile } from "../../src/schedule/kinds.ts";
import { firstOf } from "./support.ts";

/** What the parts of a schedule may be; two schedules that differ in one part are often alike. */
const CRON_PARTS = [
  ["0", "*", "*/5", "*/7", "30", "0,30", "1-3", "0-59"],
  ["0", "*", "*/10", "*/7", "5/10", "10-20", "3,7", "0-59/2", "0,30"],
  ["*", "0", "*/2", "1/2", "9-17", "9,14", "8-10,12", "*/5", "0-23"],
  ["*", "1-31", "*/2", "L", "LW", "15W", "31", "1,15", "1-7"],
  ["*", "3", "1-12", "*/3", "2,3"],
  ["*", "1-5", "0-6", "5#3", "5L", "1", "1,5#3", "6,0"],
  ["*", "2026", "*/2", "2027/2"],
  ["or", "and"],
];
const RULE_PARTS = [
  ["FREQ=YEARLY", "FREQ=MONTHLY", "FREQ=WEEKLY", "FREQ=DAILY", "FREQ=HOURLY", "FREQ=MINUTELY"],
  ["", "INTERVAL=2"],
  ["", "BYMONTH=1", "BYMONTH=1,3", "BYMONTH=2"],
  ["", "BYMONTHDAY=31", "BYMONTHDAY=1,-1", "BYYEARDAY=31", "BYWEEKNO=5,6"],
  ["", "BYDAY=MO", "BYDAY=SA", "BYDAY=1MO", "BYDAY=MO,1MO", "BYDAY=-1MO"],
  ["", "BYHOUR=9", "BYHOUR=9,17"],
  ["", "BYMINUTE=0", "BYMINUTE=0,30"],
  ["", "BYSECOND=0", "BYSECOND=15"],
  ["", "BYSETPOS=1", "BYSETPOS=-1"],
  ["", "WKST=SU"],
];

/** Two lists of parts that differ in one of them. */
function neighbours(parts: readonly (readonly string[])[]): fc.Arbitrary<readonly string[][]> {
  const some = parts.map((choices) => fc.constantFrom(...choices));
  const changes = parts.map((choices, place) =>
    fc.constantFrom(...choices).map((part) => ({ place, part }))
  );
  return fc.tuple(fc.tuple(...some), fc.oneof(...changes))
    .map(([first, { place, part }]) => [first, first.with(place, part)]);
}

function cronOf(parts: readonly string[]): TriggerParams {
  return { expression: parts.slice(0, -1).join(" "), day_match: parts.at(-1) };
}

function ruleOf(parts: readonly string[]): TriggerParams {
  return { rule: parts.filter((it) => it !== "").join(";"), dtstart: "2026-01-31T09:00:00Z" };
}

const families = [["cron", CRON_PARTS, cronOf], ["rrule", RULE_PARTS, ruleOf]] as const;
for (const [name, parts, paramsOf] of families) {
  Deno.test(`describe() never uses one sentence for two different ${name} schedules`, () => {
    let shared = 0;
    const property = fc.property(neighbours(parts), (pair) => {
      const [a, b] = pair.map((it) => compile("core.timer", paramsOf(it), 0));
      if (!a?.ok || !b?.ok || describe(a.timer) !== describe(b.timer)) return;
      if (a.timer.key !== b.timer.key) shared++;
      for (const after of ["2026-01-30T00:00:00Z", "2028-02-27T00:00:00Z"]) {
        assertEquals(firstOf(a.timer, after, 20), firstOf(b.timer, after, 20), describe(a.timer));
      }
    });
    fc.assert(property, { numRuns: 1000 });
    assert(shared > 0, "no two schedules were alike");
  });
}
