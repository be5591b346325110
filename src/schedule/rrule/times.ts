import { Cache } from "../../collections/lru.ts";
import type { Schedule } from "../schedule.ts";
import { RuleDays } from "./days.ts";
import { filledIn } from "./defaults.ts";
import { type Periods, periodsOf } from "./periods.ts";
import type { Frequency, RecurrenceRule } from "./rule.ts";
import { TimeSet } from "../time_set.ts";

/** Each takes 1 to 12 kB. */
const MAX_EXPANSIONS = 1024;
const DAY_MS = 86_400_000;
/** The last local time there is. */
const LATEST = Date.parse("9999-12-31T23:59:59Z");

/** The most days of a period; where there is none, a period has one opening at most. */
const MAX_OPENINGS: Readonly<Partial<Record<Frequency, number>>> = {
  WEEKLY: 7,
  MONTHLY: 31,
  YEARLY: 366,
};
const HOURS = Array.from({ length: 24 }, (_, hour) => hour);
const ALL_WEEKDAYS = [0, 1, 2, 3, 4, 5, 6];
const SIXTIETHS = Array.from({ length: 60 }, (_, minute) => minute);

const expansions = new Cache<RecurrenceRule, Expansion>(MAX_EXPANSIONS);

/**
 * The times of a rule by a clock that never jumps, each as if it were UTC; `start` is DTSTART by that
 * clock. Knows of neither COUNT nor UNTIL. What `next` costs does not grow with the time since DTSTART.
 */
export class RuleTimes implements Schedule {
  readonly #rule: RecurrenceRule;
  readonly #start: number;

  constructor(rule: RecurrenceRule, start: number) {
    this.#rule = rule;
    this.#start = start;
  }

  next(after: number): number | null {
    // Looked up each time: a rule that held its expansion would keep it from being dropped.
    const expansion = expansions.get(this.#rule, () => new Expansion(this.#rule, this.#start));
    return expansion.next(after);
  }
}

/**
 * A rule made ready. The occurrences of a period are its openings, each with each of the same times
 * after it: of a day or more, the days allowed and the times of day; of an hour, a minute or a second,
 * that hour if it is allowed and the times in the hour, and so on.
 */
class Expansion {
  readonly #start: number;
  readonly #periods: Periods;
  readonly #days: RuleDays;
  /** When openings are, since midnight, and occurrences, since the opening. */
  readonly #openings: TimeSet;
  readonly #times: TimeSet;
  readonly #positions: readonly number[];
  readonly #isHopeless: boolean;
  /** The period asked about last. */
  #recent: { readonly period: number; readonly chosen: readonly number[] } = {
    period: NaN,
    chosen: [],
  };

  constructor(rule: RecurrenceRule, start: number) {
    const filled = filledIn(rule, new Date(start));
    const { freq } = filled;
    const hours = listOr(filled.byHour, HOURS);
    const minutes = listOr(filled.byMinute, SIXTIETHS);
    const seconds = listOr(filled.bySecond, SIXTIETHS);
    const opensBy = ["HOURLY", "MINUTELY", "SECONDLY"].indexOf(freq);
    this.#start = start;
    this.#periods = periodsOf(rule, start);
    this.#days = new RuleDays(filled);
    this.#openings = new TimeSet(
      opensBy >= 0 ? hours : [0],
      opensBy >= 1 ? minutes : [0],
      opensBy >= 2 ? seconds : [0],
    );
    this.#times = new TimeSet(
      opensBy >= 0 ? [0] : hours,
      opensBy >= 1 ? [0] : minutes,
      opensBy >= 2 ? [0] : seconds,
    );
    this.#positions = rule.bySetPos;
    const weekdays = listOr(filled.byDay.map(({ weekday }) => weekday), ALL_WEEKDAYS);
    this.#isHopeless = !this.#periods.everBeginAt(weekdays, this.#openings) ||
      !this.#hasPositions(freq);
  }

  next(after: number): number | null {
    const from = Math.max(after, this.#start - 1);
    if (this.#isHopeless || from >= LATEST) return null;
    const periods = this.#periods;
    // After that, everything repeats itself: what has not come till then never will.
    const limit = Math.min(from + periods.cycleMs, LATEST);
    let period = periods.alignedAt(from);
    for (;;) {
      const opening = this.#openingFrom(periods.startOf(period), limit);
      if (opening > limit) return null;
      const isOpen = opening < periods.startOf(period + 1);
      const at = isOpen ? this.#firstIn(period, opening, from) : null;
      if (at !== null) return at <= LATEST ? at : null;
      period = isOpen ? period + periods.interval : periods.alignedAt(opening);
    }
  }

  /** The first opening at or after a moment; one beyond `limit` need not be one. */
  #openingFrom(moment: number, limit: number): number {
    const day = Math.floor(moment / DAY_MS);
    if (this.#days.isAllowed(day)) {
      const time = this.#openings.after(moment - day * DAY_MS - 1);
      if (time !== null) return day * DAY_MS + time;
    }
    const end = Math.floor(limit / DAY_MS) + 1;
    return this.#days.next(day + 1, end) * DAY_MS + this.#openings.at(0);
  }

  /** The first occurrence after `from` among those of a period, whose first opening is known. */
  #firstIn(period: number, opening: number, from: number): number | null {
    if (this.#positions.length > 0) {
      return this.#chosenIn(period, opening).find((time) => time > from) ?? null;
    }
    const end = this.#periods.startOf(period + 1);
    // Openings of earlier days are over.
    const first = Math.max(opening, Math.floor(from / DAY_MS) * DAY_MS);
    for (let at = this.#openingFrom(first, end); at < end; at = this.#openingFrom(at + 1, end)) {
      const time = this.#times.after(from - at);
      if (time !== null) return at + time;
    }
    return null;
  }

  /** The occurrences of a period that BYSETPOS picks, as places in the period's sequence, in order. */
  #chosenIn(period: number, opening: number): readonly number[] {
    if (period === this.#recent.period) return this.#recent.chosen;
    const openings = this.#openingsIn(period, opening);
    const perOpening = this.#times.size;
    const chosen = new Set<number>();
    for (const position of this.#positions) {
      const index = position > 0 ? position - 1 : openings.length * perOpening + position;
      const at = openings[Math.floor(index / perOpening)];
      if (at !== undefined) chosen.add(at + this.#times.at(index % perOpening));
    }
    this.#recent = { period, chosen: [...chosen].sort((a, b) => a - b) };
    return this.#recent.chosen;
  }

  /** All openings of a period: one of an hour or less, of longer ones one each day allowed. */
  #openingsIn(period: number, opening: number): readonly number[] {
    const end = Math.floor(this.#periods.startOf(period + 1) / DAY_MS);
    const openings = [opening];
    let day = Math.floor(opening / DAY_MS);
    while ((day = this.#days.next(day + 1, end)) < end) openings.push(day * DAY_MS);
    return openings;
  }

  /** Whether one of BYSETPOS can be a place in the sequence of a period, if each day is allowed. */
  #hasPositions(freq: Frequency): boolean {
    const most = this.#times.size * (MAX_OPENINGS[freq] ?? 1);
    return this.#positions.length === 0 || this.#positions.some((it) => Math.abs(it) <= most);
  }
}

function listOr(list: readonly number[], all: readonly number[]): readonly number[] {
  return list.length > 0 ? list : all;
}
