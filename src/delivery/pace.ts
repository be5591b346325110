import type { Clock } from "../ground/clock.ts";

const SPAN_MS = 20;

/** Lets so many things a second begin, evenly spread. */
export class Pace implements Disposable {
  readonly #clock: Clock;
  readonly #perSpan: number;
  readonly #next: () => void;
  #left: number;
  #span: Disposable | null = null;

  /** `next` is called when more may begin, after {@link take} refused. */
  constructor(clock: Clock, perSecond: number, next: () => void) {
    this.#clock = clock;
    this.#perSpan = perSecond * SPAN_MS / 1000;
    this.#left = this.#perSpan;
    this.#next = next;
  }

  /** Whether one more may begin now; counts it if so. */
  take(): boolean {
    this.#span ??= this.#clock.alarm(SPAN_MS, () => this.#renew());
    if (this.#left < 1) return false;
    this.#left--;
    return true;
  }

  [Symbol.dispose](): void {
    this.#span?.[Symbol.dispose]();
  }

  #renew(): void {
    const wasEmpty = this.#left < 1;
    this.#span = null;
    this.#left = this.#perSpan;
    if (wasEmpty) this.#next();
  }
}
