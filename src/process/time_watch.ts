import type { Clock } from "../ground/clock.ts";
import type { Tell } from "../ground/tell.ts";
import type { TimeNews } from "./news.ts";

/** Between two looks at the clocks. */
const PERIOD_MS = 500;
/** A shorter stall is measured, and not told. */
const STALL_MS = 1000;
/** NTP slews a clock by far less than this in a period. */
const STEP_MS = 1000;
/** Looks of which the greatest lag is known: those of the last minute. */
const LOOKS = 120;
/** After a telling the next one waits: a machine under load would fill the log with the same sentence. */
const QUIET_MS = 60_000;

/** Watches how late the event loop is, and whether the wall clock steps. It has one alarm. */
export class TimeWatch implements Disposable {
  readonly #clock: Clock;
  readonly #stalls: Findings;
  readonly #stepsForward: Findings;
  /** A step back is told at once, however short ago the one was told that it undoes. */
  readonly #stepsBack: Findings;
  /** On the monotonic clock. */
  #dueAt = 0;
  /** From the monotonic to the wall clock, in milliseconds. */
  #offset: number;
  #alarm: Disposable;
  /** Of the latest looks, each in the place of the one `LOOKS` before it. */
  readonly #lagsMs = new Float64Array(LOOKS);
  #place = 0;

  /** Watches until it is disposed of. */
  constructor(clock: Clock, tell: Tell<TimeNews>) {
    this.#clock = clock;
    this.#stalls = new Findings(STALL_MS, (ms, count) => tell({ kind: "loop_stalled", ms, count }));
    const stepped = (ms: number, count: number) => tell({ kind: "clock_stepped", ms, count });
    this.#stepsForward = new Findings(STEP_MS, stepped);
    this.#stepsBack = new Findings(STEP_MS, stepped);
    const at = clock.monotonic();
    this.#offset = clock.now() - at;
    this.#alarm = this.#arm(at);
  }

  /** How late the latest alarm rang, in milliseconds. */
  get lagMs(): number {
    return this.#lagsMs[this.#place] ?? 0;
  }

  /** The greatest `lagMs` of the last minute: whoever asks, and how often, changes nothing. */
  get maxLagMs(): number {
    return Math.max(...this.#lagsMs);
  }

  [Symbol.dispose](): void {
    this.#alarm[Symbol.dispose]();
  }

  #arm(at: number): Disposable {
    this.#dueAt = at + PERIOD_MS;
    return this.#clock.alarm(PERIOD_MS, () => this.#look());
  }

  #look(): void {
    const at = this.#clock.monotonic();
    const offset = this.#clock.now() - at;
    // From look to look: compared with the start, a slewed clock would some day seem to have stepped.
    const stepMs = offset - this.#offset;
    this.#offset = offset;
    this.#place = (this.#place + 1) % LOOKS;
    this.#lagsMs[this.#place] = Math.max(0, at - this.#dueAt);
    this.#alarm = this.#arm(at);
    this.#stalls.add(this.lagMs, at);
    this.#stepsForward.add(Math.max(0, stepMs), at);
    this.#stepsBack.add(Math.min(0, stepMs), at);
  }
}

/** Tells what is great enough, and no more often than once in `QUIET_MS`. */
class Findings {
  readonly #leastMs: number;
  readonly #tell: (greatestMs: number, count: number) => void;
  #greatestMs = 0;
  #count = 0;
  #quietUntil = -Infinity;

  constructor(leastMs: number, tell: (greatestMs: number, count: number) => void) {
    this.#leastMs = leastMs;
    this.#tell = tell;
  }

  /** `at` is on the monotonic clock. To be called for small values too: they let the time pass. */
  add(ms: number, at: number): void {
    const isGreat = Math.abs(ms) >= this.#leastMs;
    if (isGreat) this.#count++;
    if (isGreat && Math.abs(ms) > Math.abs(this.#greatestMs)) this.#greatestMs = ms;
    if (this.#count === 0 || at < this.#quietUntil) return;
    const [greatestMs, count] = [Math.round(this.#greatestMs), this.#count];
    this.#greatestMs = 0;
    this.#count = 0;
    this.#quietUntil = at + QUIET_MS;
    this.#tell(greatestMs, count);
  }
}
