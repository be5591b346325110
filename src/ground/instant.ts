import * as z from "zod";

/**
 * Seconds of which the text is kept: an event names a few instants, and the next one much the same. A prime,
 * so that a whole day later is another place.
 */
const KEPT_SECONDS = 127;
const secondTexts: { readonly second: number; readonly text: string }[] = [];

/** An RFC 3339 date-time with an offset, read into epoch milliseconds. */
export const Instant = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text));

/** RFC 3339 in UTC with milliseconds and `Z`. */
export function rfc3339(instant: number): string {
  const second = Math.floor(instant / 1000);
  const place = ((second % KEPT_SECONDS) + KEPT_SECONDS) % KEPT_SECONDS;
  let kept = secondTexts[place];
  if (kept?.second !== second) {
    const text = new Date(instant).toISOString();
    kept = { second, text: text.slice(0, text.lastIndexOf(".") + 1) };
    secondTexts[place] = kept;
  }
  return `${kept.text}${String(Math.floor(instant) - second * 1000).padStart(3, "0")}Z`;
}
