import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { TriggerParams } from "../../src/domain/rule.ts";
import { localMinutes, midnightRuns, realTimeRuns, setTimeRuns } from "./cron_oracle.ts";
import { between, textOf, timerOf } from "./support.ts";

const DAY_MS = 86_400_000;
/** Later than anything that is asked for here. */
const MUCH_LATER = [9000, 9001, 9002, 9003].map((year) => Date.UTC(year, 0));

const ZONES = [
  "UTC",
  "Europe/Berlin",
  "America/New_York",
  "America/Nuuk",
  "America/Sao_Paulo",
  "Australia/Lord_Howe",
  "Antarctica/Troll",
  "Africa/Casablanca",
  "Asia/Kathmandu",
  "Pacific/Apia",
  "Pacific/Chatham",
];

/** Recurrence rules of which each three days have at most a few hundred occurrences. */
const ENDLESS_RULES = [
  "FREQ=DAILY",
  "FREQ=DAILY;INTERVAL=3;BYHOUR=0,1,2,3;BYMINUTE=15,45",
  "FREQ=WEEKLY;INTERVAL=2;BYDAY=SA,SU;WKST=SU",
  "FREQ=MONTHLY;BYDAY=-1SU,1SA;BYHOUR=2",
  "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1,1",
  "FREQ=YEARLY;BYWEEKNO=1,13,53;BYDAY=SU",
  "FREQ=YEARLY;BYMONTH=3,10;BYDAY=-1SU;BYHOUR=1,2,3",
  "FREQ=HOURLY;INTERVAL=5;BYMINUTE=20",
  "FREQ=HOURLY;INTERVAL=7",
  "FREQ=MINUTELY;INTERVAL=25;BYDAY=SA,SU",
  "FREQ=SECONDLY;INTERVAL=1001;BYHOUR=0,1,2,23",
];

const zone = fc.constantFrom(...ZONES);
const instant = fc.integer({ min: Date.UTC(1975, 0), max: Date.UTC(2045, 0) });

