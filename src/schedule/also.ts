import type { Schedule } from "./schedule.ts";

/** The occurrences of a schedule and some instants beside. */
export class Also implements Schedule {
  readonly #schedule: Schedule;
  /** In order. */
  readonly #instants: readonly number[];

  constructor(schedule: Schedule, instants: readonly number[]) {
    this.#schedule = schedule;
    this.#instants = instants;
  }

  next(after: number): number | null {
    const at = this.#schedule.next(after);
    const instant = this.#instants.find((it) => it > after);
    return at === null || instant === undefined ? at ?? instant ?? null : Math.min(at, instant);
  }
}
