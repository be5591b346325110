import type { Schedule } from "./schedule.ts";

/** The last instant that a date can have. */
const LATEST = 8_640_000_000_000_000;

/** The instants `anchorAt + n * stepMs`, n from 1. Milliseconds throughout, all of them whole. */
export class Grid implements Schedule {
  readonly anchorAt: number;
  readonly stepMs: number;

  constructor(anchorAt: number, stepMs: number) {
    this.anchorAt = anchorAt;
    this.stepMs = stepMs;
  }

  next(after: number): number | null {
    const elapsed = Math.floor(after) - this.anchorAt;
    // A remainder is exact where a quotient is rounded.
    const at = elapsed < this.stepMs
      ? this.anchorAt + this.stepMs
      : this.anchorAt + elapsed - elapsed % this.stepMs + this.stepMs;
    return at <= LATEST ? at : null;
  }
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
