import type { Clock } from "../ground/clock.ts";
import type { RuleId } from "../domain/rule.ts";
import type { RuleStore } from "./rule_store.ts";
import { ClockSteps } from "./clock_steps.ts";
import type { DueSink, TimerTable, TimerView } from "./timer_table.ts";
import type { TimerEntry } from "./timer_records.ts";

/**
 * The longest wait before the wall clock is looked at again: hosts suspend, clocks are set, and
 * `setTimeout` cannot wait longer than 2^31 ms.
 */
const LONGEST_WAIT_MS = 1000;
/** Occurrences handled between two looks at the time. */
const BATCH = 64;
/** Before another look at whether this instance may fire. */
const NOT_NOW_MS = 25;
/** How long a slice may work before HTTP and AMQP get their turn. */
const SLICE_MS = 5;

/** Who is handed what falls due. */
export interface FirePort extends DueSink {
  /** Asked each time before anything is handed out, the first of which falls due at `dueAt`. */
  mayFire(dueAt: number): boolean;
}

/** The timers of all rules on one alarm: hands each occurrence to the port at its instant. */
export class TimerManager implements Disposable {
  readonly #clock: Clock;
  readonly #table: TimerTable;
  /** Who is handed what falls due; `null` while nothing fires. */
  #port: FirePort | null = null;
  #steps: ClockSteps;
  #alarm: Disposable | null = null;
  #alarmAt = Infinity;
  /** What is left to be planned before anything can fire; `null` for nothing. */
  #planning: Iterator<void, void> | null = null;
  /** What {@link handedOutTo} was when the last {@link pause} began: nothing is handed out beyond. */
  #pausedAt = -Infinity;

  /** Fires nothing before {@link start}. */
  constructor(options: { clock: Clock; table: TimerTable }) {
    this.#clock = options.clock;
    this.#table = options.table;
    this.#steps = this.#watchFrom(Infinity);
  }

  /** What is remembered of the rules, see {@link TimerTable.rules}. */
  get rules(): RuleStore {
    return this.#table.rules;
  }

  /** The number of rules with a timer. */
  get size(): number {
    return this.#table.size;
  }

  /** Everything that fell due up to this instant, in epoch milliseconds, has been handed out. */
  get handedOutTo(): number {
    return this.#port === null ? this.#pausedAt : this.#table.handedOutTo(this.#clock.now());
  }

  /**
   * Begins with what falls due after `since`: what fell due before has been seen to, see
   * {@link TimerTable.startFrom}. Hands it to `port`, which must not throw, until it is started again or
   * {@link pause}d, which the result does too. Of very many rules the first may wait until all are planned.
   */
  start(since: number, port: FirePort, seenFrom?: number): Disposable {
    this.#disarm();
    this.#planning = this.#table.startFrom(since, seenFrom);
    this.#steps = this.#watchFrom(since);
    this.#port = port;
    this.#plan();
    return { [Symbol.dispose]: () => this.pause() };
  }

  /** The timer of a rule. */
  get(ruleId: RuleId): TimerEntry | undefined {
    return this.#table.get(ruleId);
  }

  /** The timer of a rule as it stands. */
  view(ruleId: RuleId): TimerView | undefined {
    return this.#table.view(ruleId);
  }

  /** The timers that fire next, as {@link TimerTable.upcoming}. */
  upcoming(limit: number): TimerView[] {
    return this.#table.upcoming(limit);
  }

  /** The instant at which something is to be handed out next, or Infinity. */
  get nextAt(): number {
    return this.#table.nextAt;
  }

  /** The first rules that are to be handed out up to an instant, as {@link TimerTable.dueUpTo}. */
  dueUpTo(at: number, limit: number): RuleId[] {
    return this.#table.dueUpTo(at, limit);
  }

  /** Starts or replaces the timer of a rule, as {@link TimerTable.set}. */
  set(entry: TimerEntry, changedAt: number): number | null {
    this.#look();
    const nextAt = this.#table.set(entry, changedAt);
    if (this.#table.nextAt < this.#alarmAt) this.#rearm();
    return nextAt;
  }

  /** Stops the timer of a rule, as {@link TimerTable.stop}. */
  stop(ruleId: RuleId): TimerEntry | undefined {
    return this.#table.stop(ruleId);
  }

  /** Stops and forgets a rule that will not come back. */
  forget(ruleId: RuleId): void {
    this.#table.forget(ruleId);
  }

  /** Fires nothing any more, until it is started again. */
  pause(): void {
    this.#pausedAt = this.handedOutTo;
    this.#port = null;
    this.#planning = null;
    this.#disarm();
  }

  [Symbol.dispose](): void {
    this.pause();
  }

  #disarm(): void {
    this.#alarm?.[Symbol.dispose]();
    this.#alarm = null;
    this.#alarmAt = Infinity;
  }

  #plan(): void {
    const endAt = this.#clock.monotonic() + SLICE_MS;
    while (this.#planning?.next().done === false) {
      if (this.#clock.monotonic() < endAt) continue;
      this.#alarm = this.#clock.alarm(0, () => this.#plan());
      return;
    }
    this.#planning = null;
    this.#rearm();
  }

  #rearm(): void {
    if (this.#planning !== null) return;
    this.#disarm();
    const nextAt = this.#table.nextAt;
    if (this.#port === null || nextAt === Infinity) return;
    const waitMs = Math.max(0, Math.min(nextAt - this.#clock.now(), LONGEST_WAIT_MS));
    this.#alarmAt = nextAt;
    this.#alarm = this.#clock.alarm(waitMs, () => this.#ring());
  }

  #watchFrom(since: number): ClockSteps {
    return new ClockSteps(since, this.#clock.now(), this.#clock.monotonic());
  }

  /** Looks whether the clock was set back: then all is planned anew, for it lies too far ahead. */
  #look(): boolean {
    const now = this.#clock.now();
    const since = this.#steps.look(now, this.#clock.monotonic());
    if (since === null || this.#port === null) return false;
    this.#disarm();
    this.#planning = this.#table.stepBackTo(Math.min(since, this.#table.handedOutTo(now)));
    this.#plan();
    return true;
  }

  #ring(): void {
    const endAt = this.#clock.monotonic() + SLICE_MS;
    // A sink that sets or stops timers must not arm a second alarm meanwhile.
    this.#alarmAt = -Infinity;
    const port = this.#port;
    if (port === null) return;
    if (this.#look()) return;
    if (!port.mayFire(this.#table.nextAt)) {
      this.#alarm = this.#clock.alarm(NOT_NOW_MS, () => this.#ring());
      return;
    }
    while (
      this.#table.takeDue(this.#clock.now(), BATCH, port) === BATCH &&
      this.#clock.monotonic() < endAt
    );
    this.#rearm();
  }
}
