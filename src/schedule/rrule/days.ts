import type { RecurrenceRule } from "./rule.ts";

/** 1970-01-01, from which days are numbered, was a Thursday. */
export const EPOCH_WEEKDAY = 4;
const EPOCH_FROM_YEAR_1 = 719_162;
const DAY_MS = 86_400_000;

/** The number of a year's first day; 0 is 1970-01-01. */
export function firstDayOf(year: number): number {
  const before = year - 1;
  return before * 365 + Math.floor(before / 4) - Math.floor(before / 100) +
    Math.floor(before / 400) - EPOCH_FROM_YEAR_1;
}

/** The year in which a day lies. */
export function yearOf(day: number): number {
  return new Date(day * DAY_MS).getUTCFullYear();
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
  readonly #years = new Map<number, Uint8Array>();
  /** The year asked about last: its first day, the first one after it, what it allows. */
  #first = 0;
  #end = 0;
  #allowed: Uint8Array = new Uint8Array();

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

  isAllowed(day: number): boolean {
    if (day < this.#first || day >= this.#end) this.#turnTo(yearOf(day));
    return this.#allowed[day - this.#first] === 1;
  }

  /** The first allowed day from a day on, or `end` if there is none before. */
  next(day: number, end: number): number {
    let next = day;
    while (next < end && !this.isAllowed(next)) next++;
    return next;
  }

  #turnTo(year: number): void {
    this.#first = firstDayOf(year);
    this.#end = firstDayOf(year + 1);
    const kind = kindOf(year);
    const known = this.#years.get(kind);
    this.#allowed = known ?? this.#daysOf(year);
    if (known === undefined) this.#years.set(kind, this.#allowed);
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
