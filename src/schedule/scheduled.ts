import type { Draft } from "./draft.ts";
import type { Schedule, Traits } from "./timer.ts";

/** What the timers of every kind have in common, but for plain intervals. */
export abstract class Scheduled implements Schedule {
  readonly traits: Traits;
  readonly schedule: Schedule;

  constructor(draft: Draft, schedule: Schedule) {
    this.traits = draft.traits;
    this.schedule = draft.bound(schedule);
  }

  next(after: number): number | null {
    return this.schedule.next(after);
  }
}
