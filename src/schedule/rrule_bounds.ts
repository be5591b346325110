import type { Schedule } from "./mod.ts";

/** The first `count` occurrences of a schedule. Counts as far as it is asked, and once only. */
export class Counted implements Schedule {
  readonly schedule: Schedule;
  readonly count: number;
  /** The last occurrence counted, and how many there were up to it. */
  #last = -Infinity;
  #counted = 0;
  #isComplete = false;

  constructor(schedule: Schedule, count: number) {
    this.schedule = schedule;
    this.count = count;
  }

  next(after: number): number | null {
    while (this.#last <= after && !this.#isComplete) this.#countOn();
    return after < this.#last ? this.schedule.next(after) : null;
  }

  #countOn(): void {
    const next = this.#counted < this.count ? this.schedule.next(this.#last) : null;
    if (next === null) {
      this.#isComplete = true;
      return;
    }
    this.#last = next;
    this.#counted++;
  }
}

/** The occurrences of a schedule but for some instants. */
export class Except implements Schedule {
  readonly schedule: Schedule;
  readonly #instants: ReadonlySet<number>;

  constructor(schedule: Schedule, instants: readonly number[]) {
    this.schedule = schedule;
    this.#instants = new Set(instants);
  }

  next(after: number): number | null {
    let at = this.schedule.next(after);
    while (at !== null && this.#instants.has(at)) at = this.schedule.next(at);
    return at;
  }
}
