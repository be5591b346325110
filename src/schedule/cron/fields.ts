import { anyOf, inspect } from "../refusal.ts";

const MAX_CHARACTERS = 256;

const NICKNAMES = new Map([
  ["@yearly", "0 0 1 1 *"],
  ["@annually", "0 0 1 1 *"],
  ["@monthly", "0 0 1 * *"],
  ["@weekly", "0 0 * * 0"],
  ["@daily", "0 0 * * *"],
  ["@midnight", "0 0 * * *"],
  ["@hourly", "0 * * * *"],
]);

/** What a field may say. */
interface FieldKind {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  /** In words. */
  readonly allowed: string;
  /** Stand for the numbers from `min` on. */
  readonly names?: readonly string[];
}

const SECOND = { name: "second", min: 0, max: 59, allowed: "0-59" };
const MINUTE = { name: "minute", min: 0, max: 59, allowed: "0-59" };
const HOUR = { name: "hour", min: 0, max: 23, allowed: "0-23" };
const DAY = { name: "day of month", min: 1, max: 31, allowed: "1-31, L, 15W or LW alone" };
const MONTH = {
  name: "month",
  min: 1,
  max: 12,
  allowed: "1-12 or JAN-DEC",
  names: "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC".split(" "),
};
const WEEKDAY = {
  name: "day of week",
  min: 0,
  max: 7,
  allowed: "0-7, SUN-SAT, 5#3 or 5L",
  names: "SUN MON TUE WED THU FRI SAT".split(" "),
};
const YEAR = { name: "year", min: 1, max: 9999, allowed: "1-9999" };

