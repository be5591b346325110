import { inspect } from "../refusal.ts";
import { MONTHS, WEEKDAYS } from "../../words/calendar.ts";

/** What a field may say. */
export interface FieldKind {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  /** In words. */
  readonly allowed: string;
  /** Stand for the numbers from `min` on, whole or by their first three letters. */
  readonly names?: readonly string[];
}

export const SECOND: FieldKind = { name: "second", min: 0, max: 59, allowed: "0-59" };
export const MINUTE: FieldKind = { name: "minute", min: 0, max: 59, allowed: "0-59" };
export const HOUR: FieldKind = { name: "hour", min: 0, max: 23, allowed: "0-23" };
export const DAY: FieldKind = {
  name: "day of month",
  min: 1,
  max: 31,
  allowed: "1-31, L, L-3, 15W or LW alone",
};
export const MONTH: FieldKind = {
  name: "month",
  min: 1,
  max: 12,
  allowed: "1-12 or JAN-DEC",
  names: MONTHS,
};
export const WEEKDAY: FieldKind = {
  name: "day of week",
  min: 0,
  max: 7,
  allowed: "0-7, SUN-SAT, 5#3 or 5L",
  names: WEEKDAYS,
};
export const YEAR: FieldKind = { name: "year", min: 1, max: 9999, allowed: "1-9999" };

/** "5#3" and "5L": a weekday in one week of the month. */
const WEEK_OF_MONTH = /^([^*?/]+?)(?:#([1-5L])|L)$/i;
/** "L", "L-3", "LW", "L-3W": days counted back from the last of the month. */
const FROM_THE_LAST = /^L(?:-(\d{1,2}))?(W?)$/i;

/** A set of numbers; `isAny` if it is everything because nobody restricted it. */
export interface NumberField {
  readonly isAny: boolean;
  readonly values: ReadonlySet<number>;
}

export interface DayField extends NumberField {
  /** `L` and `L-3`: days counted back from the last of the month, which is 0. */
  readonly beforeLast: ReadonlySet<number>;
  /** `15W`: the days whose nearest Monday to Friday is meant, in the same month. */
  readonly nearestTo: ReadonlySet<number>;
  /** `LW` and `L-3W`: the same for a day counted back from the last; `null` for none. */
  readonly nearestBeforeLast: number | null;
}

/** Days of the week from 0, Sunday; in `nth`, "5#3" (the third Friday) and "5#L" (the last one). */
export interface WeekdayField extends NumberField {
  readonly nth: ReadonlySet<string>;
}

/** What is allowed where an expression says something else. */
export class CronSyntaxError extends Error {
  override name = "CronSyntaxError";
}

/** Reads seconds, minutes, hours, months or years. Throws a {@link CronSyntaxError}. */
export function numbers(field: string, kind: FieldKind): NumberField {
  const values = new Set<number>();
  for (const item of field.split(",")) addValues(values, item, kind);
  return { isAny: field === "*", values };
}

/** Reads days of the month. Throws a {@link CronSyntaxError}. */
export function days(field: string): DayField {
  const values = new Set<number>();
  const nearestTo = new Set<number>();
  const beforeLast = new Set<number>();
  const isAny = field === "*" || field === "?";
  const rest = { isAny, values, nearestTo, beforeLast };
  if (/^L.*W$/i.test(field)) return { ...rest, nearestBeforeLast: daysBeforeLast(field) };
  for (const item of field === "?" ? ["*"] : field.split(",")) {
    if (/^L[^W]*$/i.test(item)) beforeLast.add(daysBeforeLast(item));
    else if (/^\d+W$/i.test(item)) {
      // Both "15W,16" and the refusal of "16,15W" are found in other engines' tests.
      if (values.size > 0) throw unexpected(`"W" days first in the list`, field, DAY);
      nearestTo.add(valueOf(item.slice(0, -1), item, DAY));
    } else addValues(values, item, DAY);
  }
  return { ...rest, nearestBeforeLast: null };
}

/** Reads days of the week. Throws a {@link CronSyntaxError}. */
export function weekdays(field: string): WeekdayField {
  const values = new Set<number>();
  const nth = new Set<string>();
  for (const item of field === "?" ? ["*"] : field.split(",")) {
    const [, plain, week = "L"] = WEEK_OF_MONTH.exec(item) ?? [];
    const found = new Set<number>();
    addValues(found, plain ?? item, WEEKDAY, item);
    for (const weekday of found) {
      if (plain === undefined) values.add(weekday);
      else nth.add(`${weekday}#${week.toUpperCase()}`);
    }
  }
  return { isAny: field === "*" || field === "?", values, nth };
}

function daysBeforeLast(item: string): number {
  const [matches, days = "0"] = FROM_THE_LAST.exec(item) ?? [];
  if (matches === undefined || Number(days) >= DAY.max) throw unexpected(DAY.allowed, item, DAY);
  return Number(days);
}

// A wildcard, a number or a range, with or without a step. `item` is what a message quotes.
function addValues(values: Set<number>, plain: string, kind: FieldKind, item = plain): void {
  const [span = "", stepText, ...rest] = plain.split("/");
  const [first = "", second, ...more] = span.split("-");
  if (rest.length > 0 || more.length > 0) throw unexpected(kind.allowed, item, kind);
  const highest = kind === WEEKDAY ? 6 : kind.max;
  const size = highest - kind.min + 1;
  // Every other year means the even ones.
  let from = kind === YEAR ? 0 : kind.min;
  let to = highest;
  if (span !== "*") {
    from = valueOf(first, item, kind);
    // Sunday is both 0 and 7; where a range ends it is the latter.
    if (second !== undefined) to = isSunday(second) ? 7 : valueOf(second, item, kind);
    else if (stepText === undefined) to = from;
  }
  if (from > to && kind === YEAR) throw unexpected("a range that runs forwards", item, kind);
  // "FRI-TUE" goes on where the week begins anew.
  if (from > to) to += size;
  const step = stepText === undefined ? 1 : stepOf(stepText, item, kind);
  for (let value = from; value <= to; value += step) {
    if (value >= kind.min) values.add((value - kind.min) % size + kind.min);
  }
}

function isSunday(text: string): boolean {
  return /^sun(?:day)?$/i.test(text);
}

function valueOf(text: string, item: string, kind: FieldKind): number {
  const named = kind.names === undefined ? -1 : indexOfName(text.toUpperCase(), kind.names);
  if (named >= 0) return named + kind.min;
  const value = /^\d+$/.test(text) ? Number(text) : NaN;
  if (value >= kind.min && value <= kind.max) return value;
  throw unexpected(kind.allowed, item, kind);
}

function indexOfName(text: string, names: readonly string[]): number {
  return names.findIndex((name) => {
    const whole = name.toUpperCase();
    return text === whole || text === whole.slice(0, 3);
  });
}

function stepOf(text: string, item: string, kind: FieldKind): number {
  const step = /^\d+$/.test(text) ? Number(text) : NaN;
  if (step >= 1 && step <= kind.max) return step;
  throw unexpected(`a step of 1-${kind.max}`, item, kind);
}

function unexpected(allowed: string, item: string, kind: FieldKind): CronSyntaxError {
  const aside = item.includes("?") ? ' ("?" may only be a whole day field)' : "";
  return new CronSyntaxError(
    `${allowed} instead of ${inspect(item)} in the ${kind.name} field${aside}`,
  );
}
