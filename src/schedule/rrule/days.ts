import type { RecurrenceRule } from "./rule.ts";

/** 1970-01-01, from which days are numbered, was a Thursday. */
export const EPOCH_WEEKDAY = 4;
const EPOCH_FROM_YEAR_1 = 719_162;
/** After this many days, 400 years and whole weeks, the calendar repeats itself. */
export const CYCLE_DAYS = 146_097;
/** How many days of a year come before each month, without a leap day. */
const DAYS_BEFORE = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
const YEAR_DAYS = CYCLE_DAYS / 400;

/** The number of a year's first day; 0 is 1970-01-01. */
export function firstDayOf(year: number): number {
  const before = year - 1;
  return before * 365 + Math.floor(before / 4) - Math.floor(before / 100) +
    Math.floor(before / 400) - EPOCH_FROM_YEAR_1;
}

/** The year in which a day lies. */
export function yearOf(day: number): number {
  const year = Math.floor((day + EPOCH_FROM_YEAR_1) / YEAR_DAYS) + 1;
  if (day < firstDayOf(year)) return year - 1;
  return day < firstDayOf(year + 1) ? year : year + 1;
}

/** The number of a month's first day; months are numbered through, year 0's January is 0. */
export function firstDayOfMonth(month: number): number {
  const year = Math.floor(month / 12);
  const inYear = month - year * 12;
  const before = DAYS_BEFORE[inYear] ?? 0;
  return firstDayOf(year) + (inYear > 1 && daysOfYear(year) === 366 ? before + 1 : before);
}

/** The month in which a day lies, numbered through. */
export function monthOf(day: number): number {
  const year = yearOf(day);
  // No month has more than 31 days: it is this month or the next.
  const month = year * 12 + Math.floor((day - firstDayOf(year)) / 31);
  return day < firstDayOfMonth(month + 1) ? month : month + 1;
}

/** A day's place in the week, from 0, Sunday. */
export function weekdayOf(day: number): number {
  return modulo(day + EPOCH_WEEKDAY, 7);
}

/** The remainder of a division that rounds down. Exact for what takes less than 2^52, and no slow `%`. */
export function modulo(value: number, divisor: number): number {
  return value - Math.floor(value / divisor) * divisor;
}

/**
 * The days that the date parts of a rule allow, all of them at once: BYMONTH, BYWEEKNO, BYYEARDAY,
 * BYMONTHDAY and BYDAY, whatever the frequency makes of them (RFC 5545 3.3.10). Days are numbered.
 */
export class RuleDays {
  readonly #months: ReadonlySet<number>;
  readonly #weeks: ReadonlySet<number>;
  readonly #yearDays: ReadonlySet<number>;
  readonly #monthDays: ReadonlySet<number>;
  readonly #weekdays: ReadonlySet<number>;
  readonly #ordinals: ReadonlySet<number>;
  readonly #ordinalsOfMonth: boolean;
  readonly #weekStart: number;
  /** By kind of year: years of one kind have the same days, and there are at most 28 kinds. */
  readonly #years = new Map<number, Uint16Array>();
  /** The year asked about last: its first day, the first one after it, what it allows. */
  #year = 0;
  #first = 0;
  #end = 0;
  /** For each day of the year the first allowed one from there on, counted from 0; else the year's length. */
  #nextAllowed: Uint16Array = new Uint16Array();

