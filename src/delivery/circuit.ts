import type { Backoff } from "../ground/backoff.ts";
import type { Clock } from "../ground/clock.ts";

/** A server that asks for a longer pause than this is asked again all the same. */
const LONGEST_PAUSE_MS = 300_000;

/** Is told when the circuit changes. */
export interface CircuitEvents {
  /** Nothing gets through: from now on one probe at a time, the first after `pauseMs`. */
  opened(reason: string, pauseMs: number): void;
  /** Something got through again, `downMs` after it had opened. */
  closed(downMs: number): void;
  /** The pause is over: a probe may be sent. */
  probeDue(): void;
}

/**
 * A circuit breaker: open while the other side is down. Then one probe at a time, with growing random
 * pauses between, finds out when it is back.
 */
export class Circuit implements Disposable {
  readonly #clock: Clock;
  readonly #backoff: Backoff;
  readonly #on: CircuitEvents;
  #state: "closed" | "open" | "probing" = "closed";
  #pause: Disposable | null = null;
  /** In a row, the one that opened it included. */
  #failures = 0;
  #openedAt = 0;
  #successes = 0;

  constructor(options: { clock: Clock; backoff: Backoff; on: CircuitEvents }) {
    this.#clock = options.clock;
    this.#backoff = options.backoff;
    this.#on = options.on;
  }

  get isClosed(): boolean {
    return this.#state === "closed";
  }

  /** Whether a probe is due and none is under way. */
  get mayProbe(): boolean {
    return this.#state === "open" && this.#pause === null;
  }

  /** How many times something got through: tells whether anything did since an earlier look. */
  get successes(): number {
    return this.#successes;
  }

  /** The probe is sent; {@link succeed} or {@link fail} follows. */
  probe(): void {
    this.#state = "probing";
  }

  /** Something got through. */
  succeed(): void {
    this.#successes++;
    if (this.#state === "closed") return;
    this.#state = "closed";
    this.#failures = 0;
    this.#endPause();
    this.#on.closed(this.#clock.monotonic() - this.#openedAt);
  }

  /** Opens the circuit, or ends the probe under way. `retryAfterMs`: what the other side asked for. */
  fail(reason: string, retryAfterMs: number | null): void {
    if (this.#state === "open") return;
    const isNew = this.#state === "closed";
    this.#state = "open";
    this.#failures++;
    const askedMs = Math.min(retryAfterMs ?? 0, LONGEST_PAUSE_MS);
    const pauseMs = Math.max(this.#backoff(this.#failures), askedMs);
    this.#pause = this.#clock.alarm(pauseMs, () => {
      this.#pause = null;
      this.#on.probeDue();
    });
    if (!isNew) return;
    this.#openedAt = this.#clock.monotonic();
    this.#on.opened(reason, pauseMs);
  }

  [Symbol.dispose](): void {
    this.#endPause();
  }

  #endPause(): void {
    this.#pause?.[Symbol.dispose]();
    this.#pause = null;
  }
}