/** "5#3" and "5L": a weekday in one week of the month. */
const WEEK_OF_MONTH = /^([^*?/]+?)(?:#([1-5L])|L)$/i;

/** A set of numbers; `isAny` if it is everything because nobody restricted it. */
export interface NumberField {
  readonly isAny: boolean;
  readonly values: ReadonlySet<number>;
}

export interface DayField extends NumberField {
  /** `L`: the last day of the month. */
  readonly last: boolean;
  /** `LW`: the last day of the month that is no Saturday or Sunday. */
  readonly lastWeekday: boolean;
  /** `15W`: the days whose nearest Monday to Friday is meant, in the same month. */
  readonly nearestTo: ReadonlySet<number>;
}

/** Days of the week from 0, Sunday; in `nth`, "5#3" (the third Friday) and "5#L" (the last one). */
export interface WeekdayField extends NumberField {
  readonly nth: ReadonlySet<string>;
}

/** A cron expression, taken apart. */
export interface CronFields {
  readonly second: NumberField;
  readonly minute: NumberField;
  readonly hour: NumberField;
  readonly day: DayField;
  readonly month: NumberField;
  readonly weekday: WeekdayField;
  /** `null` for every year. */
  readonly year: NumberField | null;
  /** Whether a day has to match both day fields, where both are restricted. */
  readonly needsBothDays: boolean;
  /** Whether seconds, minutes or hours have a wildcard or a step. */
  readonly hasWildcardTime: boolean;
}

/** What is allowed where an expression says something else. */
export class CronSyntaxError extends Error {
  override name = "CronSyntaxError";
}

/**
 * Takes a cron expression apart: 5 fields, 6 (seconds first) or 7 (year last), or a nickname. Throws a
 * {@link CronSyntaxError} whose message says what is allowed.
 */
export function parseCron(expression: string): CronFields {
  if (expression.length > MAX_CHARACTERS) {
    throw new CronSyntaxError(`at most ${MAX_CHARACTERS} characters, not ${expression.length}`);
  }
  const fields = fieldsOf(expression.trim());
  if (fields.length < 5 || fields.length > 7) {
    throw new CronSyntaxError(`5, 6 or 7 fields, not ${fields.length}`);
  }
  const [second = "", minute = "", hour = "", day = "", month = "", weekday = "", year = "*"] =
    fields.length === 5 ? ["0", ...fields] : fields;
  const isPlus = weekday.startsWith("+");
  return {
    second: numbers(second, SECOND),
    minute: numbers(minute, MINUTE),
    hour: numbers(hour, HOUR),
    day: days(day),
    month: numbers(month, MONTH),
    weekday: weekdays(isPlus ? weekday.slice(1) : weekday),
    year: isWildcard(year) ? null : numbers(year, YEAR),
    needsBothDays: isPlus || fields.length > 5,
    hasWildcardTime: [second, minute, hour].some((field) => /[*?/]/.test(field)),
  };
}

function fieldsOf(expression: string): string[] {
  if (!expression.startsWith("@")) return expression.match(/\S+/g) ?? [];
  const meaning = NICKNAMES.get(expression.toLowerCase());
  if (meaning === undefined) throw new CronSyntaxError(anyOf([...NICKNAMES.keys()]));
  return meaning.split(" ");
}

function numbers(field: string, kind: FieldKind): NumberField {
  const values = new Set<number>();
  for (const item of field.split(",")) addValues(values, item, kind);
  return { isAny: isWildcard(field), values };
}

function days(field: string): DayField {
  const values = new Set<number>();
  const nearestTo = new Set<number>();
  if (/^LW$/i.test(field)) {
    return { isAny: false, values, nearestTo, last: false, lastWeekday: true };
  }
  let last = false;
  for (const item of field.split(",")) {
    if (/^L$/i.test(item)) last = true;
    else if (/^\d+W$/i.test(item)) {
      // Both "15W,16" and the refusal of "16,15W" are found in other engines' tests.
      if (values.size > 0) throw unexpected(`"W" days first in the list`, field, DAY);
      nearestTo.add(valueOf(item.slice(0, -1), item, DAY));
    } else addValues(values, item, DAY);
  }
  return { isAny: isWildcard(field), values, nearestTo, last, lastWeekday: false };
}

function weekdays(field: string): WeekdayField {
  const values = new Set<number>();
  const nth = new Set<string>();
  for (const item of field.split(",")) {
    const [, plain, week = "L"] = WEEK_OF_MONTH.exec(item) ?? [];
    const found = new Set<number>();
    addValues(found, plain ?? item, WEEKDAY, item);
    for (const value of found) {
      const weekday = value % 7;
      if (plain === undefined) values.add(weekday);
      else nth.add(`${weekday}#${week.toUpperCase()}`);
    }
  }
  return { isAny: isWildcard(field), values, nth };
}

function isWildcard(field: string): boolean {
  return field === "*" || field === "?";
}

// A wildcard, a number or a range, with or without a step. `item` is what a message quotes.
function addValues(values: Set<number>, plain: string, kind: FieldKind, item = plain): void {
  const [span = "", stepText, ...rest] = plain.split("/");
  const [first = "", second, ...more] = span.split("-");
  if (rest.length > 0 || more.length > 0) throw unexpected(kind.allowed, item, kind);
  const highest = kind === WEEKDAY ? 6 : kind.max;
  // Every other year means the even ones.
  let from = kind === YEAR ? 0 : kind.min;
  let to = highest;
  if (!isWildcard(span)) {
    from = valueOf(first, item, kind);
    // Sunday is both 0 and 7; where a range ends it is the latter.
    if (second !== undefined) to = /^sun$/i.test(second) ? 7 : valueOf(second, item, kind);
    else if (stepText === undefined) to = from;
  }
  if (from > to) throw unexpected("a range that runs forwards", item, kind);
  const step = stepText === undefined ? 1 : stepOf(stepText, item, kind);
  for (let value = from; value <= to; value += step) {
    if (value >= kind.min) values.add(value);
  }
}

function valueOf(text: string, item: string, kind: FieldKind): number {
  const named = kind.names?.indexOf(text.toUpperCase()) ?? -1;
  if (named >= 0) return named + kind.min;
  const value = /^\d+$/.test(text) ? Number(text) : NaN;
  if (value >= kind.min && value <= kind.max) return value;
  throw unexpected(kind.allowed, item, kind);
}

function stepOf(text: string, item: string, kind: FieldKind): number {
  const step = /^\d+$/.test(text) ? Number(text) : NaN;
  if (step >= 1 && step <= kind.max) return step;
  throw unexpected(`a step of 1-${kind.max}`, item, kind);
}

function unexpected(allowed: string, item: string, kind: FieldKind): CronSyntaxError {
  return new CronSyntaxError(`${allowed} instead of ${inspect(item)} in the ${kind.name} field`);
}
