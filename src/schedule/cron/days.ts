import type { DayField, WeekdayField } from "./field.ts";
import type { DateFields } from "./fields.ts";

const DAY_MS = 24 * 60 * 60 * 1000;
const FIRST_YEAR = 1;
const LAST_YEAR = 9999;
/** Calendars of the years repeat themselves after this many. */
const CALENDAR_YEARS = 400;

/** A month as far as day fields can tell months apart. */
interface Month {
  readonly length: number;
  /** The day of the week of the first, from 0, Sunday. */
  readonly firstWeekday: number;
}

/**
 * The midnight of the first day that matches the date fields, not before that of `from`, both as if they
 * were UTC, in milliseconds. `null` where there is none up to the year 9999.
 */
export function firstDay(fields: DateFields, from: number): number | null {
  const start = new Date(from);
  let date = start.getUTCDate();
  let month = start.getUTCMonth() + 1;
  let year = start.getUTCFullYear();
  if (year < FIRST_YEAR) [date, month, year] = [1, 1, FIRST_YEAR];
  for (; year <= LAST_YEAR; year++, month = 1, date = 1) {
    if (fields.year !== null && !fields.year.values.has(year)) continue;
    for (; month <= 12; month++, date = 1) {
      if (!fields.month.values.has(month)) continue;
      const found = firstDayOf(monthOf(year, month), date, fields);
      if (found !== null) return midnightOf(year, month, found);
    }
  }
  return null;
}

/**
 * Whether a day matches the date fields in any year. Looks at the kinds of year there are rather than
 * at the years one after another: at most 14 times 366 days.
 */
export function everHasADay(fields: DateFields): boolean {
  const { year, month } = fields;
  const seen = new Set<string>();
  const years = year?.values ?? range(2000, 2000 + CALENDAR_YEARS);
  for (const value of years) {
    const january = monthOf(value, 1);
    const calendar = `${january.firstWeekday} ${monthOf(value, 2).length}`;
    if (seen.has(calendar)) continue;
    seen.add(calendar);
    for (const number of month.values) {
      if (firstDayOf(monthOf(value, number), 1, fields) !== null) return true;
    }
    if (seen.size === 14) return false;
  }
  return false;
}

function firstDayOf(month: Month, from: number, fields: DateFields): number | null {
  for (let day = from; day <= month.length; day++) {
    if (isDay(fields, day, month)) return day;
  }
  return null;
}

function isDay({ day, weekday, needsBothDays }: DateFields, date: number, month: Month): boolean {
  if (day.isAny) return weekday.isAny || isWeekday(weekday, date, month);
  if (weekday.isAny) return isDayOfMonth(day, date, month);
  return needsBothDays
    ? isDayOfMonth(day, date, month) && isWeekday(weekday, date, month)
    : isDayOfMonth(day, date, month) || isWeekday(weekday, date, month);
}

function isDayOfMonth(field: DayField, date: number, month: Month): boolean {
  if (field.values.has(date) || field.beforeLast.has(month.length - date)) return true;
  const { nearestBeforeLast } = field;
  if (nearestBeforeLast !== null) {
    const day = month.length - nearestBeforeLast;
    return day >= 1 && date === nearestWeekday(day, month);
  }
  for (const day of field.nearestTo) {
    if (day <= month.length && date === nearestWeekday(day, month)) return true;
  }
  return false;
}

function isWeekday(field: WeekdayField, date: number, month: Month): boolean {
  const weekday = weekdayOf(date, month);
  if (field.values.has(weekday)) return true;
  return field.nth.size > 0 &&
    (field.nth.has(`${weekday}#${Math.ceil(date / 7)}`) ||
      (date + 7 > month.length && field.nth.has(`${weekday}#L`)));
}

/** The Monday to Friday nearest to a day, in the same month. */
function nearestWeekday(day: number, month: Month): number {
  const weekday = weekdayOf(day, month);
  if (weekday === 6) return day === 1 ? 3 : day - 1;
  if (weekday === 0) return day === month.length ? day - 2 : day + 1;
  return day;
}

function weekdayOf(day: number, month: Month): number {
  return (month.firstWeekday + day - 1) % 7;
}

function monthOf(year: number, month: number): Month {
  const from = midnightOf(year, month, 1);
  const to = midnightOf(year, month + 1, 1);
  return { length: (to - from) / DAY_MS, firstWeekday: new Date(from).getUTCDay() };
}

/** Unlike `Date.UTC` for the first century, too. */
function midnightOf(year: number, month: number, day: number): number {
  return new Date(0).setUTCFullYear(year, month - 1, day);
}

function* range(from: number, to: number): Generator<number> {
  for (let value = from; value < to; value++) yield value;
}
