import * as z from "zod";
import { sorted } from "../../collections/number_lists.ts";
import { listOf, oneOfCapitals, wholeNumber } from "../params.ts";
import { dayMeant, frequencyMeant, monthMeant } from "./meant.ts";
import { FREQUENCIES, type Frequency, type RuleDay, WEEKDAYS } from "./rule.ts";

const MAX_ORDINAL = 53;
const DAY = /^([+-]?[0-9]{1,2})?(SU|MO|TU|WE|TH|FR|SA)$/;

/** In JSON Schema, and in either case. */
const DAY_PATTERN =
  "^([+-]?(0?[1-9]|[1-4][0-9]|5[0-3]))?([Ss][Uu]|[Mm][Oo]|[Tt][Uu]|[Ww][Ee]|[Tt][Hh]|[Ff][Rr]|[Ss][Aa])$";

/** The longest interval, 100 years of each. */
const MAX_INTERVALS: Readonly<Record<Frequency, number>> = {
  SECONDLY: 3_155_760_000,
  MINUTELY: 52_596_000,
  HOURLY: 876_600,
  DAILY: 36_525,
  WEEKLY: 5217,
  MONTHLY: 1200,
  YEARLY: 100,
};

/** The members of a rule, one for each part of RFC 5545 3.3.10 but UNTIL. */
export const RuleParams = z.object({
  freq: oneOfCapitals(FREQUENCIES, frequencyMeant).describe("How often it recurs"),
  interval: wholeNumber(1).default(1).describe("How many periods from one to the next"),
  count: wholeNumber(1).optional().describe("How many occurrences, from dtstart on"),
  by_month: numbers(1, 12, monthMeant).default([]).describe("Months"),
  by_week_no: signedNumbers(53).default([]).describe(
    "Weeks of the year, from either end; only with YEARLY",
  ),
  by_year_day: signedNumbers(366).default([]).describe("Days of the year, from either end"),
  by_month_day: signedNumbers(31).default([]).describe("Days of the month, from either end"),
  by_day: days().default([]).describe(
    "Weekdays, such as MO, or 2TU and -1FR within the month or the year",
  ),
  by_hour: numbers(0, 23).default([]).describe("Hours"),
  by_minute: numbers(0, 59).default([]).describe("Minutes"),
  // Where there are no leap seconds, 60 is 59 (RFC 5545 3.3.12).
  by_second: numbers(0, 60).transform((seconds) => sorted(seconds.map((it) => Math.min(it, 59))))
    .default([]).describe("Seconds"),
  by_set_pos: signedNumbers(366).default([]).describe(
    "Which of the occurrences of a period, from either end",
  ),
  week_start: oneOfCapitals(WEEKDAYS, dayMeant).default("MO").describe("What weeks begin with"),
}).superRefine((params, context) => {
  for (const [member, allowed] of contradictionsIn(params)) {
    context.addIssue({ code: "custom", path: [member], message: allowed });
  }
});
export type RuleParams = z.infer<typeof RuleParams>;

/** What RFC 5545 3.3.10 does not allow together: the member and what it may be instead. */
function* contradictionsIn(params: {
  readonly freq: Frequency;
  readonly interval: number;
  readonly by_week_no: readonly number[];
  readonly by_year_day: readonly number[];
  readonly by_month_day: readonly number[];
  readonly by_day: readonly RuleDay[];
  readonly by_set_pos: readonly number[];
}): Generator<readonly [member: string, allowed: string]> {
  const { freq, interval, by_set_pos, ...by } = params;
  const maxInterval = MAX_INTERVALS[freq];
  if (interval > maxInterval) {
    yield ["interval", `a whole number from 1 to ${maxInterval} (100 years)`];
  }
  const isYearly = freq === "YEARLY";
  if (by.by_week_no.length > 0 && !isYearly) yield ["by_week_no", "none unless freq is YEARLY"];
  if (by.by_year_day.length > 0 && ["DAILY", "WEEKLY", "MONTHLY"].includes(freq)) {
    yield ["by_year_day", "none when freq is DAILY, WEEKLY or MONTHLY"];
  }
  if (by.by_month_day.length > 0 && freq === "WEEKLY") {
    yield ["by_month_day", "none when freq is WEEKLY"];
  }
  const mayCountDays = freq === "MONTHLY" || (isYearly && by.by_week_no.length === 0);
  if (by.by_day.some(({ ordinal }) => ordinal !== null) && !mayCountDays) {
    yield ["by_day", "no numbers unless freq is MONTHLY, or YEARLY without by_week_no"];
  }
  const isAlone = Object.entries(by).every(([member, list]) =>
    !member.startsWith("by_") || !Array.isArray(list) || list.length === 0
  );
  if (by_set_pos.length > 0 && isAlone) yield ["by_set_pos", "none without another BY part"];
}

function numbers(
  min: number,
  max: number,
  meant?: (text: string) => number | null,
): z.ZodType<number[]> {
  const items = { type: "integer", minimum: min, maximum: max };
  const parse = (item: unknown) => {
    const isAllowed = typeof item === "number" && Number.isInteger(item) && item >= min &&
      item <= max;
    return isAllowed ? item : null;
  };
  return listOf(`whole numbers from ${min} to ${max}`, items, parse, meant).transform(sorted);
}

/** Numbers that count from either end. */
function signedNumbers(max: number): z.ZodType<number[]> {
  const items = { type: "integer", minimum: -max, maximum: max, not: { const: 0 } };
  return listOf(`whole numbers from 1 to ${max} or -${max} to -1`, items, (item) => {
    const isAllowed = typeof item === "number" && Number.isInteger(item) && item !== 0 &&
      Math.abs(item) <= max;
    return isAllowed ? item : null;
  }).transform(sorted);
}

function days(): z.ZodType<RuleDay[]> {
  const allowed = 'weekdays such as "MO", "2TU" or "-1FR"';
  return listOf(allowed, { type: "string", pattern: DAY_PATTERN }, dayFrom, dayMeant).transform(
    (days) => {
      const byPlace = new Map(days.map((day) => [(day.ordinal ?? 0) * 7 + day.weekday, day]));
      return [...byPlace].sort(([a], [b]) => a - b).map(([, day]) => day);
    },
  );
}

function dayFrom(item: unknown): RuleDay | null {
  const [, ordinal, name] = (typeof item === "string" && DAY.exec(item.toUpperCase())) || [];
  const weekday = WEEKDAYS.findIndex((it) => it === name);
  if (weekday < 0) return null;
  if (ordinal === undefined) return { weekday, ordinal: null };
  const number = Number(ordinal);
  return number !== 0 && Math.abs(number) <= MAX_ORDINAL ? { weekday, ordinal: number } : null;
}
