import { Cache } from "../../collections/lru.ts";
import type { Schedule } from "../schedule.ts";
import { PickedTimes, type Times, TimeSet } from "../time_set.ts";
import { RuleDays } from "./days.ts";
import { filledIn } from "./defaults.ts";
import { LongPeriods, placesOf } from "./long_periods.ts";
import { periodsOf } from "./periods.ts";
import type { Frequency, RecurrenceRule, RuleError } from "./rule.ts";
import { Effort, type Search, TooManySteps } from "./search.ts";
import { Steps } from "./steps.ts";

/** Each takes 1 to 30 kB. */
const MAX_SEARCHES = 1024;
/** The last local time there is. */
const LATEST = Date.parse("9999-12-31T23:59:59Z");

/** Periods of one length that fit into a day, in milliseconds. */
const LENGTHS_MS: Readonly<Partial<Record<Frequency, number>>> = {
  SECONDLY: 1000,
  MINUTELY: 60_000,
  HOURLY: 3_600_000,
  DAILY: 86_400_000,
};
/** The most days of longer ones. */
const MAX_DAYS: Readonly<Partial<Record<Frequency, number>>> = { MONTHLY: 31, YEARLY: 366 };
const HOURS = Array.from({ length: 24 }, (_, hour) => hour);
const ALL_WEEKDAYS = [0, 1, 2, 3, 4, 5, 6];
const SIXTIETHS = Array.from({ length: 60 }, (_, minute) => minute);

const NEVER: Search = { next: () => null };

const searches = new Cache<RecurrenceRule, Search>(MAX_SEARCHES);

/**
 * The times of a rule by a clock that never jumps, each as if it were UTC; `start` is DTSTART by that
 * clock. Knows of neither COUNT nor UNTIL. What `next` costs does not grow with the time since DTSTART.
 */
export class RuleTimes implements Schedule {
  readonly #rule: RecurrenceRule;
  readonly #start: number;
  readonly #effort = new Effort();

  constructor(rule: RecurrenceRule, start: number) {
    this.#rule = rule;
    this.#start = start;
  }

  /** How many days, periods and times were looked at so far. */
  get steps(): number {
    return this.#effort.steps;
  }

  next(after: number): number | null {
    const from = Math.max(after, this.#start - 1);
    if (from >= LATEST) return null;
    // Looked up each time: a rule that held its search would keep it from being dropped.
    const search = searches.get(this.#rule, () => searchOf(this.#rule, this.#start));
    const at = search.next(from, LATEST, this.#effort);
    return at !== null && at <= LATEST ? at : null;
  }

  /** Does something for which at most so many steps are to be taken, and throws `orElse` where more would be. */
  within<T>(most: number, orElse: () => RuleError, act: () => T): T {
    this.#effort.most = this.#effort.steps + most;
    try {
      return act();
    } catch (error) {
      throw error instanceof TooManySteps ? orElse() : error;
    } finally {
      this.#effort.most = Infinity;
    }
  }
}

/**
 * A rule made ready. The occurrences of a period are its openings, each with each of the same times
 * after it: of a day or more, the days allowed and the times of day; of an hour, a minute or a second,
 * that hour if it is allowed and the times in the hour, and so on.
 */
function searchOf(rule: RecurrenceRule, start: number): Search {
  const filled = filledIn(rule, new Date(start));
  const days = new RuleDays(filled);
  const hours = listOr(filled.byHour, HOURS);
  const minutes = listOr(filled.byMinute, SIXTIETHS);
  const seconds = listOr(filled.bySecond, SIXTIETHS);
  const opensBy = ["HOURLY", "MINUTELY", "SECONDLY"].indexOf(rule.freq);
  const times = new TimeSet(
    opensBy >= 0 ? [0] : hours,
    opensBy >= 1 ? [0] : minutes,
    opensBy >= 2 ? [0] : seconds,
  );
  const weekdays = listOr(filled.byDay.map(({ weekday }) => weekday), ALL_WEEKDAYS);
  const lengthMs = LENGTHS_MS[rule.freq];
  if (lengthMs === undefined) {
    const most = times.size * (MAX_DAYS[rule.freq] ?? weekdays.length);
    const hasPositions = rule.bySetPos.length === 0 || placesOf(rule.bySetPos, most).length > 0;
    return hasPositions
      ? new LongPeriods(periodsOf(rule, start), days, times, rule.bySetPos)
      : NEVER;
  }
  return new Steps({
    origin: Math.floor(start / lengthMs) * lengthMs,
    stepMs: rule.interval * lengthMs,
    lengthMs,
    days,
    weekdays,
    openings: new TimeSet(
      opensBy >= 0 ? hours : [0],
      opensBy >= 1 ? minutes : [0],
      opensBy >= 2 ? seconds : [0],
    ),
    times: picked(times, rule.bySetPos),
  });
}

/** Each period of a day or less has the same times, so that BYSETPOS picks the same of them. */
function picked(times: Times, positions: readonly number[]): Times {
  return positions.length === 0 ? times : new PickedTimes(times, placesOf(positions, times.size));
}

function listOr(list: readonly number[], all: readonly number[]): readonly number[] {
  return list.length > 0 ? list : all;
}
