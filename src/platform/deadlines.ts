import type { Clock } from "../ground/clock.ts";

/** Those that start within this time share a signal. */
const SHARED_MS = 100;

/**
 * Signals that end what takes longer than a set time, and what its owner ends. Thousands of requests come
 * and go each second, and a signal of its own for each costs as much as its log line: those that start
 * together share one, and with it its end, a tenth of a second early at most.
 */
export class Deadlines {
  readonly #clock: Clock;
  readonly #limitMs: number;
  #latest: Deadline | null = null;

  constructor(clock: Clock, limitMs: number) {
    this.#clock = clock;
    this.#limitMs = limitMs;
  }

  /** The deadline of something that starts now, which is disposed of when that has ended. */
  start(owner: AbortSignal): Deadline {
    if (!this.#latest?.isFor(owner, this.#clock.monotonic())) {
      this.#latest = new Deadline(owner, this.#clock, this.#limitMs);
    }
    return this.#latest.enter();
  }
}

/** A deadline of all that started together. */
class Deadline implements Disposable {
  readonly #owner: AbortSignal;
  readonly #startedAt: number;
  readonly #alarm: Disposable;
  readonly #control = new AbortController();
  readonly #abort = () => this.#control.abort();
  #users = 0;

  constructor(owner: AbortSignal, clock: Clock, limitMs: number) {
    this.#owner = owner;
    this.#startedAt = clock.monotonic();
    this.#alarm = clock.alarm(limitMs, this.#abort);
    if (owner.aborted) this.#abort();
    else owner.addEventListener("abort", this.#abort, { once: true });
  }

  /** Is aborted when the time is over, and with the owner's. */
  get signal(): AbortSignal {
    return this.#control.signal;
  }

  isFor(owner: AbortSignal, now: number): boolean {
    return owner === this.#owner && this.#users > 0 && now - this.#startedAt < SHARED_MS;
  }

  enter(): this {
    this.#users++;
    return this;
  }

  [Symbol.dispose](): void {
    this.#users--;
    if (this.#users > 0) return;
    this.#alarm[Symbol.dispose]();
    this.#owner.removeEventListener("abort", this.#abort);
  }
}
