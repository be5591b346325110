import type { Draft } from "./draft.ts";
import type { LocalSchedule } from "./local_time.ts";
import type { Schedule, Traits } from "./schedule.ts";
import type { TimerParts } from "./timer.ts";
import { UsualTimer } from "./usual_timer.ts";
import { Window } from "./window.ts";
import type { Zone } from "./zone.ts";

/** What the timers of every kind have in common, but for plain intervals. */
export abstract class Scheduled extends UsualTimer implements Schedule {
  readonly traits: Traits;
  readonly #schedule: Schedule;
  readonly #local: LocalSchedule | null;
  readonly #startAt: number | null;
  readonly #endAt: number | null;

  /** `local`: what is left of `schedule` without its own bounds, where it goes by the clock on the wall. */
  constructor(draft: Draft, schedule: Schedule, local: LocalSchedule | null) {
    super();
    const { startAt, endAt } = draft.bounds;
    this.traits = draft.traits;
    this.#schedule = startAt === null && endAt === null
      ? schedule
      : new Window(schedule, startAt, endAt);
    this.#local = local;
    this.#startAt = startAt;
    this.#endAt = endAt;
  }

  get parts(): TimerParts {
    const [startAt, endAt] = [this.#startAt, this.#endAt];
    return {
      startAt,
      endAt,
      local: this.#local,
      firstAt: startAt ?? -Infinity,
      isRestricted: startAt !== null || endAt !== null,
    };
  }

  get key(): string {
    const { key: traits } = this.traits;
    const local = this.#local;
    const how = local === null ? null : [local.zone.id, local.gap, local.overlap];
    return JSON.stringify([traits, this.#startAt, this.#endAt, how, this.particulars]);
  }

  override get zone(): Zone | null {
    return this.#local?.zone ?? null;
  }

  next(after: number): number | null {
    return this.#schedule.next(after);
  }

  /** What decides over the occurrences of this kind, beside what all kinds have. */
  protected abstract get particulars(): readonly unknown[];
}
