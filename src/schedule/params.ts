import * as z from "zod";
import { instantFromText } from "./instant.ts";
import { anyOf } from "./refusal.ts";
import { type Zone, zoneOf } from "./zone.ts";

// The members' types. An issue's message is what is allowed; Draft puts member and value before it.

/** What is allowed where an instant is asked for. */
export const ANY_INSTANT = 'an RFC 3339 date-time such as "2026-03-01T09:00:00Z"';

/** A whole number; 5.0 is the whole number 5. */
export function wholeNumber(min: number, max = Number.MAX_SAFE_INTEGER): z.ZodType<number> {
  const allowed = max === Number.MAX_SAFE_INTEGER
    ? `a whole number of at least ${min}`
    : `a whole number from ${min} to ${max}`;
  return z.custom<number>(
    (value) => Number.isSafeInteger(value) && Number(value) >= min && Number(value) <= max,
    allowed,
  );
}

/** One of a few words. */
export function oneOf<const W extends string>(words: readonly W[]): z.ZodType<W> {
  return z.enum(words, anyOf(words));
}

/** An RFC 3339 date-time with an offset, in epoch milliseconds. */
export function anyInstant(): z.ZodType<number, string> {
  return parsed(ANY_INSTANT, instantFromText);
}

/** A time zone by its IANA name, in any case. */
export function timeZone(): z.ZodType<Zone, string> {
  return parsed('an IANA time zone such as "Europe/Berlin" or "UTC"', zoneOf);
}

function parsed<T>(allowed: string, parse: (text: string) => T | null): z.ZodType<T, string> {
  return z.string(allowed).transform((text, context) => {
    const value = parse(text);
    if (value !== null) return value;
    context.addIssue({ code: "custom", message: allowed });
    return z.NEVER;
  });
}
