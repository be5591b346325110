import { anyOf } from "../refusal.ts";
import {
  CronSyntaxError,
  type DayField,
  days,
  HOUR,
  MINUTE,
  MONTH,
  type NumberField,
  numbers,
  SECOND,
  type WeekdayField,
  weekdays,
  YEAR,
} from "./field.ts";

/** Longer expressions are refused. */
export const MAX_CHARACTERS = 256;
const ALL_DAYS = 31;
const ALL_WEEKDAYS = 7;
/** A line of a crontab may say its time zone. */
const ZONE = /^(?:CRON_)?TZ=(["']?)([^\s"']*)\1(?:\s+|$)/i;

const NICKNAMES = new Map([
  ["@yearly", "0 0 1 1 *"],
  ["@annually", "0 0 1 1 *"],
  ["@monthly", "0 0 1 * *"],
  ["@weekly", "0 0 * * 0"],
  ["@daily", "0 0 * * *"],
  ["@midnight", "0 0 * * *"],
  ["@hourly", "0 * * * *"],
]);

/** The names that stand for an expression. */
export const NICKNAME_LIST: readonly string[] = [...NICKNAMES.keys()];

/** What an expression says of dates. */
export interface DateFields {
  readonly day: DayField;
  readonly month: NumberField;
  readonly weekday: WeekdayField;
  /** `null` for every year. */
  readonly year: NumberField | null;
  /** Whether a day has to match both day fields, where both are restricted. */
  readonly needsBothDays: boolean;
}

/** A cron expression, taken apart. */
export interface CronFields extends DateFields {
  readonly second: NumberField;
  readonly minute: NumberField;
  readonly hour: NumberField;
  /** Whether seconds, minutes or hours have a wildcard or a step. */
  readonly hasWildcardTime: boolean;
}

/**
 * Takes a cron expression apart: 5 fields, 6 (seconds first) or 7 (year last), or a nickname; a time zone
 * before it is passed over. Throws a {@link CronSyntaxError} whose message says what is allowed.
 */
export function parseCron(expression: string): CronFields {
  const fields = fieldsOf(expression);
  const [second = "", minute = "", hour = "", day = "", month = "", weekday = "", year = "*"] =
    fields.length === 5 ? ["0", ...fields] : fields;
  const isPlus = weekday.startsWith("+");
  // As in Vixie cron: a day field that begins with a star leaves the choice to the other one.
  const hasStar = /^[*?]/.test(day) || /^[*?]/.test(weekday);
  const date = [day, month, isPlus ? weekday.slice(1) : weekday, year];
  return {
    second: numbers(second, SECOND),
    minute: numbers(minute, MINUTE),
    hour: numbers(hour, HOUR),
    ...dateFieldsFrom(date, isPlus || hasStar || fields.length > 5),
    hasWildcardTime: [second, minute, hour].some((field) => /[*/]/.test(field)),
  };
}

/** Takes the day, month, day of week and year of an expression apart. Throws as {@link parseCron} does. */
export function dateFieldsFrom(fields: readonly string[], needsBothDays: boolean): DateFields {
  const [day = "", month = "", weekday = "", year = ""] = fields;
  return {
    day: days(day),
    month: numbers(month, MONTH),
    weekday: weekdays(weekday),
    year: year === "*" ? null : numbers(year, YEAR),
    needsBothDays,
  };
}

/** The fields of an expression as they stand there, 5 to 7. Throws a {@link CronSyntaxError}. */
export function fieldsOf(expression: string): readonly string[] {
  if (expression.length > MAX_CHARACTERS) {
    throw new CronSyntaxError(`at most ${MAX_CHARACTERS} characters, not ${expression.length}`);
  }
  const text = splitZone(expression).rest;
  const nickname = text.startsWith("@") ? NICKNAMES.get(text.toLowerCase()) : text;
  if (nickname === undefined) throw new CronSyntaxError(anyOf(NICKNAME_LIST));
  const fields = nickname.match(/\S+/g) ?? [];
  if (fields.length < 5 || fields.length > 7) {
    throw new CronSyntaxError(`5, 6 or 7 fields, not ${fields.length}`);
  }
  return fields;
}

/** The time zone before an expression, as in "TZ=Europe/Paris 0 9 * * *", and what stands behind it. */
export function splitZone(
  expression: string,
): { readonly prefix: string; readonly zone: string | null; readonly rest: string } {
  const text = expression.trim();
  const [prefix = "", , zone = null] = ZONE.exec(text) ?? [];
  return { prefix, zone, rest: text.slice(prefix.length) };
}

/** The fields with their days matched one way, and without a day field that then decides nothing. */
export function matchedBy(fields: CronFields, dayMatch: "or" | "and"): CronFields {
  const { day, weekday } = fields;
  const needsBothDays = dayMatch === "and" || day.isAny || weekday.isAny;
  const [isAnyDay, isAnyWeekday] = [coversDays(day), coversWeekdays(weekday)];
  const isEveryDay = !needsBothDays && (isAnyDay || isAnyWeekday);
  return {
    ...fields,
    needsBothDays,
    day: { ...day, isAny: isEveryDay || isAnyDay },
    weekday: { ...weekday, isAny: isEveryDay || isAnyWeekday },
  };
}

/** Whether a field is every day of the month. */
export function coversDays({ values }: DayField): boolean {
  return values.size === ALL_DAYS;
}

/** Whether a field is every day of the week. */
export function coversWeekdays({ values }: WeekdayField): boolean {
  return values.size === ALL_WEEKDAYS;
}
