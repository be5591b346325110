import { placeAbove } from "../collections/number_lists.ts";

const SECOND_MS = 1000;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

/** Times since a moment such as midnight, in milliseconds and in order. */
export interface Times {
  /** How many times there are. */
  readonly size: number;
  /** The time at a place from 0 to `size - 1`. */
  at(place: number): number;
  /** The first time later than a time, `null` when there is none. */
  after(time: number): number | null;
}

/** Times of day: any of some hours with any of some minutes and any of some seconds, each list in order. */
export class TimeSet implements Times {
  readonly size: number;
  readonly #hours: readonly number[];
  readonly #minutes: readonly number[];
  readonly #seconds: readonly number[];
  readonly #first: number;
  readonly #last: number;

  constructor(hours: readonly number[], minutes: readonly number[], seconds: readonly number[]) {
    this.#hours = hours;
    this.#minutes = minutes;
    this.#seconds = seconds;
    this.size = hours.length * minutes.length * seconds.length;
    this.#first = this.at(0);
    this.#last = this.at(this.size - 1);
  }

  at(index: number): number {
    const [minutes, seconds] = [this.#minutes.length, this.#seconds.length];
    const hour = this.#hours[Math.floor(index / (minutes * seconds))] ?? NaN;
    const minute = this.#minutes[Math.floor(index / seconds) % minutes] ?? NaN;
    const second = this.#seconds[index % seconds] ?? NaN;
    return hour * HOUR_MS + minute * MINUTE_MS + second * SECOND_MS;
  }

  after(time: number): number | null {
    if (time < this.#first) return this.#first;
    if (time >= this.#last) return null;
    const from = (Math.floor(time / SECOND_MS) + 1) * SECOND_MS;
    return this.#from(
      Math.floor(from / HOUR_MS),
      Math.floor(from / MINUTE_MS) % 60,
      Math.floor(from / SECOND_MS) % 60,
    );
  }

  /** Hands out all times, in order. */
  forEach(take: (time: number) => void): void {
    for (const hour of this.#hours) {
      for (const minute of this.#minutes) {
        const time = hour * HOUR_MS + minute * MINUTE_MS;
        for (const second of this.#seconds) take(time + second * SECOND_MS);
      }
    }
  }

  #from(hour: number, minute: number, second: number): number | null {
    const nextHour = this.#hours.find((it) => it >= hour);
    if (nextHour === undefined) return null;
    if (nextHour > hour) return this.#from(nextHour, 0, 0);
    const nextMinute = this.#minutes.find((it) => it >= minute);
    if (nextMinute === undefined) return this.#from(hour + 1, 0, 0);
    if (nextMinute > minute) return this.#from(hour, nextMinute, 0);
    const nextSecond = this.#seconds.find((it) => it >= second);
    if (nextSecond === undefined) return this.#from(hour, minute + 1, 0);
    return hour * HOUR_MS + minute * MINUTE_MS + nextSecond * SECOND_MS;
  }
}

/** Some of other times. */
export class PickedTimes implements Times {
  readonly #times: readonly number[];

  /** `places` are those of the times to pick, in order. */
  constructor(times: Times, places: readonly number[]) {
    this.#times = places.map((place) => times.at(place));
  }

  get size(): number {
    return this.#times.length;
  }

  at(place: number): number {
    return this.#times[place] ?? NaN;
  }

  after(time: number): number | null {
    return this.#times[placeAbove(this.#times, time)] ?? null;
  }
}
