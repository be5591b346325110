/** Looks for the occurrences of a rule by a clock that never jumps. Milliseconds, as if in UTC. */
export interface Search {
  /**
   * The first occurrence after `from` and not after the day of `latest`; `null` when there is none. Throws
   * {@link TooManySteps}.
   */
  next(from: number, latest: number, effort: Effort): number | null;
}

/** How many days, periods and times were looked at, at some 50 nanoseconds each, and how many may be. */
export class Effort {
  steps = 0;
  most = Infinity;

  /** Counts one. */
  step(): void {
    if (++this.steps > this.most) throw new TooManySteps();
  }
}

/** A search looks at more than it may. */
export class TooManySteps extends Error {
  override name = "TooManySteps";
}
