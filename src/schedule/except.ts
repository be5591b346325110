import type { Schedule } from "./schedule.ts";

/** The occurrences of a schedule but for some instants. */
export class Except implements Schedule {
  readonly #schedule: Schedule;
  readonly #instants: ReadonlySet<number>;

  constructor(schedule: Schedule, instants: readonly number[]) {
    this.#schedule = schedule;
    this.#instants = new Set(instants);
  }

  next(after: number): number | null {
    let at = this.#schedule.next(after);
    while (at !== null && this.#instants.has(at)) at = this.#schedule.next(at);
    return at;
  }
}
