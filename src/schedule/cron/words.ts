import type { DayField, NumberField, WeekdayField } from "./field.ts";
import type { CronFields } from "./fields.ts";
import {
  listOf,
  monthWords,
  ordinal,
  ordinalFromEither,
  padded,
  WEEKDAYS,
  weekdayWords,
  wordsOf,
} from "../../words/calendar.ts";
import { progressionOf, runsOf, sorted } from "../../collections/number_lists.ts";

/** More times of day than these are told field by field. */
const MOST_TIMES = 6;
const LAST_YEAR = 9999;
const NEAREST = "the working day (Monday to Friday) nearest to";

interface Unit {
  readonly name: string;
  /** How many there are, from 0. */
  readonly size: number;
  readonly word: (value: number) => string;
}

const SECOND: Unit = { name: "second", size: 60, word: String };
const MINUTE: Unit = { name: "minute", size: 60, word: String };
const HOUR: Unit = { name: "hour", size: 24, word: padded };

/** The fields of a cron expression as a sentence, but for the time zone. */
export function cronSentence(fields: CronFields): string {
  const times = timesOf(fields);
  const isDaily = fields.day.isAny && fields.weekday.isAny;
  const start = times === null ? paceOf(fields) : `At ${times}${isDaily ? " every day" : ""}`;
  return start + daysOf(fields) + yearsOf(fields.year);
}

/** The times of day, where they are few. */
function timesOf({ second, minute, hour }: CronFields): string | null {
  if (second.values.size * minute.values.size * hour.values.size > MOST_TIMES) return null;
  const seconds = isZero(second) ? [[]] : sorted(second.values).map((s) => [s]);
  const times = sorted(hour.values).flatMap((h) =>
    sorted(minute.values).flatMap((m) => seconds.map((s) => [h, m, ...s].map(padded).join(":")))
  );
  return listOf(times);
}

/** Seconds, minutes and hours, from the finest that there is something to say of. */
function paceOf({ second, minute, hour }: CronFields): string {
  if (isZero(second)) {
    const hours = isZero(minute) ? regularOf(hour, HOUR) : null;
    if (hours !== null) return isFull(hour, HOUR) ? hours : `${hours} from 00:00`;
    const minutes = regularOf(minute, MINUTE);
    if (minutes !== null) return minutes + spanOf(hour);
    return `At ${phraseOf(minute, MINUTE)} of ${phraseOf(hour, HOUR)}`;
  }
  const seconds = regularOf(second, SECOND);
  const start = seconds ?? `At ${phraseOf(second, SECOND)}`;
  if (!isFull(minute, MINUTE)) {
    return `${start} of ${phraseOf(minute, MINUTE)} of ${phraseOf(hour, HOUR)}`;
  }
  return `${start}${seconds === null ? " of every minute" : ""}${spanOf(hour)}`;
}

/** "Every minute", "Every 10 minutes": only where the pace holds from one hour or day to the next. */
function regularOf(field: NumberField, unit: Unit): string | null {
  if (isFull(field, unit)) return `Every ${unit.name}`;
  const steps = progressionOf(sorted(field.values));
  if (steps === null || steps.first !== 0 || field.values.size * steps.step !== unit.size) {
    return null;
  }
  return `Every ${steps.step} ${unit.name}s`;
}

/** Hours during which something goes on. */
function spanOf(hour: NumberField): string {
  if (isFull(hour, HOUR)) return "";
  const hours = sorted(hour.values);
  if (progressionOf(hours) !== null) return ` of ${phraseOf(hour, HOUR)}`;
  const spans = runsOf(hours).map(({ from, to }) => `${padded(from)}:00 through ${padded(to)}:59`);
  return ` from ${listOf(spans)}`;
}

function phraseOf(field: NumberField, unit: Unit): string {
  if (isFull(field, unit)) return `every ${unit.name}`;
  const numbers = sorted(field.values);
  const steps = progressionOf(numbers);
  if (steps !== null) {
    const { first, last, step } = steps;
    return `every ${ordinal(step)} ${unit.name} from ${unit.word(first)} to ${unit.word(last)}`;
  }
  return `${unit.name}${numbers.length === 1 ? "" : "s"} ${listOf(wordsOf(numbers, unit.word))}`;
}