/** A field that restricts: single numbers, ranges, lists of both. */
function setField(min: number, max: number): fc.Arbitrary<string> {
  const number = fc.integer({ min, max });
  const range = fc.tuple(number, number).map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`);
  const item = fc.oneof({ weight: 3, arbitrary: number.map(String) }, {
    weight: 1,
    arbitrary: range,
  });
  return fc.array(item, { minLength: 1, maxLength: 3 }).map((items) => items.join(","));
}

function stepField(min: number, max: number): fc.Arbitrary<string> {
  const step = fc.integer({ min: 1, max });
  const start = fc.oneof(fc.constant("*"), fc.integer({ min, max }).map(String));
  return fc.oneof(fc.constant("*"), fc.tuple(start, step).map(([from, by]) => `${from}/${by}`));
}

const weekOf = fc.constantFrom("#1", "#2", "#3", "#4", "#5", "L");
const dayField = fc.oneof(
  fc.constant("*"),
  fc.constant("LW"),
  setField(1, 31),
  setField(1, 31).map((field) => `L,${field}`),
  fc.integer({ min: 1, max: 31 }).map((day) => `${day}W`),
  fc.tuple(fc.integer({ min: 1, max: 31 }), setField(1, 31)).map(([day, rest]) =>
    `${day}W,${rest}`
  ),
);
const weekdayField = fc.oneof(
  fc.constant("*"),
  setField(0, 6),
  fc.integer({ min: 0, max: 4 }).map((from) => `${from}-7`),
  fc.tuple(fc.integer({ min: 0, max: 7 }), weekOf).map(([day, week]) => `${day}${week}`),
);
const dates = fc.tuple(dayField, fc.oneof(fc.constant("*"), setField(1, 12)), weekdayField)
  .map((fields) => fields.join(" "));

const setTimes = fc.tuple(setField(0, 59), setField(0, 23)).map((fields) => fields.join(" "));
const realTimes = fc.oneof(
  fc.tuple(stepField(0, 59), setField(0, 23)),
  fc.tuple(setField(0, 59), stepField(0, 23)),
).map((fields) => fields.join(" "));

const policy = fc.record({
  gap: fc.constantFrom("after" as const, "shift" as const, "skip" as const),
  overlap: fc.constantFrom("first" as const, "second" as const, "both" as const),
});

const cronParams: fc.Arbitrary<TriggerParams> = fc
  .tuple(fc.oneof(setTimes, realTimes), weekdayField, zone, policy)
  .map(([times, weekday, timezone, { gap, overlap }]) => ({
    ...{ expression: `${times} * * ${weekday}`, timezone },
    ...Object.fromEntries([["dst_gap", gap], ["dst_overlap", overlap]]),
  }));
const intervalParams: fc.Arbitrary<TriggerParams> = fc.record({
  interval: fc.integer({ min: 1, max: 1000 }),
  unit: fc.constantFrom("seconds", "minutes", "hours", "days"),
  timezone: zone,
}, { requiredKeys: ["interval", "unit"] });
const rruleParams: fc.Arbitrary<TriggerParams> = fc
  .tuple(fc.constantFrom(...ENDLESS_RULES), fc.integer({ min: 0, max: 8 * 366 }), zone, policy)
  .map(([rule, day, timezone, { gap, overlap }]) => ({
    ...{ rule, timezone, dtstart: new Date(Date.UTC(1967, 0, day, 0, 30)).toISOString() },
    ...Object.fromEntries([["dst_gap", gap], ["dst_overlap", overlap]]),
  }));
const anyParams = fc.oneof(cronParams, intervalParams, rruleParams);

Deno.test("every occurrence is strictly later, and the one that any instant before it leads to", () => {
  fc.assert(
    fc.property(
      anyParams,
      instant,
      fc.double({ min: 0, max: 1, noNaN: true }),
      (params, from, part) => {
        const timer = timerOf(params);
        // A timer knows its last answers still.
        const nextAnew = (after: number) => {
          for (const later of MUCH_LATER) timer.next(later);
          return timer.next(after);
        };
        let after = from;
        for (let n = 0; n < 5; n++) {
          const next = nextAnew(after);
          assert(next !== null && next > after);
          const between = after + Math.floor((next - 1 - after) * part);
          assertEquals(timer.next(between), next);
          assertEquals(nextAnew(between), next);
          assertEquals(nextAnew(next - 1), next);
          after = next;
        }
      },
    ),
    { numRuns: 300 },
  );
});

Deno.test("a sequence is the same wherever it is split", () => {
  fc.assert(
    fc.property(anyParams, instant, fc.nat({ max: 3 * DAY_MS }), (params, from, length) => {
      const timer = timerOf(params);
      const to = from + 3 * DAY_MS;
      const middle = from + length;
      const whole = between(timer, from, to).slice(0, 500);
      const parts = [...between(timer, from, middle), ...between(timer, middle, to)].slice(0, 500);
      assertEquals(parts, whole);
    }),
    { numRuns: 60 },
  );
});

Deno.test("a timer made anew goes on as the one before it", () => {
  fc.assert(
    fc.property(anyParams, instant, (params, from) => {
      const timer = timerOf(params);
      let after = from;
      for (let n = 0; n < 5; n++) {
        const again: TriggerParams = JSON.parse(JSON.stringify(params));
        const next = timer.next(after);
        assertEquals(timerOf(again).next(after), next);
        after = next ?? after;
      }
    }),
    { numRuns: 60 },
  );
});

Deno.test("an interval's occurrences are those that adding up gives", () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 5000 }), instant, (interval, anchorAt) => {
    const timer = timerOf({ interval }, "core.timer", anchorAt);
    const expected = Array.from({ length: 20 }, (_, n) => anchorAt + (n + 1) * interval * 1000);
    assertEquals(between(timer, anchorAt - DAY_MS, anchorAt + 20 * interval * 1000), expected);
  }));
});

Deno.test("cron finds the days that a walk over four years finds", () => {
  fc.assert(
    fc.property(dates, fc.integer({ min: 1970, max: 2090 }), (fields, year) => {
      const expression = `0 0 ${fields}`;
      const from = Date.UTC(year, 0, 1);
      const to = Date.UTC(year + 4, 0, 1);
      const expected = midnightRuns(expression, from, to);
      // What never fires is refused; four years are enough to show that it does.
      if (expected.length === 0) return;
      assertEquals(
        between(timerOf({ expression }), from - 1, to).map(textOf),
        expected.map(textOf),
      );
    }),
    { numRuns: 60 },
  );
});

Deno.test("cron at set times agrees with a walk over all minutes", () => {
  fc.assert(
    fc.property(
      setTimes,
      weekdayField,
      zone,
      policy,
      instant,
      (times, weekday, timezone, policy, at) => {
        const expression = `${times} * * ${weekday}`;
        const from = at - at % 60_000;
        const to = from + 2 * DAY_MS;
        const options = [["dst_gap", policy.gap], ["dst_overlap", policy.overlap]];
        const timer = timerOf({ expression, timezone, ...Object.fromEntries(options) });
        const expected = setTimeRuns(
          localMinutes(expression, from, to),
          timezone,
          from,
          to,
          policy,
        );
        assertEquals(between(timer, from, to).map(textOf), expected.map(textOf));
      },
    ),
    { numRuns: 60 },
  );
});

Deno.test("cron with wildcards agrees with a walk over all minutes", () => {
  fc.assert(
    fc.property(realTimes, weekdayField, zone, instant, (times, weekday, timezone, at) => {
      const expression = `${times} * * ${weekday}`;
      const from = at - at % 60_000;
      const to = from + 2 * DAY_MS;
      const expected = realTimeRuns(expression, timezone, from, to);
      const timer = timerOf({ expression, timezone });
      assertEquals(between(timer, from, to).map(textOf), expected.map(textOf));
    }),
    { numRuns: 60 },
  );
});
