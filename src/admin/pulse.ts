import type { Clock } from "../ground/clock.ts";
import type { News } from "../observe/news.ts";
import type { Fire } from "../timers/fire.ts";

/** Whole seconds that are told of: two minutes. */
const TOLD = 120;
/** One more, for the second that has not ended. */
const KEPT = TOLD + 1;

/** The last two minutes by the second, the oldest first; each is a whole one. */
export interface PulseSeries {
  /** Events stored on the platform. */
  readonly stored: readonly number[];
  /** How late the latest fire was, in milliseconds; `null` where nothing fired. */
  readonly latenessMs: readonly (number | null)[];
}

/** Counts by the second what comes of the timers. */
export class Pulse {
  readonly #clock: Clock;
  readonly #stored = new Float64Array(KEPT);
  readonly #latenessMs = new Float64Array(KEPT).fill(NaN);
  /** The second that is being counted, on the monotonic clock. */
  #second: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#second = this.#now();
  }

  /** What the last two minutes were like. */
  get series(): PulseSeries {
    this.#turn();
    const places = Array.from({ length: TOLD }, (_, n) => (this.#second + 1 + n) % KEPT);
    return {
      stored: places.map((place) => this.#stored[place] ?? 0),
      latenessMs: places.map((place) => {
        const latenessMs = this.#latenessMs[place] ?? NaN;
        return Number.isNaN(latenessMs) ? null : latenessMs;
      }),
    };
  }

  /** Takes news. */
  listen(news: News): void {
    if (news.kind === "timer_fired") this.#noteLateness(news.fire);
    else if (news.kind === "event_stored") {
      const place = this.#turn();
      this.#stored[place] = (this.#stored[place] ?? 0) + 1;
    }
  }

  #noteLateness({ firedAt, dueAt }: Fire): void {
    const place = this.#turn();
    const worstMs = this.#latenessMs[place] ?? NaN;
    const latenessMs = Math.max(0, firedAt - dueAt);
    if (!(worstMs >= latenessMs)) this.#latenessMs[place] = latenessMs;
  }

  /** Empties the seconds that have begun since it was last called; returns the present one's place. */
  #turn(): number {
    const now = this.#now();
    for (let second = Math.max(this.#second + 1, now - KEPT + 1); second <= now; second++) {
      this.#stored[second % KEPT] = 0;
      this.#latenessMs[second % KEPT] = NaN;
    }
    this.#second = now;
    return now % KEPT;
  }

  #now(): number {
    return Math.floor(this.#clock.monotonic() / 1000);
  }
}
