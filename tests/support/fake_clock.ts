import { setImmediate } from "node:timers";
import type { Clock } from "../../src/ground/clock.ts";

interface Alarm {
  readonly dueAt: number;
  readonly wake: () => void;
}

/**
 * A clock that stands still until a test moves it. Alarms ring in the order in which they fall due,
 * those of the same instant in the order in which they were set.
 */
export class FakeClock implements Clock {
  #wallOffset: number;
  #elapsed = 0;
  readonly #alarms = new Set<Alarm>();

  /** `startAt` in epoch milliseconds. */
  constructor(startAt: number = Date.UTC(2025, 0, 1)) {
    this.#wallOffset = startAt;
  }

  /** How many alarms are set and have not rung. */
  get pending(): number {
    return this.#alarms.size;
  }

  /** Whether an alarm is set that rings in so many milliseconds. */
  isSet(inMs: number): boolean {
    return [...this.#alarms].some(({ dueAt }) => dueAt - this.#elapsed === inMs);
  }

  now(): number {
    return this.#wallOffset + this.#elapsed;
  }

  monotonic(): number {
    return this.#elapsed;
  }

  alarm(delayMs: number, wake: () => void): Disposable {
    const alarm = { dueAt: this.#elapsed + Math.max(0, delayMs), wake };
    this.#alarms.add(alarm);
    return { [Symbol.dispose]: () => void this.#alarms.delete(alarm) };
  }

  /** Moves the wall clock alone, either way, as an operator or NTP does. No alarm rings by this. */
  step(ms: number): void {
    this.#wallOffset += ms;
  }

  /** Lets `ms` pass in which nothing rings, as in a busy event loop; what fell due rings late. */
  stall(ms: number): void {
    this.#elapsed += ms;
  }

  /**
   * Lets `ms` pass: each alarm that falls due rings at its own instant, and whatever it resolves runs
   * before the next one. Alarms set on the way ring too when they fall due in this span.
   */
  async advance(ms: number): Promise<void> {
    const end = this.#elapsed + ms;
    await settle();
    for (let alarm = this.#earliest(end); alarm; alarm = this.#earliest(end)) {
      this.#alarms.delete(alarm);
      this.#elapsed = Math.max(this.#elapsed, alarm.dueAt);
      alarm.wake();
      await settle();
    }
    this.#elapsed = end;
  }

  #earliest(end: number): Alarm | undefined {
    let earliest: Alarm | undefined;
    for (const alarm of this.#alarms) {
      if (alarm.dueAt <= end && (!earliest || alarm.dueAt < earliest.dueAt)) earliest = alarm;
    }
    return earliest;
  }
}

/** Resolves once every promise that can settle without input or output has done so. */
export function settle(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}
