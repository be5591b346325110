import type { Draft } from "./draft.ts";
import type { OnMissed, Schedule, Traits } from "./mod.ts";

/**
 * What the timers of every kind have in common. There can be a million of them: a few fields each, and
 * no functions of their own. Two timers are the same if their fields are, as JSON has them.
 */
export abstract class Scheduled implements Schedule, Traits {
  readonly traits: Traits;
  readonly schedule: Schedule;

  constructor(draft: Draft, schedule: Schedule) {
    this.traits = draft.traits;
    this.schedule = draft.bound(schedule);
  }

  get type(): string {
    return this.traits.type;
  }

  get onMissed(): OnMissed {
    return this.traits.onMissed;
  }

  get jitterMs(): number {
    return this.traits.jitterMs;
  }

  next(after: number): number | null {
    return this.schedule.next(after);
  }
}
