import type { Draft } from "./draft.ts";
import type { OnMissed, Schedule, TimerOptions } from "./mod.ts";

/**
 * What the timers of every kind have in common. There can be a million of them: a few fields each, and
 * no functions of their own. Two timers are the same if their fields are, as JSON has them.
 */
export abstract class Scheduled implements Schedule, TimerOptions {
  readonly type: string;
  readonly onMissed: OnMissed;
  readonly jitterMs: number;
  readonly schedule: Schedule;

  constructor(draft: Draft, schedule: Schedule) {
    this.type = draft.type;
    this.onMissed = draft.options.onMissed;
    this.jitterMs = draft.options.jitterMs;
    this.schedule = draft.bound(schedule);
  }

  next(after: number): number | null {
    return this.schedule.next(after);
  }
}
