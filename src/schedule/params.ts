import * as z from "zod";
import { instantFromText } from "./instant.ts";
import { nearest } from "../ground/nearest.ts";
import { instantMeantBy } from "./instant_meant.ts";
import { anyOf, orElse } from "./refusal.ts";
import { type Zone, zoneOf } from "./zone.ts";

// The members' types. An issue's message is what is allowed; Draft puts member and value before it.

/** What is allowed where an instant is asked for. */
export const ANY_INSTANT = 'an RFC 3339 date-time such as "2026-03-01T09:00:00Z"';

/** What is allowed where a time zone is asked for. */
export const ANY_ZONE = 'an IANA time zone such as "Europe/Berlin" or "UTC"';

const MAX_ITEMS = 1000;

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
  });
}

/** One of a few words. */
export function oneOf<const W extends string>(words: readonly W[]): z.ZodType<W> {
  return z.enum(words, { error: ({ input }) => orElse(anyOf(words), wordMeantBy(input, words)) });
}

/** One of a few words in capitals, in any case. */
export function oneOfCapitals<const W extends string>(words: readonly W[]): z.ZodType<W, string> {
  return parsed(anyOf(words), (text) => words.find((it) => it === text.toUpperCase()) ?? null);
}

/** A list of at least one item; `parse` answers `null` to what is none. */
export function listOf<T>(allowed: string, parse: (item: unknown) => T | null): z.ZodType<T[]> {
  return z.array(z.unknown(), allowed).min(1, allowed).max(MAX_ITEMS, `at most ${MAX_ITEMS} items`)
    .transform((items, context) => {
      const values: T[] = [];
      for (const item of items) {
        const value = parse(item);
        if (value !== null) values.push(value);
      }
      if (values.length < items.length) context.addIssue({ code: "custom", message: allowed });
      return values;
    });
}

/** An RFC 3339 date-time with an offset, in epoch milliseconds. */
export function anyInstant(): z.ZodType<number, string> {
  return parsed(ANY_INSTANT, instantFromText, instantMeantBy);
}

/** A text that is read later; `meantBy` says what anything else was probably meant to be. */
export function text(allowed: string, meantBy: (value: unknown) => unknown): z.ZodString {
  return z.string({ error: ({ input }) => orElse(allowed, meantBy(input)) });
}

/** A time zone by its IANA name, in any case. */
export function timeZone(): z.ZodType<Zone, string> {
  return parsed(ANY_ZONE, zoneOf);
}

function parsed<T>(
  allowed: string,
  parse: (text: string) => T | null,
  meantBy: (value: unknown) => unknown = () => null,
): z.ZodType<T, string> {
  return text(allowed, meantBy).transform((text, context) => {
    const value = parse(text);
    if (value !== null) return value;
    context.addIssue({ code: "custom", message: orElse(allowed, meantBy(text)) });
    return z.NEVER;
  });
}

function wordMeantBy(value: unknown, words: readonly string[]): string | null {
  if (typeof value !== "string") return null;
  const word = value.toLowerCase();
  return nearest(word, words, word.length > 3 ? 1 : 0);
}
