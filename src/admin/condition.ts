import type { Clock } from "../ground/clock.ts";

/** Whether something that can be out of reach answers, since when, and why not. */
export class Condition {
  readonly #clock: Clock;
  #state: "unknown" | "up" | "down" = "unknown";
  #reason: string | null = null;
  /** On the monotonic clock. */
  #since: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#since = clock.monotonic();
  }

  get isUp(): boolean {
    return this.#state === "up";
  }

  /** It answers. */
  up(): void {
    if (this.#state !== "up") this.#enter("up");
    this.#reason = null;
  }

  /** It does not; the latest reason counts. */
  down(reason: string): void {
    if (this.#state !== "down") this.#enter("down");
    this.#reason = reason;
  }

  /** As it is told. */
  toJSON(): { state: string; seconds: number; reason?: string } {
    const seconds = Math.round((this.#clock.monotonic() - this.#since) / 1000);
    const reason = this.#reason === null ? {} : { reason: this.#reason };
    return { state: this.#state, seconds, ...reason };
  }

  #enter(state: "up" | "down"): void {
    this.#state = state;
    this.#since = this.#clock.monotonic();
  }
}
