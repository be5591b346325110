import type { Clock } from "../ground/clock.ts";
import { parseHttpDate } from "./http_date.ts";

/** The header `Date` has whole seconds: on average the answer is half a second younger. */
const MEAN_ROUNDING_MS = 500;
/** What the rounding and half of the longest request may add up to, and nobody needs to act on. */
const NOISE_MS = 2000;
/** The header tells no more than that in between. */
const PAUSE_MS = 1000;
const LONGEST_REQUEST_MS = 2 * (NOISE_MS - MEAN_ROUNDING_MS);

/** How far the API's clock is from ours, by the latest of its answers. */
export class ClockSkew {
  readonly #clock: Clock;
  /**
   * The API's clock less our monotonic one: that one is not set, so that setting the wall clock is seen
   * at once and not taken for an expired token until the next answer.
   */
  #offsetMs: number | null = null;
  /** On the monotonic clock, and on the wall clock. */
  #measuredAt = -Infinity;
  #wallAt = -Infinity;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The API's clock less ours, in milliseconds; 0 within the error of measuring, and until an answer came. */
  get ms(): number {
    if (this.#offsetMs === null) return 0;
    const skewMs = Math.round(this.#clock.monotonic() + this.#offsetMs - this.#clock.now());
    return Math.abs(skewMs) > NOISE_MS ? skewMs : 0;
  }

  /** The same, and 0 where our clock was set since the last answer, or the machine was suspended. */
  get steadyMs(): number {
    const elapsedMs = this.#clock.monotonic() - this.#measuredAt;
    const partedMs = this.#clock.now() - this.#wallAt - elapsedMs;
    return Math.abs(partedMs) < NOISE_MS ? this.ms : 0;
  }

  /** The time on the API's clock, in epoch milliseconds. */
  apiNow(): number {
    return this.#clock.now() + this.ms;
  }

  /**
   * Takes the headers of an answer, as soon as they are there; `sentAt` is on the monotonic clock. Those of
   * requests sent within a second of the last measurement are not looked at.
   */
  measure(headers: Headers, sentAt: number): void {
    if (sentAt - this.#measuredAt < PAUSE_MS) return;
    // An answer out of a cache tells when it was put there.
    if (headers.has("age")) return;
    const date = parseHttpDate(headers.get("date") ?? "");
    const tookMs = this.#clock.monotonic() - sentAt;
    if (date === null || tookMs > LONGEST_REQUEST_MS) return;
    this.#measuredAt = sentAt;
    this.#wallAt = this.#clock.now() - tookMs;
    this.#offsetMs = date + MEAN_ROUNDING_MS - (sentAt + tookMs / 2);
  }
}
