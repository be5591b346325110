import { CYCLE_DAYS, firstDayOfMonth, modulo, monthOf } from "./days.ts";
import type { RecurrenceRule } from "./rule.ts";

const DAY_MS = 86_400_000;
const WEEK_MS = 7 * DAY_MS;
const CYCLE_MONTHS = 4800;
/** The day before 1970-01-01 that was a Sunday. */
const SUNDAY = -4;

/** Local time, cut into weeks, months or years; they are numbered. Milliseconds throughout. */
interface Division {
  indexOf(time: number): number;
  startOf(index: number): number;
  /** How many periods there are before the calendar repeats itself. */
  readonly perCycle: number;
}

/** The periods of a rule that last more than a day, of which each `interval`th counts from that of DTSTART on. */
export interface Periods {
  readonly interval: number;
  /** The time after which calendar and interval meet in the same way again. */
  readonly cycleMs: number;
  startOf(index: number): number;
  /** The number of the first period that counts and does not end before a time. */
  alignedAt(time: number): number;
}

/** The periods of a rule whose DTSTART is `start` in local time, as if it were UTC. */
export function periodsOf({ freq, interval, weekStart }: RecurrenceRule, start: number): Periods {
  const division = freq === "WEEKLY"
    ? weeksFrom((SUNDAY + weekStart) * DAY_MS)
    : monthsOf(freq === "YEARLY" ? 12 : 1);
  const first = division.indexOf(start);
  return {
    interval,
    cycleMs: CYCLE_DAYS * DAY_MS * (interval / gcd(interval, division.perCycle)),
    startOf: (index) => division.startOf(index),
    alignedAt(time) {
      const index = division.indexOf(time);
      return index + modulo(first - index, interval);
    },
  };
}

function weeksFrom(origin: number): Division {
  return {
    indexOf: (time) => Math.floor((time - origin) / WEEK_MS),
    startOf: (index) => index * WEEK_MS + origin,
    perCycle: CYCLE_DAYS / 7,
  };
}

function monthsOf(months: number): Division {
  return {
    indexOf: (time) => Math.floor(monthOf(Math.floor(time / DAY_MS)) / months),
    startOf: (index) => firstDayOfMonth(index * months) * DAY_MS,
    perCycle: CYCLE_MONTHS / months,
  };
}

/** The greatest common divisor. */
export function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}
