import { type Clock, sleep } from "./clock.ts";

/** How long a slice may work before everything else gets its turn. */
const SLICE_MS = 4;

/** Cuts long work into slices, between which timers fire and other requests are answered. */
export class Slices {
  readonly #clock: Clock;
  #endAt: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#endAt = clock.monotonic() + SLICE_MS;
  }

  /** Whether the slice is over. To be asked often: then {@link next} is to be awaited. */
  get isOver(): boolean {
    return this.#clock.monotonic() >= this.#endAt;
  }

  /** Resolves when the next slice may begin. */
  async next(): Promise<void> {
    await sleep(this.#clock, 0);
    this.#endAt = this.#clock.monotonic() + SLICE_MS;
  }
}
