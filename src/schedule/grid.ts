import { LAST_INSTANT } from "./instant.ts";
import type { Schedule } from "./schedule.ts";

/** The instants `anchorAt + n * stepMs`, n from 1. Milliseconds throughout, all of them whole. */
export class Grid implements Schedule {
  readonly anchorAt: number;
  readonly stepMs: number;

  constructor(anchorAt: number, stepMs: number) {
    this.anchorAt = anchorAt;
    this.stepMs = stepMs;
  }

  next(after: number): number | null {
    return nextOnGrid(this.anchorAt, this.stepMs, after);
  }
}

/** The first instant of a {@link Grid} later than `after`; `null` behind the year 9999. */
export function nextOnGrid(anchorAt: number, stepMs: number, after: number): number | null {
  const elapsed = Math.floor(after) - anchorAt;
  // A remainder is exact where a quotient is rounded.
  const at = elapsed < stepMs ? anchorAt + stepMs : anchorAt + elapsed - elapsed % stepMs + stepMs;
  return at <= LAST_INSTANT ? at : null;
}

/** A single instant, in epoch milliseconds. */
export class Once implements Schedule {
  readonly #at: number;

  constructor(at: number) {
    this.#at = at;
  }

  next(after: number): number | null {
    return this.#at > after ? this.#at : null;
  }
}
