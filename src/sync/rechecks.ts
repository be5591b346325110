/** Refs read at the same time. */
const READERS = 8;

/** Reads a rule again and applies what it finds; `T` is what those who asked are told of it. */
export type Recheck<T> = (ref: string) => Promise<T>;

/**
 * Reads rules again by their refs, a few at a time and never one twice at once. Requests for a ref that
 * is still waiting are one: a burst of messages about a rule costs one read.
 */
export class Rechecks<T = void> {
  readonly #recheck: Recheck<T>;
  readonly #waiting = new Map<string, PromiseWithResolvers<T>>();
  readonly #reading = new Set<string>();
  #pauses = 0;

  constructor(recheck: Recheck<T>) {
    this.#recheck = recheck;
  }

  /** The number of refs that no reader has taken yet. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** Whether no read is begun, see {@link pause}. */
  get isPaused(): boolean {
    return this.#pauses > 0;
  }

  /** Resolves after a read that began after this call; rejects when that read failed. */
  request(ref: string): Promise<T> {
    let done = this.#waiting.get(ref);
    if (done === undefined) {
      done = Promise.withResolvers();
      this.#waiting.set(ref, done);
      this.#take();
    }
    return done.promise;
  }

  /** Takes back everything that waits, to be settled along with `instead`. */
  settleWith(instead: Promise<T>): void {
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const done of waiting) instead.then(done.resolve, done.reject);
  }

  /** Begins no read until the result is disposed of: everything asked for meanwhile waits. */
  pause(): Disposable {
    this.#pauses++;
    return {
      [Symbol.dispose]: () => {
        this.#pauses--;
        this.#take();
      },
    };
  }

  #take(): void {
    for (const [ref, done] of this.#waiting) {
      if (this.#reading.size >= READERS || this.isPaused) return;
      if (this.#reading.has(ref)) continue;
      this.#waiting.delete(ref);
      this.#reading.add(ref);
      this.#recheck(ref).then(done.resolve, done.reject).finally(() => {
        this.#reading.delete(ref);
        this.#take();
      });
    }
  }
}
