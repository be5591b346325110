import type { Clock } from "../ground/clock.ts";

/** What two reads that begin at once are apart, in milliseconds. */
const STEP_MS = 2 ** -10;

/**
 * Numbers reads by when they begin: milliseconds of the monotonic clock, and never the same twice. Of two
 * answers that differ, the one whose read began later is the truth.
 */
export class ReadOrder {
  readonly #clock: Clock;
  #last = -Infinity;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A read begins now. */
  readonly begin = (): number =>
    this.#last = Math.max(this.#clock.monotonic(), this.#last + STEP_MS);
}