function isFull({ values }: NumberField, { size }: Unit): boolean {
  return values.size === size;
}

function isZero({ values }: NumberField): boolean {
  return values.size === 1 && values.has(0);
}

/** The day fields and the months. Empty where all days are meant. */
function daysOf({ day, weekday, month, needsBothDays }: CronFields): string {
  const months = month.values.size === 12 ? null : listOf(monthWords(sorted(month.values)));
  const dates = ` on ${dateWords(day)} of ${months ?? "every month"}`;
  const weekdays = () => weekdaysOf(weekday, months);
  if (day.isAny) return weekday.isAny ? inMonths(months) : weekdays();
  if (weekday.isAny) return dates;
  return needsBothDays
    ? `${dates}, but only if that is ${whichWeekdays(weekday)}`
    : `${dates}, and also${weekdays()}`;
}

function inMonths(months: string | null): string {
  return months === null ? "" : ` in ${months}`;
}

function dateWords({ values, beforeLast, nearestTo, nearestBeforeLast }: DayField): string {
  const numbers = sorted(values);
  const steps = progressionOf(numbers);
  const the = (date: number) => `the ${ordinal(date)}`;
  const dates = steps === null
    ? wordsOf(numbers, the)
    : [`every ${ordinal(steps.step)} day from ${the(steps.first)} to ${the(steps.last)}`];
  return listOf([
    ...dates,
    ...sorted(nearestTo).map((date) => `${NEAREST} ${the(date)}`),
    ...sorted(beforeLast).toReversed().map(dayBeforeLast),
    ...nearestBeforeLast === null ? [] : [
      nearestBeforeLast === 0
        ? "the last working day (Monday to Friday)"
        : `${NEAREST} ${dayBeforeLast(nearestBeforeLast)}`,
    ],
  ]);
}

function dayBeforeLast(days: number): string {
  return `the ${ordinalFromEither(-1 - days)} day`;
}

function weekdaysOf(field: WeekdayField, months: string | null): string {
  const plain = field.values.size === 0
    ? []
    : [` on ${listOf(weekdayWords([...field.values]))}${inMonths(months)}`];
  const nth = field.nth.size === 0
    ? []
    : [` on ${listOf(nthWords(field))} of ${months ?? "every month"}`];
  return [...plain, ...nth].join(" and");
}

function whichWeekdays(field: WeekdayField): string {
  const plain = sorted([...field.values].map((day) => day === 0 ? 7 : day))
    .map((day, index) => `${index === 0 ? "a " : ""}${WEEKDAYS[day % 7]}`);
  const nth = nthWords(field).map((words) => `${words} of the month`);
  return listOf([...plain, ...nth], "or");
}

/** In the order of the month; the last one comes last. */
function nthWords({ nth }: WeekdayField): string[] {
  const items = [...nth].map((item) => {
    const [weekday = "", week = ""] = item.split("#");
    return { weekday: Number(weekday), week: week === "L" ? -1 : Number(week) };
  });
  const rank = ({ week, weekday }: typeof items[number]) => (week + 7) % 7 * 7 + weekday;
  return items.sort((a, b) => rank(a) - rank(b))
    .map(({ week, weekday }) => `the ${ordinalFromEither(week)} ${WEEKDAYS[weekday]}`);
}

function yearsOf(year: NumberField | null): string {
  if (year === null) return "";
  const numbers = sorted(year.values);
  const steps = progressionOf(numbers);
  if (steps === null) return ` in ${listOf(wordsOf(numbers, String))}`;
  const { first, last, step } = steps;
  if (last + step <= LAST_YEAR) return ` in every ${ordinal(step)} year from ${first} to ${last}`;
  return first === step
    ? ` in every year divisible by ${step}`
    : ` in every ${ordinal(step)} year from ${first} on`;
}
