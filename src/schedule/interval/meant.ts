import { type Span, spanFromText, spanIn } from "../span.ts";
import { instantText } from "../../words/calendar.ts";

/** What was meant: members, and the kind of timer that has them where it is another one. */
export interface Meant {
  readonly params: Readonly<Record<string, unknown>>;
  readonly kind: "cron" | "rrule" | null;
}

/** Units without a length of their own, and the frequency of a recurrence that steps by them. */
const FREQUENCIES = new Map([["month", "MONTHLY"], ["year", "YEARLY"]]);
/** Longer texts are no interval in other words. */
const LONGEST = 256;
/** Text that looks like a cron expression. */
const CRON = /^(?:@[a-z]+|[\d*][^\s{}]*(?:\s+[^\s{}]+){4,6})$/i;

/**
 * What somebody most likely meant by an `interval` and a `unit` of which one is wrong; `null` where
 * nothing suggests itself. `anchorAt`: from when on the rule counts, epoch milliseconds.
 */
export function meantBy(interval: unknown, unit: unknown, anchorAt: number): Meant | null {
  const text = typeof interval === "string" && interval.length <= LONGEST ? interval.trim() : "";
  const span: Span | null = spanFromText(text);
  if (span !== null) return { params: { ...span }, kind: null };
  if (CRON.test(text)) return { params: { expression: text }, kind: "cron" };
  const count = typeof interval === "number"
    ? interval
    : /^\d+(?:\.\d+)?$/.test(text)
    ? Number(text)
    : 0;
  const name = typeof unit === "string" ? unit.trim().toLowerCase() : "seconds";
  if (count <= 0 || (unit !== undefined && typeof unit !== "string")) return null;
  const freq = FREQUENCIES.get(name.replace(/s$/, ""));
  if (freq === undefined) {
    const meant = spanIn(count, name);
    return meant === null ? null : { params: { ...meant }, kind: null };
  }
  const dtstart = instantText(Math.floor(anchorAt / 1000) * 1000);
  if (!Number.isSafeInteger(count)) return null;
  return { params: { freq, interval: count, dtstart }, kind: "rrule" };
}
