const SECOND_MS = 1000;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

/** Times of day: any of some hours with any of some minutes and any of some seconds, each list in order. */
export class TimeSet {
  /** How many times there are. */
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

  /** The time at a place from 0 to `size - 1`, in milliseconds since midnight. */
  at(index: number): number {
    const [minutes, seconds] = [this.#minutes.length, this.#seconds.length];
    const hour = this.#hours[Math.floor(index / (minutes * seconds))] ?? NaN;
    const minute = this.#minutes[Math.floor(index / seconds) % minutes] ?? NaN;
    const second = this.#seconds[index % seconds] ?? NaN;
    return hour * HOUR_MS + minute * MINUTE_MS + second * SECOND_MS;
  }

  /** The first time later than a time; milliseconds since midnight, `null` when there is none. */
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
