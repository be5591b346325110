import type { Clock } from "../ground/clock.ts";

/** So long both clocks have to agree before an age is believed: a clock that is wrong is set right meanwhile. */
const STEADY_MS = 60_000;
/** Before another look at a clock that is not trusted. */
const LOOK_MS = 5000;
/** What two clocks part by at most that nobody set. */
const DRIFT_MS = 1000;

/**
 * How old things are that bear a time of the wall clock, another process' maybe. One reading of that clock
 * is no proof: it may be hours ahead for some seconds, and then everything seems to be too old.
 */
export class WallAge {
  readonly #clock: Clock;
  /** From the monotonic to the wall clock, in milliseconds. */
  #offsetMs: number;
  /** Since when they agree, on the monotonic clock. */
  #steadySince: number;

  /** The clock is not trusted before it has been looked at for a while. */
  constructor(clock: Clock) {
    this.#clock = clock;
    this.#steadySince = clock.monotonic();
    this.#offsetMs = clock.now() - this.#steadySince;
  }

  /**
   * Whether something of `at`, in epoch milliseconds, is older than `ageMs`. Where it seems so and the clock is
   * not to be trusted yet: in how many milliseconds to ask again.
   */
  isOlder(at: number, ageMs: number): boolean | number {
    const monotonic = this.#clock.monotonic();
    const now = this.#clock.now();
    const partedMs = Math.abs(now - monotonic - this.#offsetMs);
    this.#offsetMs = now - monotonic;
    if (partedMs > DRIFT_MS) this.#steadySince = monotonic;
    if (now - at <= ageMs) return false;
    const leftMs = this.#steadySince + STEADY_MS - monotonic;
    return leftMs > 0 ? Math.min(leftMs, LOOK_MS) : true;
  }
}
