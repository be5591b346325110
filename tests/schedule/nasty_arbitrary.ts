import fc from "fast-check";
import type { TriggerParams } from "../../src/domain/rule.ts";

// Rules that are allowed, or nearly, and made to be hard: parts that hardly ever meet, long lists, counts
// near the limit, clocks that swallow all of it.

const FREQUENCIES = ["SECONDLY", "MINUTELY", "HOURLY", "DAILY", "WEEKLY", "MONTHLY", "YEARLY"];
const WEEKDAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];
/** Next to what divides a day or a week, to a leap year's cycle, to 400 years, and primes. */
const INTERVALS = [1, 2, 3, 7, 11, 23, 25, 53, 59, 61, 97, 293, 1439, 1441, 1461, 1801, 3599, 3601];
const LONG_INTERVALS = [7919, 36524, 43201, 86399, 86401, 126_227, 146_097, 604_801, 3_155_759_999];
const ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia"];
const DST_GAPS = ["after", "shift", "skip"];
const DST_OVERLAPS = ["first", "second", "both"];

/** Parameters of a rule of any kind. */
export const nastyRules: fc.Arbitrary<TriggerParams> = fc.oneof(
  { weight: 6, arbitrary: recurrences() },
  { weight: 3, arbitrary: crons() },
  { weight: 1, arbitrary: intervals() },
);

function recurrences(): fc.Arbitrary<TriggerParams> {
  return fc.record({
    type: fc.constant("rrule"),
    dtstart: fc.integer({ min: 0, max: 4e9 }).map((it) => new Date(it * 1000).toISOString()),
    rule: fc.constantFrom(...FREQUENCIES).chain(ruleText),
    ...frame(),
    ex_dates: exceptions(),
  }, { requiredKeys: ["type", "dtstart", "rule"] });
}

function ruleText(freq: string): fc.Arbitrary<string> {
  const isShort = ["SECONDLY", "MINUTELY", "HOURLY", "DAILY"].includes(freq);
  const ordinals = freq === "MONTHLY" || freq === "YEARLY" ? ["", "5", "-5"] : [""];
  const byDay = fc.tuple(fc.constantFrom(...ordinals), fc.constantFrom(...WEEKDAYS))
    .map((it) => it.join(""));
  return fc.tuple(
    part(
      "INTERVAL",
      fc.constantFrom(...INTERVALS, ...isShort ? LONG_INTERVALS : []).map(String),
      2,
    ),
    part("BYMONTH", fc.oneof(fc.constant("2"), list(1, 12)), 3),
    part("BYMONTHDAY", fc.constantFrom("29", "30", "31", "-1", range(1, 15), range(16, 31)), 3),
    part("BYYEARDAY", fc.constantFrom("366", "-366", "60", range(1, 183)), 8),
    part("BYWEEKNO", fc.constantFrom("53", "-53", "1"), freq === "YEARLY" ? 4 : 1e9),
    part("BYDAY", fc.uniqueArray(byDay, { minLength: 1, maxLength: 6 }).map(String), 2),
    part("BYHOUR", fc.oneof(list(0, 23), fc.constant(range(0, 22))), 2),
    part("BYMINUTE", fc.oneof(list(0, 59), fc.constant(range(0, 58))), 2),
    part("BYSECOND", fc.oneof(list(0, 59), fc.constant(range(0, 58))), 2),
    part("BYSETPOS", fc.constantFrom("366", "-366", "7", "31", "-31", "1,-1", range(2, 200)), 5),
    part("COUNT", fc.constantFrom("5000", "2400", "3", "1000"), 3),
  ).map((parts) => [`FREQ=${freq}`, ...parts.flat()].join(";"));
}

function crons(): fc.Arbitrary<TriggerParams> {
  const times = ["0", "*", "59", "*/7", "1-58"];
  return fc.record({
    type: fc.constant("cron"),
    expression: fc.tuple(
      fc.constantFrom(...times),
      fc.constantFrom(...times),
      fc.constantFrom("0", "2", "*", "*/5"),
      fc.constantFrom("*", "29", "30", "31", "L", "LW", "15W", "31W", "8-14", "1-7"),
      fc.constantFrom("*", "2", "3", "2,4,6,9,11", "12"),
      fc.constantFrom("*", "0", "MON#5", "FRI#5", "SUNL", "1-5", "6"),
      fc.constantFrom("*", "2027-9999", "9999", "2096-2104", "2100,2200,2300", "1-2400"),
    ).map((fields) => fields.join(" ")),
    day_match: fc.constantFrom("or", "and"),
    ...frame(),
  }, { requiredKeys: ["type", "expression"] });
}

function intervals(): fc.Arbitrary<TriggerParams> {
  return fc.record({
    type: fc.constant("interval"),
    interval: fc.constantFrom(1, 7, 365, 36_525),
    unit: fc.constant("days"),
    anchor: fc.constantFrom("0001-01-01T02:30:00Z", "2026-03-29T02:30:00+01:00"),
    ...frame(),
  }, { requiredKeys: ["type", "interval"] });
}

function frame() {
  return {
    timezone: fc.constantFrom(...ZONES),
    dst_gap: fc.constantFrom(...DST_GAPS),
    dst_overlap: fc.constantFrom(...DST_OVERLAPS),
  };
}

function exceptions(): fc.Arbitrary<string[]> {
  const start = Date.UTC(2026, 0);
  return fc.tuple(
    fc.constantFrom(1000, 60_000, 3_600_000, 86_400_000),
    fc.integer({ min: 1, max: 1000 }),
  )
    .map(([stepMs, size]) =>
      Array.from({ length: size }, (_, place) => new Date(start + place * stepMs).toISOString())
    );
}

function part(name: string, value: fc.Arbitrary<string>, oneIn: number): fc.Arbitrary<string[]> {
  return fc.tuple(value, fc.nat({ max: oneIn - 1 }))
    .map(([text, chance]) => chance === 0 ? [`${name}=${text}`] : []);
}

function list(min: number, max: number): fc.Arbitrary<string> {
  return fc.uniqueArray(fc.integer({ min, max }), { minLength: 1, maxLength: 5 }).map(String);
}

function range(from: number, to: number): string {
  return Array.from({ length: to - from + 1 }, (_, place) => from + place).join(",");
}
