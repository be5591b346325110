import { settle } from "../../support/fake_clock.ts";

interface Entry {
  readonly at: number;
  act: (() => void) | null;
}

/**
 * True time, which no machine of a simulated world can see or change. One thing happens after another, those
 * of the same millisecond in the order in which they were set, and whatever one of them resolves comes to
 * rest before the next.
 */
export class Timeline {
  /** What is to come, by its time. */
  readonly #entries: Entry[] = [];
  #now: number;

  /** Epoch milliseconds. */
  constructor(startAt: number) {
    this.#now = startAt;
  }

  /** Epoch milliseconds. */
  get now(): number {
    return this.#now;
  }

  /** Has something happen at an instant, unless the result is disposed of before. */
  at(instant: number, act: () => void): Disposable {
    const entry: Entry = { at: Math.max(instant, this.#now), act };
    this.#entries.splice(this.#placeOf(entry.at), 0, entry);
    return { [Symbol.dispose]: () => void (entry.act = null) };
  }

  /** The same, `delayMs` from now. */
  after(delayMs: number, act: () => void): Disposable {
    return this.at(this.#now + Math.max(0, delayMs), act);
  }

  /** Lets time pass up to an instant. */
  async runTo(end: number): Promise<void> {
    await settle();
    for (
      let next = this.#entries[0];
      next !== undefined && next.at <= end;
      next = this.#entries[0]
    ) {
      this.#entries.shift();
      if (next.act === null) continue;
      this.#now = next.at;
      next.act();
      await settle();
    }
    this.#now = end;
  }

  /** Behind all that are not later. */
  #placeOf(at: number): number {
    let [low, high] = [0, this.#entries.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#entries[middle]?.at ?? Infinity) <= at) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
