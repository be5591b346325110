const EVERY_MS = 5;

/** Measures how long the event loop does not get round to a timer that is due. */
export class StallMeter implements Disposable {
  /** The longest stall so far, in milliseconds. */
  worstMs = 0;
  #lookedAt = performance.now();
  readonly #timer = setInterval(() => this.#look(), EVERY_MS);

  /** Forgets what was before now. */
  reset(): void {
    this.worstMs = 0;
    this.#lookedAt = performance.now();
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const now = performance.now();
    this.worstMs = Math.max(this.worstMs, now - this.#lookedAt - EVERY_MS);
    this.#lookedAt = now;
  }
}
