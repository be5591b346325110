const MICROS_IN_MS = 1000;
const MICROS_IN_SECOND = 1_000_000;

/**
 * Instants as the platform's database stamps rows: those at which a transaction began, in microseconds. So
 * what is changed later may bear the same stamp, or an earlier one.
 */
export class Stamps {
  readonly #now: () => number;
  #heldAt: number | null = null;

  /** `now` gives epoch milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** The stamp of a change: RFC 3339 in UTC with microseconds and `Z`. */
  next(): string {
    return rfc3339Micros(Math.floor((this.#heldAt ?? this.#now()) * MICROS_IN_MS));
  }

  /** Makes changes that all bear the stamp of this instant, in epoch milliseconds. */
  heldAt<T>(instant: number, change: () => T): T {
    this.#heldAt = instant;
    try {
      return change();
    } finally {
      this.#heldAt = null;
    }
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
