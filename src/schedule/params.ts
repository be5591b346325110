import * as z from "zod";
import { instantFromText } from "./instant.ts";
import { nearest } from "../ground/nearest.ts";
import { instantMeantBy } from "./instant_meant.ts";
import { type Moment, momentFromText } from "./moment.ts";
import { anyOf, orElse } from "./refusal.ts";
import { type Zone, zoneOf } from "./zone.ts";
import { zoneNameMeant } from "./zone_names.ts";

// The members' types. An issue's message is what is allowed; Draft puts member and value before it.

/** What is allowed where an instant is asked for. */
export const ANY_INSTANT = 'an RFC 3339 date-time such as "2026-03-01T09:00:00Z"';

/** What is allowed where a time zone is asked for. */
export const ANY_ZONE = 'an IANA time zone such as "Europe/Berlin" or "UTC"';

/** Ends what is allowed where a time without an offset stands in no zone. */
export const OR_ZONE = ", or a timezone beside it";

/** In JSON Schema: a date-time with an offset, and one with or without. */
export const INSTANT_PATTERN =
  "^\\d{4}-\\d{2}-\\d{2}[Tt ]\\d{2}:\\d{2}:\\d{2}(\\.\\d+)?([Zz]|[+-]\\d{2}:\\d{2})$";
export const MOMENT_PATTERN = INSTANT_PATTERN.replace(/\$$/, "?$");
const ZONE_PATTERN = "^([A-Za-z][A-Za-z0-9_+./ ()-]*)?$";

/** What two members are about that most kinds have. */
export const ON_GAP =
  "What becomes of a local time that does not exist: it runs after the gap, as much later, or not";
export const ON_OVERLAP = "Which one runs of two local times that are the same";

const MAX_ITEMS = 1000;
/** What is longer, nobody guesses about. */
const MAX_GUESSED = 1000;

/** A whole number; 5.0 is the whole number 5. */
export function wholeNumber(min: number, max = Number.MAX_SAFE_INTEGER): z.ZodType<number> {
  const allowed = max === Number.MAX_SAFE_INTEGER
    ? `a whole number of at least ${min}`
    : `a whole number from ${min} to ${max}`;
  const isOne = (value: unknown) =>
    typeof value === "number" && Number.isSafeInteger(value) && value >= min && value <= max;
  return z.custom<number>(isOne, {
    error: ({ input }) => {
      const meant = typeof input === "string" && /^\d+$/.test(input) ? Number(input) : null;
      return orElse(allowed, isOne(meant) ? meant : null);
    },
  }).meta({ type: "integer", minimum: min, maximum: max });
}

/** One of a few words. */
export function oneOf<const W extends string>(words: readonly W[]): z.ZodType<W> {
  return z.enum(words, { error: ({ input }) => orElse(anyOf(words), wordMeantBy(input, words)) });
}

/** One of a few words in capitals, in any case; `meantBy` knows what else people write for them. */
export function oneOfCapitals<const W extends string>(
  words: readonly W[],
  meantBy: (value: unknown) => string | null,
): z.ZodType<W, string> {
  const find = (text: string) => words.find((it) => it === text.toUpperCase()) ?? null;
  const letter = (it: string) => `[${it}${it.toLowerCase()}]`;
  const pattern = words.map((word) => [...word].map(letter).join("")).join("|");
  return parsed(anyOf(words), find, meantBy)
    .meta({ anyOf: [{ enum: words }, { pattern: `^(${pattern})$` }] });
}

/**
 * A list of at least one item, whose JSON Schema is `items`. `parse` answers `null` to what is none, and
 * `meant` to what cannot be taken for one either.
 */
export function listOf<T>(
  allowed: string,
  items: Readonly<Record<string, unknown>>,
  parse: (item: unknown) => T | null,
  meant: (text: string) => unknown = () => null,
): z.ZodType<T[]> {
  const guess = (item: unknown) => {
    const guesses = typeof item === "string" && item !== "" ? [Number(item), meant(item)] : [];
    return [item, ...guesses].find((it) => parse(it) !== null) ?? null;
  };
  return z.unknown().transform((given, context) => {
    const refuse = (allowed: string, meant: unknown = null) => {
      context.addIssue(issueOf(allowed, meant));
      return z.NEVER;
    };
    const list: unknown[] = Array.isArray(given) ? given : itemsIn(given);
    if (list.length > MAX_ITEMS) return refuse(`at most ${MAX_ITEMS} items`);
    const values = list.map(parse).filter((value) => value !== null);
    if (Array.isArray(given) && values.length === list.length && values.length > 0) return values;
    const guesses = list.map(guess);
    const isClear = guesses.length > 0 && guesses.every((it) => it !== null);
    return refuse(allowed, isClear ? guesses : null);
  }).meta({ type: "array", maxItems: MAX_ITEMS, items });
}

/** What somebody may have meant as a list. */
function itemsIn(given: unknown): unknown[] {
  if (typeof given !== "string" || given.length > MAX_GUESSED) return [given];
  return given.split(/[\s,;]+/).filter((it) => it !== "");
}

/** An RFC 3339 date-time with an offset, in epoch milliseconds. */
export function anyInstant(): z.ZodType<number, string> {
  return parsed(ANY_INSTANT, instantFromText, instantMeantBy).meta({ format: "date-time" });
}

/** A text that is read later; `meantBy` says what anything else was probably meant to be. */
export function text(allowed: string, meantBy: (value: unknown) => unknown): z.ZodString {
  return z.string({ error: ({ input }) => orElse(allowed, meantBy(input)) });
}

/** The same, or without an offset for a zone that is named beside it. */
export function anyMoment(): z.ZodType<Moment, string> {
  return parsed(ANY_INSTANT, momentFromText, instantMeantBy).meta({ pattern: MOMENT_PATTERN });
}

/** A time zone by its IANA name or that of Windows, in any case. */
export function timeZone(): z.ZodType<Zone, string> {
  return parsed(ANY_ZONE, zoneOf, zoneMeantBy)
    .meta({ pattern: ZONE_PATTERN, examples: ["Europe/Berlin", "America/New_York", "UTC"] });
}

function zoneMeantBy(value: unknown): string | null {
  return typeof value === "string" ? zoneNameMeant(value) : null;
}

/** A text. `parse` answers `null` to what is none of the kind, `meantBy` what was probably meant. */
function parsed<T>(
  allowed: string,
  parse: (text: string) => T | null,
  meantBy: (value: unknown) => unknown = () => null,
): z.ZodType<T, string> {
  return text(allowed, meantBy).transform((text, context) => {
    const value = parse(text);
    if (value !== null) return value;
    context.addIssue(issueOf(allowed, meantBy(text)));
    return z.NEVER;
  });
}

/** The parts of the message are there for those who have other words. */
function issueOf(allowed: string, meant: unknown) {
  return { code: "custom" as const, message: orElse(allowed, meant), params: { allowed, meant } };
}

function wordMeantBy(value: unknown, words: readonly string[]): string | null {
  if (typeof value !== "string") return null;
  const word = value.toLowerCase();
  return nearest(word, words, word.length > 3 ? 1 : 0);
}
