import type { Fire } from "../event.ts";
import type { RuleId } from "../rule.ts";
import { firstDueAfter, jitterOf } from "../schedule/jitter.ts";
import type { Timer } from "../schedule/mod.ts";
import { hashOfInteger } from "../hash.ts";
import { InstantHeap } from "../instant_heap.ts";
import { SlotIndex } from "../slot_index.ts";
import { Backlogs } from "./backlogs.ts";
import { AFTER_AT, COUNT, Figures, LAST_AT, PLANNED_AT } from "./figures.ts";
import { judge, ON_TIME_MS } from "./misfire.ts";

/** A rule with a timer. */
export interface TimerEntry {
  readonly ruleId: RuleId;
  readonly ruleRef: string;
  readonly triggerRef: string;
  readonly timer: Timer;
}

/** Receives what {@link TimerTable.takeDue} finds, in the order of the scheduled instants. */
export interface DueSink {
  /** An occurrence to be posted. */
  fire(fire: Fire): void;
  /** `count` occurrences of a rule, or more of them, were missed and are not made up for. */
  dropped(entry: TimerEntry, count: number, orMore: boolean): void;
}

/** A timer as it stands. Instants are epoch milliseconds. */
export interface TimerView {
  readonly entry: TimerEntry;
  /** Its next occurrence, if it has one. */
  readonly nextAt: number | null;
  /** When that is handed out: later by the jitter. */
  readonly dueAt: number | null;
  /** The occurrence last handed out, if one was. */
  readonly lastAt: number | null;
  /** How many were fired. */
  readonly count: number;
}

/** An occurrence that is due. */
interface DueNow {
  readonly scheduledAt: number;
  readonly dueAt: number;
  readonly nextAt: number | null;
  readonly now: number;
}

/**
 * The timers of all rules, by the instant of their next occurrence. Knows no clock: the present is
 * always an argument. Plans each occurrence from the one before it, and hands none out twice, however
 * often a rule is changed, stopped and started. Instants are epoch milliseconds.
 *
 * There can be a million of them: what is known of a rule is in columns, at its slot, and no object.
 */
export class TimerTable {
  readonly #catchUpWindowMs: number;
  readonly #heap = new InstantHeap();
  /** The slots of all rules with a timer, and of those whose timer was stopped. */
  readonly #slots = new SlotIndex<RuleId>((slot) => this.#ids[slot], hashOfInteger);
  readonly #free: number[] = [];
  readonly #backlogs = new Backlogs();
  readonly #ids: RuleId[] = [];
  readonly #refs: string[] = [];
  readonly #triggerRefs: string[] = [];
  readonly #timers: (Timer | undefined)[] = [];
  #size = 0;
  /** What fell due up to this instant has been seen to, by this process or by one before it. */
  #since = -Infinity;
  readonly #figures = new Figures();

  /** `catchUpWindowMs`: how old a missed occurrence may be to be made up for. */
  constructor(options: { catchUpWindowMs: number }) {
    this.#catchUpWindowMs = options.catchUpWindowMs;
  }

  /** The number of rules with a timer, those that will never fire again included. */
  get size(): number {
    return this.#size;
  }

  /** The instant at which something is to be handed out next, or Infinity. */
  get nextAt(): number {
    return this.#heap.firstKey;
  }

  /** The timer of a rule. */
  get(ruleId: RuleId): TimerEntry | undefined {
    const slot = this.#slots.get(ruleId);
    return slot === undefined ? undefined : this.#entryAt(slot);
  }

  /** The timer of a rule as it stands. */
  view(ruleId: RuleId): TimerView | undefined {
    const slot = this.#slots.get(ruleId);
    const entry = slot === undefined ? undefined : this.#entryAt(slot);
    return slot === undefined || entry === undefined ? undefined : this.#viewOf(slot, entry);
  }

