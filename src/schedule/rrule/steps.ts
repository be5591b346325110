import type { Times } from "../time_set.ts";
import { CYCLE_DAYS, type RuleDays } from "./days.ts";
import { type Meeting, Meetings } from "./meetings.ts";
import { gcd } from "./periods.ts";
import type { Effort, Search } from "./search.ts";

const DAY_MS = 86_400_000;

/** What rules of days, hours, minutes and seconds are made of. Milliseconds throughout. */
export interface StepParts extends Meeting {
  /** The length of a period. */
  readonly lengthMs: number;
  readonly days: RuleDays;
  /** When occurrences are, since the beginning of their period. */
  readonly times: Times;
}

/**
 * The occurrences of a rule of days or less, whose periods have one length. Goes from meeting to allowed day
 * and from allowed day to meeting.
 */
export class Steps implements Search {
  readonly #parts: StepParts;
  readonly #meetings: Meetings;
  readonly #cycleMs: number;

  constructor(parts: StepParts) {
    this.#parts = parts;
    this.#meetings = new Meetings(parts);
    const perCycle = CYCLE_DAYS * DAY_MS / parts.lengthMs;
    const interval = parts.stepMs / parts.lengthMs;
    this.#cycleMs = CYCLE_DAYS * DAY_MS * (interval / gcd(interval, perCycle));
  }

  next(from: number, latest: number, effort: Effort): number | null {
    const { days, times, lengthMs } = this.#parts;
    if (this.#meetings.areNone || times.size === 0) return null;
    // After that, everything repeats itself: what has not come till then never will.
    const end = Math.floor(Math.min(from + this.#cycleMs, latest) / DAY_MS) + 1;
    let moment = Math.floor(from / lengthMs) * lengthMs;
    for (;;) {
      effort.step();
      const opening = this.#meetings.from(moment);
      const day = Math.floor(opening / DAY_MS);
      const allowed = days.next(day, end);
      if (allowed >= end) return null;
      const time = allowed === day ? times.after(from - opening) : null;
      if (time !== null) return opening + time;
      moment = allowed === day ? opening + lengthMs : allowed * DAY_MS;
    }
  }
}
