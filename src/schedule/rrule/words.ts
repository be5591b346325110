import {
  countOf,
  everyOf,
  instantText,
  listOf,
  monthWords,
  ordinalFromEither,
  padded,
  wallText,
  WEEKDAYS,
  weekdayWords,
  wordsOf,
} from "../../words/calendar.ts";
import { sorted } from "../../collections/number_lists.ts";
import { stepOf } from "./plan.ts";
import { FREQUENCIES, type Frequency, type RecurrenceRule, type RuleDates } from "./rule.ts";
import { filledRuleOf } from "./defaults.ts";

/** More times of day than these are told field by field. */
const MOST_TIMES = 6;
/** More instants than these are counted only. */
const MOST_INSTANTS = 3;

const UNITS: Readonly<Record<Frequency, string>> = {
  SECONDLY: "second",
  MINUTELY: "minute",
  HOURLY: "hour",
  DAILY: "day",
  WEEKLY: "week",
  MONTHLY: "month",
  YEARLY: "year",
};

/** A recurrence rule as a sentence. */
export function rruleSentence(rule: RecurrenceRule, { exDates, rDates }: RuleDates): string {
  const { freq, interval, count, until, timezone } = rule;
  const { filled, start } = filledRuleOf(rule);
  const dates = [inMonths(filled), inWeeks(filled), ...onDays(filled)].join("");
  const time = stepOf(rule) === null ? timeOf(filled) : "";
  return [
    `Every ${everyOf(interval, UNITS[freq])}${dates}`,
    dates.includes(", only") && time.startsWith(" ") ? "," : "",
    `${time}${pickOf(rule)} in ${timezone}, starting ${wallText(start.getTime())}`,
    count === null ? "" : `, ${countOf(count, "time")}`,
    until === null ? "" : `, until ${instantText(until)}`,
    weekStartOf(rule),
    instantsOf(exDates, "except"),
    instantsOf(rDates, "also"),
  ].join("");
}

/** Whether a frequency's period is longer than a day, so that its parts name days of it. */
function isAboveDaily(freq: Frequency): boolean {
  return FREQUENCIES.indexOf(freq) > FREQUENCIES.indexOf("DAILY");
}

function inMonths({ freq, interval, byMonth }: RecurrenceRule): string {
  if (byMonth.length === 0) return "";
  const months = listOf(monthWords(sorted(byMonth)));
  return freq === "YEARLY" || interval === 1 ? ` in ${months}` : `, only in ${months}`;
}

function inWeeks({ byWeekNo }: RecurrenceRule): string {
  return byWeekNo.length === 0 ? "" : ` in the ${ordinals(byWeekNo)} week of the year`;
}

/** Each of these restricts those before it. */
function onDays(rule: RecurrenceRule): string[] {
  const { freq, byYearDay, byMonthDay, byDay } = rule;
  const found = [
    ...byYearDay.length > 0 ? [`the ${ordinals(byYearDay)} day of the year`] : [],
    ...byMonthDay.length > 0 ? [monthDays(rule)] : [],
    ...byDay.length > 0 ? [weekdaysOf(rule)] : [],
  ];
  return found.map((days, i) =>
    i === 0 && isAboveDaily(freq) ? ` on ${days}` : `, only on ${days}`
  );
}

function monthDays({ freq, byMonth, byWeekNo, byMonthDay }: RecurrenceRule): string {
  const word = byMonthDay.some((day) => day < 0) ? " day" : "";
  const isPlain = byWeekNo.length === 0 && (freq === "MONTHLY" || freq === "YEARLY");
  const every = freq === "YEARLY" && byMonth.length === 0 ? " of every month" : "";
  return `the ${ordinals(byMonthDay)}${word}${isPlain ? every : " of the month"}`;
}

function weekdaysOf({ freq, byMonth, byWeekNo, byDay }: RecurrenceRule): string {
  const plain = byDay.filter((day) => day.ordinal === null).map((day) => day.weekday);
  const numbered = byDay.flatMap(({ weekday, ordinal }) =>
    ordinal === null ? [] : [`the ${ordinalFromEither(ordinal)} ${WEEKDAYS[weekday]}`]
  );
  const isEach = (freq === "MONTHLY" || freq === "YEARLY") && byWeekNo.length === 0;
  const months = freq === "YEARLY" && byMonth.length > 0 ? " of the month" : "";
  return [
    ...plain.length > 0 ? [(isEach ? "every " : "") + listOf(weekdayWords(plain))] : [],
    ...numbered.length > 0 ? [listOf(numbered) + months] : [],
  ].join(" and on ");
}

/** Times of day; of a shorter period what is set in it, and which periods are meant. */
function timeOf({ freq, byHour, byMinute, bySecond }: RecurrenceRule): string {
  if (isAboveDaily(freq) || freq === "DAILY") return timesOfDay(byHour, byMinute, bySecond);
  const isOnTheMinute = bySecond.length === 1 && bySecond[0] === 0;
  const minutes = byMinute.length === 0 ? [] : [units("minute", byMinute)];
  const seconds = bySecond.length === 0 ? [] : [units("second", bySecond)];
  const within = [
    ...freq === "HOURLY" ? minutes : [],
    ...freq === "SECONDLY" || isOnTheMinute ? [] : seconds,
  ];
  const limits = [
    ...byHour.length === 0 ? [] : [units("hour", byHour)],
    ...freq === "HOURLY" ? [] : minutes,
    ...freq === "SECONDLY" ? seconds : [],
  ];
  return (within.length === 0 ? "" : ` at ${within.join(", ")}`) +
    limits.map((limit) => `, only in ${limit}`).join("");
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
  const times = sorted(hours).flatMap((h) =>
    sorted(minutes).flatMap((m) =>
      sorted(seconds).map((s) => [h, m, ...withSeconds ? [s] : []].map(padded).join(":"))
    )
  );
  return ` at ${listOf(times)}`;
}

function units(name: string, values: readonly number[]): string {
  return `${name}${values.length === 1 ? "" : "s"} ${listOf(wordsOf(sorted(values), String))}`;
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

function instantsOf(instants: readonly number[], word: "except" | "also"): string {
  if (instants.length === 0) return "";
  if (instants.length > MOST_INSTANTS) return `, ${word} at ${instants.length} instants`;
  return `, ${word === "also" ? "also at" : word} ${listOf(instants.map(instantText))}`;
}

/** From the beginning, then those counted from the end. */
function ordinals(values: readonly number[]): string {
  const ordered = sorted(values);
  return listOf([
    ...wordsOf(ordered.filter((value) => value > 0), ordinalFromEither),
    ...ordered.filter((value) => value < 0).map(ordinalFromEither),
  ]);
}
