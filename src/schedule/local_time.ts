import { LAST_INSTANT } from "./instant.ts";
import type { Schedule } from "./schedule.ts";
import { Remembered } from "./remembered.ts";
import { MAX_OFFSET_MS, type Stretch, type Zone } from "./zone.ts";

/**
 * What becomes of a local time that a clock put forward leaves out: it runs at the first instant `after`
 * the gap, or as far behind it as it lay behind the gap's start (`shift`, RFC 5545 3.3.5), or not at all.
 */
export const GAP_RULES = ["after", "shift", "skip"] as const;
export type GapRule = typeof GAP_RULES[number];

/** Which of the two runs, where a clock put back lets a local time come twice. */
export const OVERLAP_RULES = ["first", "second", "both"] as const;
export type OverlapRule = typeof OVERLAP_RULES[number];

const DAY_MS = 24 * 60 * 60 * 1000;
/** The years that cron expressions can name, the first instant excluded. */
const EARLIEST = Date.parse("0001-01-01T00:00:00Z") - 1;
const LATEST = Date.parse("9999-12-31T00:00:00Z");
/** Occurrences in a row that a gap swallows before there are taken to be no others. */
const MAX_TRIES = 100;

/**
 * A schedule by the clock on the wall. `times` are its local times, each as if it were UTC; the zone and
 * the two rules make instants of them.
 */
export class LocalSchedule extends Remembered {
  readonly times: Schedule;
  readonly zone: Zone;
  readonly gap: GapRule;
  readonly overlap: OverlapRule;

  constructor(times: Schedule, zone: Zone, gap: GapRule, overlap: OverlapRule) {
    super();
    this.times = times;
    this.zone = zone;
    this.gap = gap;
    this.overlap = overlap;
  }

  protected override search(after: number): number | null {
    let from = Math.floor(Math.max(after, EARLIEST));
    for (let tries = 0; from < LATEST && tries < MAX_TRIES; tries++) {
      const stretch = this.zone.stretchAt(from + 1);
      const time = this.#timeIn(stretch, from);
      const gapTime = this.#gapTimeBefore(stretch, from);
      const end = this.#endOf(stretch);
      const at = time !== null && time < end ? time - stretch.offset : null;
      if (at !== null || gapTime !== null) {
        const first = Math.min(at ?? Infinity, gapTime ?? Infinity);
        return first <= LAST_INSTANT ? first : null;
      }
      if (time === null) return null;
      // Nothing comes before `time`, so that whole years can be passed over: unless the clock is put back
      // soon, to times before those just looked at.
      const isLong = stretch.to - from > 2 * MAX_OFFSET_MS;
      from = Math.max(stretch.to - 1, isLong ? time - MAX_OFFSET_MS - 1 : -Infinity);
    }
    return null;
  }

  /** The next local time after an instant and not before the stretch. */
  #timeIn({ from, offset, offsetBefore }: Stretch, after: number): number | null {
    // After an overlap, the times that came a second time have had their turn.
    const start = from + (this.overlap === "first" ? Math.max(offset, offsetBefore) : offset);
    return this.times.next(Math.max(after + offset, start - 1));
  }

  /** The local time at which the stretch ends for this schedule. */
  #endOf({ to, offset, offsetAfter }: Stretch): number {
    return to + (this.overlap === "second" ? Math.min(offset, offsetAfter) : offset);
  }

  /** The next instant owed to a local time in the gap before the stretch. */
  #gapTimeBefore({ from, offset, offsetBefore }: Stretch, after: number): number | null {
    const gapMs = offset - offsetBefore;
    if (gapMs <= 0 || after >= from + gapMs || this.gap === "skip") return null;
    if (this.gap === "shift") {
      const time = this.times.next(Math.max(after, from - 1) + offsetBefore);
      return time !== null && time < from + offset ? time - offsetBefore : null;
    }
    // A date that a country skips when it crosses the date line is no hour to be made up for.
    if (after >= from || gapMs >= DAY_MS) return null;
    const time = this.times.next(from + offsetBefore - 1);
    return time !== null && time < from + offset ? from : null;
  }
}
