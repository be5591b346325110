import { nearest } from "../../ground/nearest.ts";
import { MONTHS, WEEKDAYS as WEEKDAY_NAMES } from "../../words/calendar.ts";
import { FREQUENCIES, WEEKDAYS } from "./rule.ts";

/** A weekday's name with its number before it, or behind it as cron and other programs have it. */
const DAY = /^([+-]?\d{0,2})\s*([A-Z]{2,9})\s*(?:\(?#?([+-]?\d{1,2})\)?)?$/;
/** A name of fewer letters could be that of several. */
const SHORTEST_NAME = 3;

const OTHER_FREQUENCIES = new Map([
  ...["SECOND", "MINUTE", "HOUR", "WEEK", "MONTH", "YEAR"].map((unit) =>
    [unit, `${unit}LY`] as const
  ),
  ["DAY", "DAILY"],
  ["ANNUALLY", "YEARLY"],
  ["ANNUAL", "YEARLY"],
]);

/** The frequency that somebody most likely meant, such as "DAILY" by "day", or `null`. */
export function frequencyMeant(value: unknown): string | null {
  if (typeof value !== "string") return null;
  const word = value.trim().toUpperCase();
  return OTHER_FREQUENCIES.get(word) ?? OTHER_FREQUENCIES.get(word.replace(/S$/, "")) ??
    nearest(word, FREQUENCIES);
}

/** The weekday that somebody most likely meant, such as "MO" by "Monday" and "1MO" by "mon#1", or `null`. */
export function dayMeant(value: unknown): string | null {
  if (typeof value !== "string") return null;
  const [, before = "", name = "", behind = ""] = DAY.exec(value.trim().toUpperCase()) ?? [];
  const place = placeIn(WEEKDAY_NAMES, name);
  const code = place === null ? WEEKDAYS.find((it) => it === name) : WEEKDAYS[place];
  const ordinal = before + behind;
  return code === undefined || Number(ordinal) === 0 && ordinal !== "" ? null : ordinal + code;
}

/** The month that somebody most likely meant, such as 1 by "January" or "jan", or `null`. */
export function monthMeant(text: string): number | null {
  const place = placeIn(MONTHS, text.trim().toUpperCase());
  return place === null ? null : place + 1;
}

/** The place of the one name that begins like this. */
function placeIn(names: readonly string[], begin: string): number | null {
  if (begin.length < SHORTEST_NAME) return null;
  const place = names.findIndex((name) => name.toUpperCase().startsWith(begin));
  return place < 0 ? null : place;
}
