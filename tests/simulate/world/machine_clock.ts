import type { Clock } from "../../../src/ground/clock.ts";
import type { Timeline } from "./timeline.ts";

/** As of the runtime's own timeouts. */
const SHORTEST_MS = 1;

/**
 * The clocks of one machine: its wall clock can be set, its monotonic one stands still while it is suspended.
 */
export class MachineClock {
  readonly #timeline: Timeline;
  #offsetMs: number;
  #sleptMs = 0;

  /** `offsetMs`: by how much the wall clock is ahead of true time. */
  constructor(timeline: Timeline, offsetMs: number) {
    this.#timeline = timeline;
    this.#offsetMs = offsetMs;
  }

  now(): number {
    return this.#timeline.now + this.#offsetMs;
  }

  monotonic(): number {
    return this.#timeline.now - this.#sleptMs;
  }

  /** Sets the wall clock. */
  step(ms: number): void {
    this.#offsetMs += ms;
  }

  /** It was suspended for so long. */
  slept(ms: number): void {
    this.#sleptMs += ms;
  }

  /** The clock of a process: its alarms go through `gate`, which lets them ring when the process runs. */
  ofProcess(gate: (act: () => void) => void): Clock {
    return {
      now: () => this.now(),
      monotonic: () => this.monotonic(),
      alarm: (delayMs, wake) => this.#alarm(Math.max(SHORTEST_MS, Math.ceil(delayMs)), wake, gate),
    };
  }

  #alarm(delayMs: number, wake: () => void, gate: (act: () => void) => void): Disposable {
    const dueAt = this.monotonic() + delayMs;
    let isSet = true;
    let entry: Disposable;
    const set = () => entry = this.#timeline.after(dueAt - this.monotonic(), () => gate(ring));
    const ring = () => {
      if (!isSet) return;
      // It was suspended meanwhile.
      if (this.monotonic() < dueAt) return void set();
      wake();
    };
    entry = set();
    return {
      [Symbol.dispose]: () => {
        isSet = false;
        entry[Symbol.dispose]();
      },
    };
  }
}
