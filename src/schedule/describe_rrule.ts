import {
  countOf,
  everyOf,
  instantText,
  listOf,
  monthWords,
  ordinalFromEither,
  padded,
  sorted,
  wallText,
  WEEKDAYS,
  weekdayWords,
  wordsOf,
} from "./describe_words.ts";
import { FREQUENCIES, type Frequency, type RecurrenceRule } from "./rrule_rule.ts";
import { zoneOf } from "./zone.ts";

/** More times of day than these are told field by field. */
const MOST_TIMES = 6;
/** More excluded instants than these are counted only. */
const MOST_EXCEPTIONS = 3;

const UNITS: Readonly<Record<Frequency, string>> = {
  SECONDLY: "second",
  MINUTELY: "minute",
  HOURLY: "hour",
  DAILY: "day",
  WEEKLY: "week",
  MONTHLY: "month",
  YEARLY: "year",
};

/** A recurrence rule as a sentence; `exDates` are instants left out, in epoch milliseconds. */
export function describeRRule(rule: RecurrenceRule, exDates: readonly number[]): string {
  const start = new Date(
    rule.dtstart + (zoneOf(rule.timezone)?.stretchAt(rule.dtstart).offset ?? 0),
  );
  const dates = [inMonths(rule, start), inWeeks(rule), ...onDays(rule, start)].join("");
  const time = timeOf(rule, start);
  const comma = dates.includes(",") && time.startsWith(" ") ? "," : "";
  return [
    `Every ${everyOf(rule.interval, UNITS[rule.freq])}${dates}${comma}${time}${pickOf(rule)}`,
    ` in ${rule.timezone}`,
    `, starting ${wallText(start.getTime())}`,
    rule.count === null ? "" : `, ${countOf(rule.count, "time")}`,
    rule.until === null ? "" : `, until ${instantText(rule.until)}`,
    weekStartOf(rule),
    exceptionsOf(exDates),
  ].join("");
}

/** Whether a frequency's period is longer than a day, so that its parts name days of it. */
function isAboveDaily(freq: Frequency): boolean {
  return FREQUENCIES.indexOf(freq) > FREQUENCIES.indexOf("DAILY");
}

function inMonths({ freq, interval, byMonth, ...rule }: RecurrenceRule, start: Date): string {
  if (byMonth.length > 0) {
    const months = listOf(monthWords(byMonth));
    return freq === "YEARLY" || interval === 1 ? ` in ${months}` : `, only in ${months}`;
  }
  const isImplied = freq === "YEARLY" && hasNoDays(rule) && rule.byWeekNo.length === 0;
  return isImplied ? ` in ${monthWords([start.getUTCMonth() + 1])}` : "";
}

function inWeeks({ byWeekNo }: RecurrenceRule): string {
  return byWeekNo.length === 0 ? "" : ` in the ${ordinals(byWeekNo)} week of the year`;
}

/** Each of these restricts those before it. */
function onDays(rule: RecurrenceRule, start: Date): string[] {
  const { byYearDay, byMonthDay, byDay } = rule;
  const found = [
    ...byYearDay.length > 0 ? [`the ${ordinals(byYearDay)} day of the year`] : [],
    ...byMonthDay.length > 0 ? [monthDays(byMonthDay, rule)] : [],
    ...byDay.length > 0 ? [weekdaysOf(rule)] : [],
    ...hasNoDays(rule) ? impliedDay(rule, start) : [],
  ];
  const isNamed = isAboveDaily(rule.freq);
  return found.map((days, index) => index === 0 && isNamed ? ` on ${days}` : `, only on ${days}`);
}

function hasNoDays(
  { byYearDay, byMonthDay, byDay }: Pick<RecurrenceRule, "byYearDay" | "byMonthDay" | "byDay">,
): boolean {
  return byYearDay.length + byMonthDay.length + byDay.length === 0;
}

/** What a rule without days takes from its start. */
function impliedDay(rule: RecurrenceRule, start: Date): string[] {
  const { freq, byMonth, byWeekNo } = rule;
  if (!isAboveDaily(freq)) return [];
  if (freq === "WEEKLY" || byWeekNo.length > 0) return weekdayWords([start.getUTCDay()]);
  const months = byMonth.length > 0 ? byMonth : [start.getUTCMonth() + 1];
  return [monthDays([start.getUTCDate()], { ...rule, byMonth: months })];
}

function monthDays(days: readonly number[], { freq, byMonth, byWeekNo }: RecurrenceRule): string {
  const isEvery = freq === "YEARLY" && byMonth.length + byWeekNo.length === 0;
  const word = days.some((day) => day < 0) ? " day" : "";
  return `the ${ordinals(days)}${word} of ${isEvery ? "every" : "the"} month`;
}

