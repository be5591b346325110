import type { Fire } from "../event.ts";
import type { RuleId } from "../rule.ts";
import { firstDueAfter, jitterOf } from "../schedule/jitter.ts";
import type { Timer } from "../schedule/mod.ts";
import { hashOfInteger } from "../hash.ts";
import { InstantHeap } from "../instant_heap.ts";
import { SlotIndex } from "../slot_index.ts";
import { Backlogs } from "./backlogs.ts";
import { judge, ON_TIME_MS } from "./misfire.ts";

const FIRST_CAPACITY = 1024;

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
  /** The instant after which a rule's occurrences count, by slot. */
  #afterAt = new Float64Array(FIRST_CAPACITY);
  /** The occurrence last handed out, by slot. */
  #lastAt = new Float64Array(FIRST_CAPACITY);
  /** The occurrence planned, by slot; its key in the heap is later by the jitter. */
  #plannedAt = new Float64Array(FIRST_CAPACITY);
  #counts = new Uint32Array(FIRST_CAPACITY);

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
    this.#lastAt.fill(-Infinity);
    this.#backlogs.clear();
    for (const slot of this.#timers.keys()) this.#planFirst(slot);
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
    this.#afterAt[slot] = after;
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
      const scheduledAt = this.#plannedAt[slot] ?? dueAt;
      const nextAt = this.#nextOf(slot, timer, scheduledAt, now);
      this.#lastAt[slot] = scheduledAt;
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
    const executionCount = (this.#counts[slot] ?? 0) + 1;
    this.#counts[slot] = executionCount;
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
    const after = Math.max(this.#afterAt[slot] ?? -Infinity, this.#lastOf(slot));
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
    this.#plannedAt[slot] = nextAt;
    this.#heap.set(slot, nextAt + putOffMs);
  }

  #viewOf(slot: number, entry: TimerEntry): TimerView {
    const dueAt = this.#heap.keyOf(slot) ?? null;
    const lastAt = this.#lastOf(slot);
    return {
      entry,
      nextAt: dueAt === null ? null : this.#plannedAt[slot] ?? null,
      dueAt,
      lastAt: lastAt === -Infinity ? null : lastAt,
      count: this.#counts[slot] ?? 0,
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

  #lastOf(slot: number): number {
    return this.#lastAt[slot] ?? -Infinity;
  }

  #open(ruleId: RuleId): number {
    const slot = this.#free.pop() ?? this.#timers.length;
    if (slot >= this.#counts.length) this.#grow();
    this.#ids[slot] = ruleId;
    this.#slots.add(ruleId, slot);
    this.#lastAt[slot] = -Infinity;
    this.#counts[slot] = 0;
    return slot;
  }

  #grow(): void {
    const capacity = this.#counts.length * 2;
    this.#afterAt = grown(this.#afterAt, new Float64Array(capacity));
    this.#lastAt = grown(this.#lastAt, new Float64Array(capacity));
    this.#plannedAt = grown(this.#plannedAt, new Float64Array(capacity));
    this.#counts = grown(this.#counts, new Uint32Array(capacity));
  }
}

function grown<T extends Float64Array | Uint32Array>(from: T, into: T): T {
  into.set(from);
  return into;
}
