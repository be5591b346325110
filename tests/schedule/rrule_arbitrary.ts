import fc from "fast-check";

// Random recurrence rules that RFC 5545 allows, with a DTSTART: any frequency, any parts together.

const WEEKDAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];

/** A rule without COUNT and UNTIL, and the local time from which it counts, as if it were UTC. */
export interface RandomRule {
  readonly text: string;
  readonly dtstart: number;
}

/** Rules of a frequency. */
export function rules(freq: string): fc.Arbitrary<RandomRule> {
  return fc.record({ dtstart: starts, parts: partsOf(freq) }).map(({ dtstart, parts }) => ({
    text: [`FREQ=${freq}`, ...parts].join(";"),
    dtstart,
  }));
}

const starts = fc.integer({ min: Date.UTC(1996, 0) / 1000, max: Date.UTC(2036, 0) / 1000 })
  .chain((second) =>
    // Near the turn of a year, where weeks belong to either, half of the time.
    fc.constantFrom(second, second - second % 86_400, turnOfYear(second), turnOfYear(second))
  )
  .map((second) => second * 1000);

function turnOfYear(second: number): number {
  const year = new Date(second * 1000).getUTCFullYear();
  return Date.UTC(year) / 1000 + second % (8 * 86_400) - 4 * 86_400;
}

function partsOf(freq: string): fc.Arbitrary<string[]> {
  const isYearly = freq === "YEARLY";
  const isLong = isYearly || freq === "MONTHLY";
  const isShort = ["SECONDLY", "MINUTELY", "HOURLY"].includes(freq);
  const optional = [
    part("BYMONTH", list(1, 12), 3),
    ...isYearly ? [part("BYWEEKNO", weeks, 4)] : [],
    ...isYearly || isShort ? [part("BYYEARDAY", signed(366), 5)] : [],
    ...freq === "WEEKLY" ? [] : [part("BYMONTHDAY", signed(31), 3)],
    part("BYDAY", isLong ? ordinals(isYearly) : fc.subarray(WEEKDAYS, { minLength: 1 }), 2),
    part("BYHOUR", list(0, 23), 3),
    part("BYMINUTE", list(0, 59), 3),
    part("BYSECOND", list(0, 59), 3),
  ];
  const interval = fc.oneof(fc.constant(1), fc.integer({ min: 1, max: isShort ? 100 : 7 }));
  return fc.tuple(
    fc.tuple(...optional),
    part("BYSETPOS", fc.oneof(signed(4), signed(366)), 4),
    interval,
    fc.option(fc.constantFrom(...WEEKDAYS)),
  ).map(([by, [position], interval, weekStart]) => {
    const given = by.flat();
    const hasWeek = given.some((it) => it.startsWith("BYWEEKNO"));
    return [
      // An ordinal and a week do not go together.
      ...given.map((it) => hasWeek && it.startsWith("BYDAY") ? it.replaceAll(/[-\d]+/g, "") : it),
      ...position !== undefined && given.length > 0 ? [position] : [],
      ...interval === 1 ? [] : [`INTERVAL=${interval}`],
      ...weekStart === null ? [] : [`WKST=${weekStart}`],
    ];
  });
}

function part(
  name: string,
  values: fc.Arbitrary<readonly (string | number)[]>,
  oneIn: number,
): fc.Arbitrary<string[]> {
  return fc.tuple(values, fc.nat({ max: oneIn - 1 }))
    .map(([list, chance]) => chance === 0 ? [`${name}=${list.join(",")}`] : []);
}

function list(min: number, max: number): fc.Arbitrary<number[]> {
  return fc.uniqueArray(fc.integer({ min, max }), { minLength: 1, maxLength: 4 });
}

function signed(max: number): fc.Arbitrary<number[]> {
  return list(1, max).chain((values) =>
    fc.tuple(...values.map((value) => fc.constantFrom(value, -value)))
  );
}

/** The weeks at either end of the year half of the time. */
const weeks = fc.oneof(
  signed(53),
  fc.uniqueArray(fc.constantFrom(1, 2, 51, 52, 53, -1, -2, -52, -53), {
    minLength: 1,
    maxLength: 3,
  }),
);

function ordinals(isYearly: boolean): fc.Arbitrary<string[]> {
  const ordinal = fc.oneof(
    { weight: 2, arbitrary: fc.constant("") },
    fc.constantFrom("1", "2", "4", "5", "-1", "-2", "-5"),
    ...isYearly ? [fc.constantFrom("10", "52", "53", "-30", "-53")] : [],
  );
  const day = fc.tuple(ordinal, fc.constantFrom(...WEEKDAYS)).map((it) => it.join(""));
  return fc.uniqueArray(day, { minLength: 1, maxLength: 4 });
}
