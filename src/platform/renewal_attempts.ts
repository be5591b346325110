import type { Backoff } from "../ground/backoff.ts";
import type { Clock } from "../ground/clock.ts";
import { ApiError } from "./api_error.ts";

/** Even where the server asks for more: a token's last hours leave no time for it. */
const LONGEST_PAUSE_MS = 60_000;

/** How the attempts to renew one token went. Its successor has attempts of its own. */
export class RenewalAttempts {
  readonly #clock: Clock;
  readonly #backoff: Backoff;
  #failures = 0;
  #latest: unknown = null;
  #isOver = false;
  /** On the monotonic clock. */
  #pauseUntil: number;

  /** `pauseMs`: before the first attempt. */
  constructor(clock: Clock, backoff: Backoff, pauseMs: number) {
    this.#clock = clock;
    this.#backoff = backoff;
    this.#pauseUntil = clock.monotonic() + pauseMs;
  }

  /** Whether it was refused for good. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Whether any has failed. */
  get hasFailed(): boolean {
    return this.#failures > 0;
  }

  /** The latest failure; `null` where there is none. */
  get latest(): unknown {
    return this.#latest;
  }

  /** The time to wait before the next attempt. */
  get pauseMs(): number {
    return Math.max(0, this.#pauseUntil - this.#clock.monotonic());
  }

  /** Takes a failure. Returns the pause before the next attempt; `null`: there is no use in another. */
  failed(error: unknown): number | null {
    this.#failures++;
    this.#latest = error;
    this.#isOver = error instanceof ApiError && !error.retriable;
    if (this.#isOver) return null;
    const askedMs = error instanceof ApiError ? error.retryAfterMs ?? 0 : 0;
    const pauseMs = Math.min(LONGEST_PAUSE_MS, Math.max(askedMs, this.#backoff(this.#failures)));
    this.#pauseUntil = this.#clock.monotonic() + pauseMs;
    return pauseMs;
  }
}
