import type { Clock } from "../ground/clock.ts";
import { counted } from "../words/counted.ts";
import type { Log } from "../log/log.ts";
import type { Counters } from "./counters.ts";

const SPAN_MS = 60_000;

/** What is summed up. */
export interface Summed {
  /** Whether what falls due is handed out by this instance. */
  readonly isFiring: boolean;
  /** Rules with a timer. */
  readonly size: number;
  /** `null` where another instance delivers. */
  readonly backlog: { readonly waiting: number; readonly parked: number } | null;
}

/** Tells the log once a minute what the sensor did in it, until it is disposed of. */
export class Summary implements Disposable {
  readonly #log: Log;
  readonly #clock: Clock;
  readonly #summed: Summed;
  readonly #counters: Counters;
  #stored: number;
  #alarm: Disposable;

  constructor(log: Log, clock: Clock, summed: Summed, counters: Counters) {
    this.#log = log;
    this.#clock = clock;
    this.#summed = summed;
    this.#counters = counters;
    this.#stored = counters.events.stored;
    counters.lateness.reset();
    this.#alarm = this.#set();
  }

  [Symbol.dispose](): void {
    this.#alarm[Symbol.dispose]();
  }

  #set(): Disposable {
    return this.#clock.alarm(SPAN_MS, () => {
      this.#alarm = this.#set();
      this.#tell();
      this.#stored = this.#counters.events.stored;
      this.#counters.lateness.reset();
    });
  }

  #tellOverload(waiting: number): void {
    const { isOver, rates } = this.#counters.load;
    if (!isOver) return;
    const [asked, taken] = [rates.asked, rates.taken].map((it) => it.toFixed(1));
    const text = `Rules ask for ${asked} events a second, the API takes ${taken}: ` +
      `${counted(waiting, "event")} wait, and more every minute`;
    const fields = { asked_per_second: rates.asked, taken_per_second: rates.taken, waiting };
    this.#log.warn(`${text}; let rules fire less often, or give the API more power`, fields);
  }

  #tell(): void {
    const { isFiring, size: timers, backlog } = this.#summed;
    if (!isFiring || backlog === null) {
      const fields = { role: "standby", timers };
      return this.#log.info(`Standing by with ${counted(timers, "timer")}`, fields);
    }
    const { events, lateness } = this.#counters;
    const p99 = lateness.quantile(0.99);
    const late = p99 === null ? "" : ` (p99 ${p99} ms late)`;
    const stored = events.stored - this.#stored;
    const waiting = backlog.waiting + backlog.parked;
    this.#counters.load.take({ fires: lateness.total, stored, waiting });
    this.#tellOverload(waiting);
    this.#log.info(
      `In a minute, ${counted(timers, "timer")}: ${counted(lateness.total, "fire")}${late}, ` +
        `${counted(stored, "event")} stored, ${backlog.parked} in the outbox`,
      {
        timers,
        fires: lateness.total,
        lateness_p99_ms: p99,
        stored,
        outbox: backlog.parked,
        waiting: backlog.waiting,
      },
    );
  }
}
