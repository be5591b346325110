import { instantFromText, wallTimeFromText } from "./instant.ts";
import { LocalSchedule } from "./local_time.ts";
import { Once } from "./grid.ts";
import { type Zone, zoneOf } from "./zone.ts";

const LONGEST = 64;
const SECONDS_DIGITS = 10;
const MILLISECONDS_DIGITS = 13;

const DATE = String.raw`(\d{4})-?(\d\d)-?(\d\d)`;
const TIME = String.raw`(?:[Tt ]\s*(\d\d):?(\d\d)(?::?(\d\d))?(?:[.,](\d+))?)?`;
const OFFSET = String.raw`\s*(Z|UTC|GMT|[+-]\d\d(?::?\d\d)?)?`;
/** Parts of ISO 8601 that RFC 3339 leaves out, and what is put behind them. */
const ISO = new RegExp(
  `^(?:at\\()?${DATE}${TIME}${OFFSET}\\s*\\[?([A-Za-z_]+/[\\w+/-]+)?\\]?\\)?$`,
  "i",
);
/** "Sun, 01 Mar 2026 09:00:00 GMT", and what begins with a month. */
const MAIL = /^[A-Za-z,]{3,10}\s.*\d(?:\s*(?:GMT|UTC)?[+-]\d{4}|\s*(?:GMT|UTC))(?:\s*\(.*\))?$/;

/**
 * The RFC 3339 date-time that somebody most likely meant by another form of one: seconds and milliseconds
 * of the Unix epoch, ISO 8601 in its other forms, a date alone, the date of a mail. `null` for none.
 */
export function instantMeantBy(value: unknown): string | null {
  if (typeof value !== "string" && typeof value !== "number") return null;
  const text = String(value).trim();
  if (text.length > LONGEST) return null;
  if (/^\d+$/.test(text) && text.length !== "20260301".length) return fromEpoch(text);
  const meant = fromIso(text) ?? (MAIL.test(text) ? fromMs(Date.parse(text)) : null);
  return meant !== null && meant !== value && instantFromText(meant) !== null ? meant : null;
}

function fromEpoch(digits: string): string | null {
  if (digits.length === SECONDS_DIGITS) return fromMs(Number(digits) * 1000);
  return digits.length === MILLISECONDS_DIGITS ? fromMs(Number(digits)) : null;
}

function fromIso(text: string): string | null {
  const [
    matches,
    year,
    month,
    day,
    hour = "00",
    minute = "00",
    second = "00",
    fraction,
    offset,
    name,
  ] = ISO.exec(text) ?? [];
  if (matches === undefined) return null;
  const part = fraction === undefined ? "" : `.${fraction}`;
  const local = `${year}-${month}-${day}T${hour}:${minute}:${second}${part}`;
  if (hour === "24") return fromMs(Date.parse(local + offsetOf(offset ?? "Z")));
  const zone = name === undefined ? null : zoneOf(name);
  return offset === undefined && zone !== null
    ? inZone(local, zone)
    : local + offsetOf(offset ?? "Z");
}

function inZone(local: string, zone: Zone): string | null {
  const time = wallTimeFromText(local);
  if (time === null) return null;
  const at = new LocalSchedule(new Once(time), zone, "shift", "first").next(-Infinity);
  return at === null ? null : fromMs(at);
}

function offsetOf(text: string): string {
  if (/^[a-z]/i.test(text)) return "Z";
  const [, hours, minutes = "00"] = /^([+-]\d\d):?(\d\d)?$/.exec(text) ?? [];
  return `${hours}:${minutes}`;
}

function fromMs(at: number): string | null {
  return Number.isNaN(at) ? null : new Date(at).toISOString().replace(".000Z", "Z");
}