  constructor(rule: RecurrenceRule) {
    this.#months = new Set(rule.byMonth);
    this.#weeks = new Set(rule.byWeekNo);
    this.#yearDays = new Set(rule.byYearDay);
    this.#monthDays = new Set(rule.byMonthDay);
    this.#weekdays = new Set(
      rule.byDay.flatMap(({ weekday, ordinal }) => ordinal === null ? [weekday] : []),
    );
    this.#ordinals = new Set(
      rule.byDay.flatMap(({ weekday, ordinal }) =>
        ordinal === null ? [] : [ordinalKey(ordinal, weekday)]
      ),
    );
    this.#ordinalsOfMonth = rule.freq === "MONTHLY" || rule.byMonth.length > 0;
    this.#weekStart = rule.weekStart;
  }

  /** The first allowed day from a day on, or `end` if there is none before. Looks at 400 years at most. */
  next(day: number, end: number): number {
    const last = Math.min(end, day + CYCLE_DAYS);
    if (day >= end) return end;
    if (day < this.#first || day >= this.#end) this.#turnTo(yearOf(day));
    let next = this.#first + (this.#nextAllowed[day - this.#first] ?? 0);
    while (next >= this.#end) {
      if (next >= last) return end;
      this.#turnTo(this.#year + 1);
      next = this.#first + (this.#nextAllowed[0] ?? 0);
    }
    return next < last ? next : end;
  }

  #turnTo(year: number): void {
    this.#year = year;
    this.#first = firstDayOf(year);
    this.#end = firstDayOf(year + 1);
    const kind = kindOf(year);
    const known = this.#years.get(kind);
    this.#nextAllowed = known ?? nextOf(this.#daysOf(year));
    if (known === undefined) this.#years.set(kind, this.#nextAllowed);
  }

  #daysOf(year: number): Uint8Array {
    const yearDays = this.#end - this.#first;
    const allowed = new Uint8Array(yearDays);
    let before = 0;
    for (let month = 1; month <= 12; month++) {
      const monthDays = daysIn(month, yearDays);
      for (let date = 1; this.#allowsMonth(month) && date <= monthDays; date++) {
        const yearDay = before + date;
        const day = this.#first + yearDay - 1;
        const isAllowed = holds(this.#monthDays, date, monthDays) &&
          holds(this.#yearDays, yearDay, yearDays) &&
          this.#allowsWeek(day, year) &&
          (this.#ordinalsOfMonth
            ? this.#allowsWeekday(day, date, monthDays)
            : this.#allowsWeekday(day, yearDay, yearDays));
        if (isAllowed) allowed[yearDay - 1] = 1;
      }
      before += monthDays;
    }
    return allowed;
  }

  #allowsMonth(month: number): boolean {
    return this.#months.size === 0 || this.#months.has(month);
  }

  #allowsWeek(day: number, year: number): boolean {
    if (this.#weeks.size === 0) return true;
    let weekYear = year;
    if (day < this.#firstWeekOf(year)) weekYear--;
    else if (day >= this.#firstWeekOf(year + 1)) weekYear++;
    const first = this.#firstWeekOf(weekYear);
    const weeks = (this.#firstWeekOf(weekYear + 1) - first) / 7;
    return holds(this.#weeks, Math.floor((day - first) / 7) + 1, weeks);
  }

  /** The first day of the first week with at least four days of a year (RFC 5545 3.3.10, ISO 8601). */
  #firstWeekOf(year: number): number {
    const first = firstDayOf(year);
    const lead = modulo(weekdayOf(first) - this.#weekStart, 7);
    return lead <= 3 ? first - lead : first - lead + 7;
  }

  /** `place` is that of the day among the `size` days of the month or the year. */
  #allowsWeekday(day: number, place: number, size: number): boolean {
    if (this.#weekdays.size === 0 && this.#ordinals.size === 0) return true;
    const weekday = weekdayOf(day);
    return this.#weekdays.has(weekday) ||
      this.#ordinals.has(ordinalKey(Math.ceil(place / 7), weekday)) ||
      this.#ordinals.has(ordinalKey(-Math.ceil((size - place + 1) / 7), weekday));
  }
}

/** For each of some days, numbered from 0, the first one allowed from there on, or how many there are. */
function nextOf(allowed: Uint8Array): Uint16Array {
  const next = new Uint16Array(allowed.length);
  let nearest = allowed.length;
  for (let day = allowed.length - 1; day >= 0; day--) {
    if (allowed[day] === 1) nearest = day;
    next[day] = nearest;
  }
  return next;
}

function ordinalKey(ordinal: number, weekday: number): number {
  return ordinal * 7 + weekday;
}

/** Whether a list has a value, counted from either end; an empty list has all. */
function holds(list: ReadonlySet<number>, value: number, size: number): boolean {
  return list.size === 0 || list.has(value) || list.has(value - size - 1);
}

/** What tells years apart: the weekday they begin with, and which of them and their neighbours is leap. */
function kindOf(year: number): number {
  const leap = [year - 1, year, year + 1].findIndex((it) => daysOfYear(it) === 366);
  return (leap + 1) * 7 + weekdayOf(firstDayOf(year));
}

function daysOfYear(year: number): number {
  return firstDayOf(year + 1) - firstDayOf(year);
}

function daysIn(month: number, yearDays: number): number {
  if (month === 2) return yearDays - 337;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}
