/** Two clocks that part by more than this between two looks have not drifted: one of them was set. */
const STEP_MS = 1000;
/** Steps forward that are remembered. */
const MOST = 8;

/** A stretch of the wall clock's time that was left out. Epoch milliseconds. */
interface Leap {
  readonly from: number;
  readonly to: number;
}

/**
 * Notices that the wall clock is set back, by what the monotonic one says. What it left out before, in a
 * step forward that is now undone, comes again.
 */
export class ClockSteps {
  #wallAt: number;
  #monotonicAt: number;
  #leaps: readonly Leap[];

  /** `since`: what fell due up to this instant has been seen to; from there to the present is a leap, too. */
  constructor(since: number, now: number, monotonic: number) {
    this.#wallAt = now;
    this.#monotonicAt = monotonic;
    this.#leaps = since < now ? [{ from: since, to: now }] : [];
  }

  /**
   * Looks at the clocks. Returns, if the wall clock was set back, from where on nothing has come to pass
   * yet: the present, or an earlier instant up to which everything did before a leap that is undone.
   */
  look(now: number, monotonic: number): number | null {
    const elapsedMs = Math.max(0, monotonic - this.#monotonicAt);
    const stepMs = now - this.#wallAt - elapsedMs;
    const before = this.#wallAt;
    this.#wallAt = now;
    this.#monotonicAt = monotonic;
    if (Math.abs(stepMs) < STEP_MS) return null;
    if (stepMs > 0) {
      this.#leaps = [...this.#leaps, { from: before, to: now }].slice(-MOST);
      return null;
    }
    const undone = this.#leaps.filter(({ to }) => to > now);
    this.#leaps = this.#leaps.filter(({ to }) => to <= now);
    return Math.min(now, ...undone.map(({ from }) => from));
  }
}
