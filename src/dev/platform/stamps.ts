const MICROS_IN_MS = 1000;
const MICROS_IN_SECOND = 1_000_000;

/** Instants as the platform's database stamps rows: in microseconds, and no two alike. */
export class Stamps {
  readonly #now: () => number;
  #lastMicros = 0;

  /** `now` gives epoch milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** The next stamp: RFC 3339 in UTC with microseconds and `Z`, later than every one before. */
  next(): string {
    // A row changed twice within a millisecond must still be seen to have changed.
    this.#lastMicros = Math.max(Math.floor(this.#now() * MICROS_IN_MS), this.#lastMicros + 1);
    return rfc3339Micros(this.#lastMicros);
  }
}

/** RFC 3339 in UTC with microseconds and `Z`; `micros` counts from the Unix epoch. */
export function rfc3339Micros(micros: number): string {
  const seconds = Math.floor(micros / MICROS_IN_SECOND);
  const fraction = String(micros - seconds * MICROS_IN_SECOND).padStart(6, "0");
  return `${wholeSeconds(seconds)}.${fraction}Z`;
}

/** RFC 3339 in UTC with nanoseconds and the offset as given: `Z` in messages, `+00:00` in tokens' answers. */
export function rfc3339Nanos(epochMs: number, offset: "Z" | "+00:00"): string {
  const seconds = Math.floor(epochMs / 1000);
  const fraction = String(Math.floor((epochMs - seconds * 1000) * 1e6)).padStart(9, "0");
  return `${wholeSeconds(seconds)}.${fraction}${offset}`;
}

/** RFC 3339 in UTC with whole seconds and `Z`. */
export function rfc3339Seconds(epochSeconds: number): string {
  return `${wholeSeconds(epochSeconds)}Z`;
}

function wholeSeconds(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 19);
}
