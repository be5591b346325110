/** A span of time as a rule's parameters say it. */
export interface Span {
  readonly interval: number;
  readonly unit: "seconds" | "minutes" | "hours" | "days";
}

const UNIT_MS = { days: 86_400_000, hours: 3_600_000, minutes: 60_000, seconds: 1000 } as const;
/** From the longest. */
const UNITS = ["days", "hours", "minutes", "seconds"] as const;

const WEEK_MS = 7 * UNIT_MS.days;

/** What units are called, each with its length in milliseconds. */
const WORDS = lengthsOf({
  "ms msec msecs millis millisecond milliseconds": 1,
  "s sec secs second seconds": UNIT_MS.seconds,
  "m min mins minute minutes": UNIT_MS.minutes,
  "h hr hrs hour hours": UNIT_MS.hours,
  "d day days": UNIT_MS.days,
  "w wk wks week weeks": WEEK_MS,
});

/** Nobody writes a span at greater length. */
const LONGEST = 64;
const WRAPPED = /^rate\((.*)\)$/;
const EVERY = /^@?(?:every|each|in)\s+/;
const OTHER = /^other\s+/;
const TERM = /(\d+(?:\.\d+)?)\s*([a-z]+)[\s,]*/gy;
// ISO 8601; months and years have no length of their own.
const ISO = /^p(?:(\d+)w)?(?:(\d+)d)?(?:t(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)(?:\.0+)?s)?)?$/;
const ISO_MS = [WEEK_MS, UNIT_MS.days, UNIT_MS.hours, UNIT_MS.minutes, UNIT_MS.seconds];
const CLOCK = /^(\d+):([0-5]\d):([0-5]\d)$/;

/**
 * Reads a span as people write it: "5m", "every 5 minutes", "rate(5 minutes)", "@every 1h30m", "PT5M",
 * "00:05:00". `null` for anything else, and for what is no whole number of seconds.
 */
export function spanFromText(text: string): Span | null {
  if (text.length > LONGEST) return null;
  const lower = text.trim().toLowerCase();
  const [, plain = lower] = WRAPPED.exec(lower) ?? [];
  const words = plain.replace(EVERY, "").replace(OTHER, "2 ").trim();
  const single = WORDS.get(words);
  if (single !== undefined && words.length > 1) return sumOf([[1, single]]);
  return spanFromIso(words) ?? spanFromClock(words) ?? spanFromTerms(words);
}

/** So many of a unit, whatever that is called; `null` if it is none. */
export function spanIn(count: number, unit: string): Span | null {
  const ms = WORDS.get(unit.toLowerCase());
  return ms === undefined ? null : sumOf([[count, ms]]);
}

function spanFromIso(text: string): Span | null {
  const parts = ISO.exec(text)?.slice(1);
  return parts === undefined
    ? null
    : sumOf(parts.map((part, index) => [Number(part ?? 0), ISO_MS[index] ?? 0]));
}

function spanFromClock(text: string): Span | null {
  const parts = CLOCK.exec(text)?.slice(1);
  return parts === undefined
    ? null
    : sumOf(parts.map((part, index) => [Number(part), ISO_MS[index + 2] ?? 0]));
}

function spanFromTerms(text: string): Span | null {
  const terms: (readonly [number, number])[] = [];
  let end = 0;
  for (const found of text.matchAll(TERM)) {
    const ms = WORDS.get(found[2] ?? "");
    if (ms === undefined) return null;
    terms.push([Number(found[1]), ms]);
    end = found.index + found[0].length;
  }
  return end === text.length ? sumOf(terms) : null;
}

/** In the unit that was used, the shortest of several, or the longest that makes a whole number of it. */
function sumOf(terms: readonly (readonly [count: number, ms: number])[]): Span | null {
  const used = terms.filter(([count]) => count > 0);
  const totalMs = used.reduce((sum, [count, ms]) => sum + count * ms, 0);
  const unitMs = Math.max(Math.min(...used.map(([, ms]) => ms)), UNIT_MS.seconds);
  if (!Number.isSafeInteger(totalMs) || totalMs < 1) return null;
  const unit = UNITS.find((it) => UNIT_MS[it] <= unitMs && totalMs % UNIT_MS[it] === 0);
  return unit === undefined ? null : { interval: totalMs / UNIT_MS[unit], unit };
}

function lengthsOf(lengths: Readonly<Record<string, number>>): ReadonlyMap<string, number> {
  const entries = Object.entries(lengths);
  return new Map(entries.flatMap(([words, ms]) => words.split(" ").map((word) => [word, ms])));
}
