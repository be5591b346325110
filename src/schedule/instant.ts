const MINUTE_MS = 60_000;
/** The instants that RFC 3339 can name in UTC, whose years have four digits. */
const FIRST = Date.parse("0000-01-01T00:00:00Z");
export const LAST_INSTANT: number = Date.parse("9999-12-31T23:59:59.999Z");
const FOUR_CENTURIES_MS = 146_097 * 24 * 60 * MINUTE_MS;
const MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

// RFC 3339 5.6, and the space for "T" that its note allows. ASCII only, without the u and i flags'
// wider notions of a digit and a letter.
const DATE_TIME =
  /^([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt ]([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]+))?([Zz]|[+-][0-9]{2}:[0-9]{2})?$/;

/** Whether RFC 3339 can name an instant in UTC, or a local time that is kept as if it were UTC. */
export function canBeNamed(at: number): boolean {
  return at >= FIRST && at <= LAST_INSTANT;
}

/**
 * The instant of an RFC 3339 date-time, in epoch milliseconds, cut to the millisecond; `null` if it is
 * none, or if its year in UTC has more than four digits. A leap second is the second that follows it, as in
 * POSIX time.
 */
export function instantFromText(text: string): number | null {
  const parts = DATE_TIME.exec(text);
  const offset = parts?.[8];
  if (!parts || offset === undefined) return null;
  const offsetMs = offsetFromText(offset);
  const instant = offsetMs === null ? null : fromParts(parts, offsetMs);
  return instant !== null && canBeNamed(instant) ? instant : null;
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
  const [year, month, day] = [Number(parts[1]), Number(parts[2]), Number(parts[3])];
  const [hour, minute, second] = [Number(parts[4]), Number(parts[5]), Number(parts[6])];
  const isLeapSecond = second === 60;
  if (hour > 23 || minute > 59 || second > 60 || !isDate(year, month, day)) return null;
  const fraction = parts[7];
  const milliseconds = fraction === undefined || isLeapSecond
    ? 0
    : Number(fraction.slice(0, 3).padEnd(3, "0"));
  // Date.UTC takes the years up to 99 for those of the last century; 400 years are always as long.
  const instant = Date.UTC(year + 400, month - 1, day, hour, minute, second, milliseconds) -
    FOUR_CENTURIES_MS - offsetMs;
  // Leap seconds come at the end of a day in UTC.
  return isLeapSecond && instant % (24 * 60 * MINUTE_MS) !== 0 ? null : instant;
}

function isDate(year: number, month: number, day: number): boolean {
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const days = month === 2 && isLeap ? 29 : MONTH_DAYS[month - 1] ?? 0;
  return day >= 1 && day <= days;
}

function offsetFromText(text: string): number | null {
  if (text === "Z" || text === "z") return 0;
  const hours = Number(text.slice(1, 3));
  const minutes = Number(text.slice(4));
  if (hours > 23 || minutes > 59) return null;
  return (text.startsWith("-") ? -1 : 1) * (hours * 60 + minutes) * MINUTE_MS;
}