function weekdaysOf({ freq, byMonth, byWeekNo, byDay }: RecurrenceRule): string {
  const plain = byDay.filter((day) => day.ordinal === null).map((day) => day.weekday);
  const numbered = byDay.flatMap(({ weekday, ordinal }) =>
    ordinal === null ? [] : [`the ${ordinalFromEither(ordinal)} ${WEEKDAYS[weekday]}`]
  );
  const isEach = (freq === "MONTHLY" || freq === "YEARLY") && byWeekNo.length === 0;
  const period = freq === "YEARLY" && byMonth.length === 0 ? "year" : "month";
  return [
    ...plain.length > 0 ? [(isEach ? "every " : "") + listOf(weekdayWords(plain))] : [],
    ...numbered.length > 0 ? [`${listOf(numbered)} of the ${period}`] : [],
  ].join(" and on ");
}

/** Times of day; for a frequency below daily the parts that it takes from its start or is limited by. */
function timeOf(rule: RecurrenceRule, start: Date): string {
  const hours = rule.byHour.length > 0 ? rule.byHour : [start.getUTCHours()];
  const minutes = rule.byMinute.length > 0 ? rule.byMinute : [start.getUTCMinutes()];
  const seconds = rule.bySecond.length > 0 ? rule.bySecond : [start.getUTCSeconds()];
  if (isAboveDaily(rule.freq) || rule.freq === "DAILY") return timesOfDay(hours, minutes, seconds);
  if (isPlain(rule)) return "";
  const isOnTheMinute = seconds.length === 1 && seconds[0] === 0 && rule.bySecond.length === 0;
  const below = [
    ...rule.freq === "HOURLY" ? [units("minute", minutes)] : [],
    ...rule.freq === "SECONDLY" || isOnTheMinute ? [] : [units("second", seconds)],
  ];
  const limits = [
    ...rule.byHour.length > 0 ? [units("hour", hours)] : [],
    ...rule.freq !== "HOURLY" && rule.byMinute.length > 0 ? [units("minute", minutes)] : [],
    ...rule.freq === "SECONDLY" && rule.bySecond.length > 0 ? [units("second", seconds)] : [],
  ];
  return (below.length > 0 ? ` at ${below.join(", ")}` : "") +
    limits.map((limit) => `, only in ${limit}`).join("");
}

/** Nothing but a pace, in elapsed time. */
function isPlain(rule: RecurrenceRule): boolean {
  const { byMonth, byWeekNo, byHour, byMinute, bySecond } = rule;
  return hasNoDays(rule) &&
    [byMonth, byWeekNo, byHour, byMinute, bySecond].every((list) => list.length === 0);
}

function timesOfDay(
  hours: readonly number[],
  minutes: readonly number[],
  seconds: readonly number[],
): string {
  const withSeconds = seconds.length > 1 || seconds[0] !== 0;
  if (hours.length * minutes.length * seconds.length > MOST_TIMES) {
    const parts = [units("minute", minutes), units("hour", hours)];
    return ` at ${(withSeconds ? [units("second", seconds), ...parts] : parts).join(" of ")}`;
  }
  const times = hours.flatMap((h) =>
    minutes.flatMap((m) =>
      seconds.map((s) => [h, m, ...withSeconds ? [s] : []].map(padded).join(":"))
    )
  );
  return ` at ${listOf(times)}`;
}

function units(name: string, values: readonly number[]): string {
  return `${name}${values.length === 1 ? "" : "s"} ${listOf(wordsOf(values, String))}`;
}

function pickOf({ bySetPos, freq }: RecurrenceRule): string {
  return bySetPos.length === 0
    ? ""
    : `, of these only the ${ordinals(bySetPos)} in each ${UNITS[freq]}`;
}

/** Said only where another first day of the week would make a difference. */
function weekStartOf({ freq, interval, byWeekNo, bySetPos, weekStart }: RecurrenceRule): string {
  const matters = byWeekNo.length > 0 ||
    (freq === "WEEKLY" && (interval > 1 || bySetPos.length > 0));
  return matters && weekStart !== 1 ? `, weeks beginning on ${WEEKDAYS[weekStart]}` : "";
}

function exceptionsOf(exDates: readonly number[]): string {
  if (exDates.length === 0) return "";
  return exDates.length <= MOST_EXCEPTIONS
    ? `, except ${listOf(exDates.map(instantText))}`
    : `, except at ${exDates.length} instants`;
}

/** From the beginning, then those counted from the end. */
function ordinals(values: readonly number[]): string {
  const ordered = sorted(values);
  return listOf([
    ...wordsOf(ordered.filter((value) => value > 0), ordinalFromEither),
    ...ordered.filter((value) => value < 0).map(ordinalFromEither),
  ]);
}
