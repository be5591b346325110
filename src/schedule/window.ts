import type { Schedule } from "./schedule.ts";

/** The occurrences of a schedule from `startAt` on, and before `endAt`; `null` for no bound. */
export class Window implements Schedule {
  readonly #schedule: Schedule;
  readonly #startAt: number | null;
  readonly #endAt: number | null;

  constructor(schedule: Schedule, startAt: number | null, endAt: number | null) {
    this.#schedule = schedule;
    this.#startAt = startAt;
    this.#endAt = endAt;
  }

  next(after: number): number | null {
    // Occurrences are whole milliseconds, so that "from startAt on" is "after startAt - 1".
    const at = this.#schedule.next(
      this.#startAt === null ? after : Math.max(after, this.#startAt - 1),
    );
    return at !== null && this.#endAt !== null && at >= this.#endAt ? null : at;
  }
}
