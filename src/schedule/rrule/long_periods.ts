import { placeAbove, sorted } from "../../collections/number_lists.ts";
import type { Times } from "../time_set.ts";
import type { RuleDays } from "./days.ts";
import type { Periods } from "./periods.ts";
import type { Effort, Search } from "./search.ts";

const DAY_MS = 86_400_000;

/** A period from its first allowed day on, to the day after it. */
interface Part {
  readonly period: number;
  readonly day: number;
  readonly end: number;
}

/** The occurrences of a rule of weeks, months or years: times of day on the days of a period. */
export class LongPeriods implements Search {
  readonly #periods: Periods;
  readonly #days: RuleDays;
  readonly #times: Times;
  /** BYSETPOS; empty for all. */
  readonly #positions: readonly number[];
  /** The fewest occurrences with which a period has one of the positions. */
  readonly #fewest: number;
  /** The period asked about last. */
  #recent: { readonly period: number; readonly picked: readonly number[] } = {
    period: NaN,
    picked: [],
  };

  constructor(periods: Periods, days: RuleDays, times: Times, positions: readonly number[]) {
    this.#periods = periods;
    this.#days = days;
    this.#times = times;
    this.#positions = positions;
    this.#fewest = positions.length === 0 ? 0 : Math.min(...positions.map(Math.abs));
  }

  next(from: number, latest: number, effort: Effort): number | null {
    const periods = this.#periods;
    // After that, everything repeats itself: what has not come till then never will.
    const limit = Math.floor(Math.min(from + periods.cycleMs, latest) / DAY_MS) + 1;
    let period = periods.alignedAt(from);
    for (;;) {
      effort.step();
      const day = this.#days.next(periods.startOf(period) / DAY_MS, limit);
      if (day >= limit) return null;
      const end = periods.startOf(period + 1) / DAY_MS;
      const isIn = day < end;
      const at = isIn ? this.#firstIn({ period, day, end }, from, effort) : null;
      if (at !== null) return at;
      period = isIn ? period + periods.interval : periods.alignedAt(day * DAY_MS);
    }
  }

  #firstIn(part: Part, from: number, effort: Effort): number | null {
    if (this.#positions.length === 0) return this.#firstOn(part, from, effort);
    const picked = this.#pickedIn(part);
    return picked[placeAbove(picked, from)] ?? null;
  }

  #firstOn({ day: first, end }: Part, from: number, effort: Effort): number | null {
    // Earlier days are over.
    const start = Math.max(first, Math.floor(from / DAY_MS));
    for (let day = this.#days.next(start, end); day < end; day = this.#days.next(day + 1, end)) {
      effort.step();
      const time = this.#times.after(from - day * DAY_MS);
      if (time !== null) return day * DAY_MS + time;
    }
    return null;
  }

  /** The occurrences of a period that BYSETPOS picks, in order. */
  #pickedIn({ period, day, end }: Part): readonly number[] {
    if (period !== this.#recent.period) this.#recent = { period, picked: this.#pick(day, end) };
    return this.#recent.picked;
  }

  #pick(first: number, end: number): readonly number[] {
    const days: number[] = [];
    for (let day = first; day < end; day = this.#days.next(day + 1, end)) days.push(day);
    const perDay = this.#times.size;
    if (days.length * perDay < this.#fewest) return [];
    return placesOf(this.#positions, days.length * perDay).map((place) =>
      (days[Math.floor(place / perDay)] ?? NaN) * DAY_MS + this.#times.at(place % perDay)
    );
  }
}

/** The places, from 0 and in order, that positions from either end stand for among `size` things. */
export function placesOf(positions: readonly number[], size: number): readonly number[] {
  const places = positions.map((it) => it > 0 ? it - 1 : size + it)
    .filter((place) => place >= 0 && place < size);
  return places.length > 1 ? sorted(places) : places;
}
