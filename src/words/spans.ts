import { countOf, padded } from "./calendar.ts";

const UNITS: readonly (readonly [name: string, seconds: number])[] = [
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
  ["second", 1],
];

/** Units of a span of time, the largest first, in seconds. */
const SHORT_UNITS: readonly (readonly [name: string, seconds: number])[] = [
  ["d", 86_400],
  ["h", 3600],
  ["min", 60],
  ["s", 1],
];

/** A span of time in its two largest units: `3 h 12 min`. */
export function spanText(ms: number): string {
  let seconds = Math.floor(ms / 1000);
  const first = Math.max(SHORT_UNITS.findIndex(([, size]) => seconds >= size), 0);
  const parts: string[] = [];
  for (
    const [name, size] of seconds === 0
      ? SHORT_UNITS.slice(-1)
      : SHORT_UNITS.slice(first, first + 2)
  ) {
    const n = Math.floor(seconds / size);
    if (n > 0 || parts.length === 0) parts.push(`${n} ${name}`);
    seconds -= n * size;
  }
  return parts.join(" ");
}

/** A number of seconds in the largest unit that needs no fraction. */
export function durationText(seconds: number): string {
  for (const [name, unitSeconds] of UNITS) {
    if (seconds % unitSeconds === 0) return countOf(seconds / unitSeconds, name);
  }
  return countOf(seconds, "second");
}

/** Local time minus UTC, in milliseconds, as `+02:00`. */
export function offsetText(offsetMs: number): string {
  const seconds = Math.abs(offsetMs) / 1000;
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  // Before zones there were seconds.
  return (offsetMs < 0 ? "-" : "+") + parts.slice(0, parts[2] === 0 ? 2 : 3).map(padded).join(":");
}
