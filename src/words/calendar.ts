import { runsOf } from "../collections/number_lists.ts";

/** Month names; January is the first. */
export const MONTHS: readonly string[] = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];

/** Names of the days of the week, from 0, Sunday. */
export const WEEKDAYS: readonly string[] = [
  "Sunday",
  "Monday",
  "Tuesday",
  "Wednesday",
  "Thursday",
  "Friday",
  "Saturday",
];

/** Longer lists are cut: no sentence, and nobody would read it. */
const MOST_ITEMS = 60;

/** `a, b and c`; of a long list the beginning, and how many more there are. */
export function listOf(items: readonly string[], conjunction: "and" | "or" = "and"): string {
  if (items.length > MOST_ITEMS) {
    const rest = items.length - MOST_ITEMS + 1;
    return `${items.slice(0, MOST_ITEMS - 1).join(", ")} ${conjunction} ${rest} others`;
  }
  const last = items.at(-1) ?? "";
  return items.length < 2 ? last : `${items.slice(0, -1).join(", ")} ${conjunction} ${last}`;
}

/** `1st`, `2nd`, `11th`. */
export function ordinal(n: number): string {
  const isTeen = n % 100 >= 11 && n % 100 <= 13;
  const ending = isTeen ? "th" : { 1: "st", 2: "nd", 3: "rd" }[n % 10] ?? "th";
  return `${n}${ending}`;
}

/** `3rd`, or counted from the end `last`, `2nd last`. */
export function ordinalFromEither(n: number): string {
  if (n > 0) return ordinal(n);
  return n === -1 ? "last" : `${ordinal(-n)} last`;
}

/** `1 hour`, `2 hours`. */
export function countOf(n: number, unit: string): string {
  return `${n} ${unit}${n === 1 ? "" : "s"}`;
}

/** `day`, `2 days`: what stands after "every". */
export function everyOf(n: number, unit: string): string {
  return n === 1 ? unit : countOf(n, unit);
}

/** Two digits at least. */
export function padded(n: number): string {
  return String(n).padStart(2, "0");
}

/** Numbers in order, as words: runs of three and more as `a through c`. */
export function wordsOf(values: readonly number[], word: (value: number) => string): string[] {
  return runsOf(values).flatMap(({ from, to }) => {
    if (to - from >= 2) return [`${word(from)} through ${word(to)}`];
    return from === to ? [word(from)] : [word(from), word(to)];
  });
}

/** Weekdays as words, the week from Monday to Sunday. */
export function weekdayWords(weekdays: readonly number[]): string[] {
  const ordered = weekdays.map((day) => day === 0 ? 7 : day).toSorted((a, b) => a - b);
  return wordsOf(ordered, (day) => WEEKDAYS[day % 7] ?? "");
}

/** Months as words. */
export function monthWords(months: readonly number[]): string[] {
  return wordsOf(months, (month) => MONTHS[month - 1] ?? "");
}

/** An instant or, given without its offset, a local time: RFC 3339 without needless milliseconds. */
export function instantText(at: number): string {
  return new Date(at).toISOString().replace(".000Z", "Z");
}

/** A local time that is kept as if it were UTC. */
export function wallText(at: number): string {
  return instantText(at).slice(0, -1);
}
