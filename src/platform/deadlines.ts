import type { Clock } from "../clock.ts";

/** Ends what takes longer than a set time: one alarm for all of it, where thousands a second come and go. */
export class Deadlines {
  readonly #clock: Clock;
  readonly #limitMs: number;
  /** What ends each, and when on the monotonic clock: the soonest first, for all have the same time. */
  readonly #running = new Map<() => void, number>();
  #alarm: Disposable | null = null;

  constructor(clock: Clock, limitMs: number) {
    this.#clock = clock;
    this.#limitMs = limitMs;
  }

  /** Calls `expire` after the set time, unless the result is disposed of before. */
  start(expire: () => void): Disposable {
    this.#running.set(expire, this.#clock.monotonic() + this.#limitMs);
    this.#alarm ??= this.#clock.alarm(this.#limitMs, () => this.#ring());
    return { [Symbol.dispose]: () => this.#end(expire) };
  }

  #end(expire: () => void): void {
    this.#running.delete(expire);
    if (this.#running.size > 0) return;
    this.#alarm?.[Symbol.dispose]();
    this.#alarm = null;
  }

  #ring(): void {
    this.#alarm = null;
    for (const [expire, endsAt] of this.#running) {
      const leftMs = endsAt - this.#clock.monotonic();
      if (leftMs > 0) {
        this.#alarm = this.#clock.alarm(leftMs, () => this.#ring());
        return;
      }
      this.#running.delete(expire);
      expire();
    }
  }
}
