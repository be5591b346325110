import type { CronFields, DayField, WeekdayField } from "./fields.ts";

/** A month as far as day fields can tell months apart. */
interface Month {
  readonly length: number;
  /** The day of the week of the first, from 0, Sunday. */
  readonly firstWeekday: number;
}

/** Calendars of the years repeat themselves after this many. */
const CALENDAR_YEARS = 400;

/**
 * Whether a day matches the date fields in any year. Looks at the kinds of year there are rather than
 * at the years one after another: at most 14 times 366 days.
 */
export function everHasADay(fields: CronFields): boolean {
  const { year, month } = fields;
  const seen = new Set<string>();
  const years = year?.values ?? range(2000, 2000 + CALENDAR_YEARS);
  for (const value of years) {
    const january = monthOf(value, 1);
    const calendar = `${january.firstWeekday} ${monthOf(value, 2).length}`;
    if (seen.has(calendar)) continue;
    seen.add(calendar);
    for (const number of month.values) {
      if (monthHasADay(fields, monthOf(value, number))) return true;
    }
    if (seen.size === 14) return false;
  }
  return false;
}

function monthHasADay(fields: CronFields, month: Month): boolean {
  for (let day = 1; day <= month.length; day++) {
    if (isDay(fields, day, month)) return true;
  }
  return false;
}

function isDay({ day, weekday, needsBothDays }: CronFields, date: number, month: Month): boolean {
  if (day.isAny) return weekday.isAny || isWeekday(weekday, date, month);
  if (weekday.isAny) return isDayOfMonth(day, date, month);
  return needsBothDays
    ? isDayOfMonth(day, date, month) && isWeekday(weekday, date, month)
    : isDayOfMonth(day, date, month) || isWeekday(weekday, date, month);
}

function isDayOfMonth(field: DayField, date: number, month: Month): boolean {
  if (field.values.has(date) || (field.last && date === month.length)) return true;
  if (field.lastWeekday && date === nearestWeekday(month.length, month)) return true;
  for (const day of field.nearestTo) {
    if (day <= month.length && date === nearestWeekday(day, month)) return true;
  }
  return false;
}

function isWeekday(field: WeekdayField, date: number, month: Month): boolean {
  const weekday = weekdayOf(date, month);
  return field.values.has(weekday) ||
    field.nth.has(`${weekday}#${Math.ceil(date / 7)}`) ||
    (date + 7 > month.length && field.nth.has(`${weekday}#L`));
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
  const first = new Date(0);
  first.setUTCFullYear(year, month - 1, 1);
  const last = new Date(0);
  last.setUTCFullYear(year, month, 0);
  return { length: last.getUTCDate(), firstWeekday: first.getUTCDay() };
}

function* range(from: number, to: number): Generator<number> {
  for (let value = from; value < to; value++) yield value;
}