  /** The timers that fire next, in order; costs as little however many there are. */
  upcoming(limit: number): TimerView[] {
    return this.#heap.first(limit).flatMap((slot) => {
      const entry = this.#entryAt(slot);
      return entry === undefined ? [] : [this.#viewOf(slot, entry)];
    });
  }

  /**
   * Plans everything anew from what falls due after `since`: what fell due before has been seen to. What
   * this table itself handed out before no longer counts.
   */
  startFrom(since: number): void {
    this.#since = since;
    this.#backlogs.clear();
    for (const slot of this.#timers.keys()) {
      this.#figures.set(slot, LAST_AT, -Infinity);
      this.#planFirst(slot);
    }
  }

  /**
   * Starts or replaces the timer of a rule, planning from its first occurrence after `after` that nobody
   * has seen to. Returns that occurrence, or `null` when there is none.
   */
  set(entry: TimerEntry, after: number): number | null {
    const slot = this.#slots.get(entry.ruleId) ?? this.#open(entry.ruleId);
    if (this.#timers[slot] === undefined) this.#size++;
    this.#refs[slot] = entry.ruleRef;
    this.#triggerRefs[slot] = entry.triggerRef;
    this.#timers[slot] = entry.timer;
    this.#figures.set(slot, AFTER_AT, after);
    this.#backlogs.end(slot);
    return this.#planFirst(slot);
  }

  /** Stops the timer of a rule. What it has fired is remembered until it is {@link forget}ten. */
  stop(ruleId: RuleId): TimerEntry | undefined {
    const slot = this.#slots.get(ruleId);
    const entry = slot === undefined ? undefined : this.#entryAt(slot);
    if (slot === undefined || entry === undefined) return undefined;
    this.#heap.remove(slot);
    this.#backlogs.end(slot);
    this.#timers[slot] = undefined;
    this.#size--;
    return entry;
  }

  /** Forgets a stopped rule that will not come back: ids are never used again. */
  forget(ruleId: RuleId): void {
    const slot = this.#slots.get(ruleId);
    if (slot === undefined || this.#timers[slot] !== undefined) return;
    this.#slots.delete(ruleId);
    this.#free.push(slot);
  }

  /**
   * Handles at most `limit` occurrences that are due at `now`, earliest first. Returns how many it
   * handled; fewer than `limit` means that nothing more is due.
   */
  takeDue(now: number, limit: number, sink: DueSink): number {
    for (let handled = 0; handled < limit; handled++) {
      const slot = this.#heap.firstSlot;
      const dueAt = this.#heap.firstKey;
      const timer = slot === undefined ? undefined : this.#timers[slot];
      if (slot === undefined || timer === undefined || dueAt > now) return handled;
      const scheduledAt = this.#figures.get(slot, PLANNED_AT);
      const nextAt = this.#nextOf(slot, timer, scheduledAt, now);
      this.#figures.set(slot, LAST_AT, scheduledAt);
      this.#plan(slot, timer, nextAt);
      // The usual case: nothing was missed.
      if (now - dueAt <= ON_TIME_MS && this.#backlogs.areNone) {
        sink.fire(this.#fireOf(slot, timer, { scheduledAt, dueAt, nextAt, now }, 0));
      } else this.#handle(slot, timer, { scheduledAt, dueAt, nextAt, now }, sink);
    }
    return limit;
  }

  /** A rule that missed very many occurrences is not stepped through all of them. */
  #nextOf(slot: number, timer: Timer, scheduledAt: number, now: number): number | null {
    const windowAt = now - this.#catchUpWindowMs - timer.jitterMs;
    if (!this.#backlogs.isLong(slot) || windowAt <= scheduledAt) return timer.next(scheduledAt);
    this.#backlogs.passOver(slot);
    return timer.next(windowAt);
  }

  #handle(slot: number, timer: Timer, due: DueNow, sink: DueSink): void {
    const { caughtUp, coalesced } = this.#backlogs.of(slot);
    const verdict = judge({
      ...due,
      onMissed: timer.onMissed,
      catchUpWindowMs: this.#catchUpWindowMs,
      caughtUp,
    });
    if (verdict !== "fire" || due.now - due.dueAt > ON_TIME_MS) this.#backlogs.note(slot, verdict);
    if (verdict === "fire") sink.fire(this.#fireOf(slot, timer, due, coalesced));
    if (due.nextAt === null || due.now - due.nextAt <= ON_TIME_MS) this.#endBacklog(slot, sink);
  }

  #fireOf(slot: number, timer: Timer, due: DueNow, missedCount: number): Fire {
    const executionCount = this.#figures.get(slot, COUNT) + 1;
    this.#figures.set(slot, COUNT, executionCount);
    return {
      ...this.#namesAt(slot),
      timer,
      scheduledAt: due.scheduledAt,
      dueAt: due.dueAt,
      firedAt: due.now,
      nextAt: due.nextAt,
      executionCount,
      missedCount,
    };
  }

  #endBacklog(slot: number, sink: DueSink): void {
    const { dropped, isUncounted } = this.#backlogs.end(slot);
    // A sink that stopped the timer meanwhile has ended its backlog, too.
    const entry = this.#entryAt(slot);
    if (dropped > 0 && entry !== undefined) sink.dropped(entry, dropped, isUncounted);
  }

  #planFirst(slot: number): number | null {
    const timer = this.#timers[slot];
    if (timer === undefined) return null;
    const after = Math.max(
      this.#figures.get(slot, AFTER_AT),
      this.#figures.get(slot, LAST_AT),
    );
    const nextAt = firstDueAfter(this.#idAt(slot), timer, after, this.#since);
    this.#plan(slot, timer, nextAt);
    return nextAt;
  }

  #plan(slot: number, timer: Timer, nextAt: number | null): void {
    if (nextAt === null) return this.#heap.remove(slot);
    const { jitterMs } = timer;
    const putOffMs = jitterMs === 0 ? 0 : jitterOf({
      ruleId: this.#idAt(slot),
      scheduledAt: nextAt,
      nextAt: timer.next(nextAt),
      jitterMs,
    });
    this.#figures.set(slot, PLANNED_AT, nextAt);
    this.#heap.set(slot, nextAt + putOffMs);
  }

  #viewOf(slot: number, entry: TimerEntry): TimerView {
    const dueAt = this.#heap.keyOf(slot) ?? null;
    const lastAt = this.#figures.get(slot, LAST_AT);
    return {
      entry,
      nextAt: dueAt === null ? null : this.#figures.get(slot, PLANNED_AT),
      dueAt,
      lastAt: lastAt === -Infinity ? null : lastAt,
      count: this.#figures.get(slot, COUNT),
    };
  }

  #entryAt(slot: number): TimerEntry | undefined {
    const timer = this.#timers[slot];
    return timer && { ...this.#namesAt(slot), timer };
  }

  #idAt(slot: number): RuleId {
    const ruleId = this.#ids[slot];
    if (ruleId === undefined) throw new RangeError(`No rule is at slot ${slot}`);
    return ruleId;
  }

  #namesAt(slot: number): Omit<TimerEntry, "timer"> {
    return {
      ruleId: this.#idAt(slot),
      ruleRef: this.#refs[slot] ?? "",
      triggerRef: this.#triggerRefs[slot] ?? "",
    };
  }

  #open(ruleId: RuleId): number {
    const slot = this.#free.pop() ?? this.#timers.length;
    this.#figures.open(slot);
    this.#ids[slot] = ruleId;
    this.#slots.add(ruleId, slot);
    return slot;
  }
}
