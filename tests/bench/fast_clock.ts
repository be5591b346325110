import { setImmediate } from "node:timers";
import { type Clock, systemClock } from "../../src/ground/clock.ts";

/**
 * A clock without waiting: an alarm rings in the next turn of the event loop, and by the wall clock the
 * time it was set for has passed, or `stepMs` if that is more: a busy process does not wake up for each
 * fire. Work takes real time by the monotonic clock and none by the other.
 */
export class FastClock implements Clock {
  #now: number;
  readonly #stepMs: number;

  constructor(startAt: number, stepMs: number) {
    this.#now = startAt;
    this.#stepMs = stepMs;
  }

  now(): number {
    return this.#now;
  }

  monotonic(): number {
    return systemClock.monotonic();
  }

  alarm(delayMs: number, wake: () => void): Disposable {
    const immediate = setImmediate(() => {
      // A slice goes on where the one before it had to stop.
      if (delayMs > 0) this.#now += Math.max(delayMs, this.#stepMs);
      wake();
    });
    return { [Symbol.dispose]: () => immediate[Symbol.dispose]() };
  }
}
