const MINUTE_MS = 60_000;

// RFC 3339 5.6, and the space for "T" that its note allows. ASCII only, without the u and i flags'
// wider notions of a digit and a letter.
const DATE_TIME =
  /^([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt ]([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]+))?([Zz]|[+-][0-9]{2}:[0-9]{2})?$/;

/**
 * The instant of an RFC 3339 date-time, in epoch milliseconds, cut to the millisecond; `null` if it is
 * none. A leap second is the second that follows it, as in POSIX time.
 */
export function instantFromText(text: string): number | null {
  const parts = DATE_TIME.exec(text);
  const offset = parts?.[8];
  if (!parts || offset === undefined) return null;
  const offsetMs = offsetFromText(offset);
  return offsetMs === null ? null : fromParts(parts, offsetMs);
}

/**
 * A date-time without an offset, read as if the clock on the wall stood in UTC, in milliseconds; `null`
 * if it is none.
 */
export function wallTimeFromText(text: string): number | null {
  const parts = DATE_TIME.exec(text);
  return parts && parts[8] === undefined && parts[6] !== "60" ? fromParts(parts, 0) : null;
}

function fromParts(parts: RegExpExecArray, offsetMs: number): number | null {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.slice(1).map(
    Number,
  );
  const isLeapSecond = second === 60;
  if (hour > 23 || minute > 59 || second > 60 || !isDate(year, month, day)) return null;
  const milliseconds = isLeapSecond ? 0 : Number((parts[7] ?? "").slice(0, 3).padEnd(3, "0"));
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  date.setUTCHours(hour, minute, second, milliseconds);
  const instant = date.getTime() - offsetMs;
  // Leap seconds come at the end of a day in UTC.
  return isLeapSecond && instant % (24 * 60 * MINUTE_MS) !== 0 ? null : instant;
}

function isDate(year: number, month: number, day: number): boolean {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}

function offsetFromText(text: string): number | null {
  if (text === "Z" || text === "z") return 0;
  const hours = Number(text.slice(1, 3));
  const minutes = Number(text.slice(4));
  if (hours > 23 || minutes > 59) return null;
  return (text.startsWith("-") ? -1 : 1) * (hours * 60 + minutes) * MINUTE_MS;
}
