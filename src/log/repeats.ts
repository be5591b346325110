import type { Clock } from "../ground/clock.ts";

/** What repeats itself is told once in this time. */
const SPAN_MS = 60_000;
/** As many things are told apart; all others count as one. */
const MOST_KEPT = 100;
const OTHERS = "others";

/** Writes a line; `repeats`: how often it would have been written since the last time, 0 at first. */
export type TellRepeats = (repeats: number) => void;

interface Kept {
  count: number;
  tell: TellRepeats;
  alarm: Disposable;
}

/** Tells at once what is new, and once a minute, with its count, what goes on. */
export class Repeats implements Disposable {
  readonly #clock: Clock;
  readonly #kept = new Map<string, Kept>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Tells of something; `key` is the same for what is the same to the reader. */
  tell(key: string, tell: TellRepeats): void {
    const kept = this.#kept.get(key) ??
      (this.#kept.size < MOST_KEPT ? undefined : this.#kept.get(OTHERS));
    if (kept !== undefined) {
      kept.count++;
      kept.tell = tell;
      return;
    }
    tell(0);
    const name = this.#kept.size < MOST_KEPT ? key : OTHERS;
    this.#kept.set(name, { count: 0, tell, alarm: this.#alarm(name) });
  }

  /** Tells what has not been told. */
  [Symbol.dispose](): void {
    for (const { count, tell, alarm } of this.#kept.values()) {
      alarm[Symbol.dispose]();
      if (count > 0) tell(count);
    }
    this.#kept.clear();
  }

  #alarm(key: string): Disposable {
    return this.#clock.alarm(SPAN_MS, () => {
      const kept = this.#kept.get(key);
      if (kept === undefined) return;
      if (kept.count === 0) {
        this.#kept.delete(key);
        return;
      }
      kept.tell(kept.count);
      kept.count = 0;
      kept.alarm = this.#alarm(key);
    });
  }
}
