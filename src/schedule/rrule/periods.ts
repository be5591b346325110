import { EPOCH_WEEKDAY, modulo } from "./days.ts";
import type { Frequency, RecurrenceRule } from "./rule.ts";
import type { TimeSet } from "../time_set.ts";

const DAY_MS = 86_400_000;
const WEEK_MS = 7 * DAY_MS;
/** After this many days, 400 years and whole weeks, the calendar repeats itself. */
const CYCLE_DAYS = 146_097;
/** The day before 1970-01-01 that was a Sunday. */
const SUNDAY = -4;

/** Periods of one length, in milliseconds. */
const LENGTHS_MS: Readonly<Partial<Record<Frequency, number>>> = {
  SECONDLY: 1000,
  MINUTELY: 60_000,
  HOURLY: 3_600_000,
  DAILY: DAY_MS,
  WEEKLY: WEEK_MS,
};
const CYCLE_MONTHS = 4800;

/** Local time, cut into the periods of a frequency; they are numbered. Milliseconds throughout. */
interface Division {
  indexOf(time: number): number;
  startOf(index: number): number;
  /** How many periods there are before the calendar repeats itself. */
  readonly perCycle: number;
}

/** The periods of a rule, of which each `interval`th counts from that of DTSTART on. */
export interface Periods {
  readonly interval: number;
  /** The time after which calendar and interval meet in the same way again. */
  readonly cycleMs: number;
  startOf(index: number): number;
  /** The number of the first period that counts and does not end before a time. */
  alignedAt(time: number): number;
  /**
   * Whether periods that count ever begin on one of some days of the week, at one of some times. All that
   * last more than a day are taken to do so.
   */
  everBeginAt(weekdays: readonly number[], times: TimeSet): boolean;
}

/** The periods of a rule whose DTSTART is `start` in local time, as if it were UTC. */
export function periodsOf({ freq, interval, weekStart }: RecurrenceRule, start: number): Periods {
  const division = divisionOf(freq, weekStart);
  const first = division.indexOf(start);
  return {
    interval,
    cycleMs: CYCLE_DAYS * DAY_MS * (interval / gcd(interval, division.perCycle)),
    startOf: (index) => division.startOf(index),
    alignedAt(time) {
      const index = division.indexOf(time);
      return index + modulo(first - index, interval);
    },
    everBeginAt(weekdays, times) {
      const lengthMs = LENGTHS_MS[freq] ?? Infinity;
      if (lengthMs > DAY_MS) return true;
      // Steps lead to what differs by a multiple of what the step and the week have in common.
      const commonMs = gcd(interval * lengthMs, WEEK_MS);
      const origin = division.startOf(first);
      return weekdays.some((weekday) => {
        const midnight = (weekday - EPOCH_WEEKDAY) * DAY_MS;
        return hasMultiple(times, commonMs, midnight - origin);
      });
    },
  };
}

function divisionOf(freq: Frequency, weekStart: number): Division {
  const lengthMs = LENGTHS_MS[freq];
  if (lengthMs === undefined) return monthsOf(freq === "YEARLY" ? 12 : 1);
  const origin = freq === "WEEKLY" ? (SUNDAY + weekStart) * DAY_MS : 0;
  return {
    indexOf: (time) => Math.floor((time - origin) / lengthMs),
    startOf: (index) => index * lengthMs + origin,
    perCycle: CYCLE_DAYS * DAY_MS / lengthMs,
  };
}

function monthsOf(months: number): Division {
  return {
    indexOf(time) {
      const date = new Date(time);
      return Math.floor((date.getUTCFullYear() * 12 + date.getUTCMonth()) / months);
    },
    startOf: (index) => new Date(0).setUTCFullYear(0, index * months, 1),
    perCycle: CYCLE_MONTHS / months,
  };
}

/** Whether one of some times plus `offset` is a multiple. */
function hasMultiple(times: TimeSet, of: number, offset: number): boolean {
  for (let index = 0; index < times.size; index++) {
    if (modulo(times.at(index) + offset, of) === 0) return true;
  }
  return false;
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}
