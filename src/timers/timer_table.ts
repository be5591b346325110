import type { Fire } from "../event.ts";
import type { RuleId } from "../rule.ts";
import { firstDueAfter, jitterOf } from "../schedule/jitter.ts";
import type { Timer } from "../schedule/mod.ts";
import { judge, ON_TIME_MS } from "./misfire.ts";
import { InstantHeap } from "../instant_heap.ts";

const FIRST_CAPACITY = 1024;
/** Occurrences beyond the catch-up window that are counted one by one; any more are passed over at once. */
const COUNTED = 100;

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

/** What is remembered of a rule while occurrences that it missed are worked off. */
interface Backlog {
  coalesced: number;
  dropped: number;
  /** More were dropped than are counted. */
  isUncounted: boolean;
  caughtUp: number;
}

/** What a stopped rule takes with it, should it come back. */
interface Retired {
  readonly lastAt: number;
  readonly count: number;
}

/**
 * The timers of all rules, by the instant of their next occurrence. Knows no clock: the present is
 * always an argument. Plans each occurrence from the one before it, and hands none out twice, however
 * often a rule is changed, stopped and started. Instants are epoch milliseconds.
 */
export class TimerTable {
  readonly #catchUpWindowMs: number;
  readonly #heap = new InstantHeap();
  readonly #slots = new Map<RuleId, number>();
  readonly #entries: (TimerEntry | undefined)[] = [];
  readonly #free: number[] = [];
  readonly #backlogs = new Map<RuleId, Backlog>();
  readonly #retired = new Map<RuleId, Retired>();
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
    return this.#slots.size;
  }

  /** The instant at which something is to be handed out next, or Infinity. */
  get nextAt(): number {
    return this.#heap.firstKey;
  }

  /** The timer of a rule. */
  get(ruleId: RuleId): TimerEntry | undefined {
    const slot = this.#slots.get(ruleId);
    return slot === undefined ? undefined : this.#entries[slot];
  }

  /** The next occurrence of a rule; `undefined` when it has no timer or will never fire again. */
  nextOf(ruleId: RuleId): number | undefined {
    const slot = this.#slots.get(ruleId);
    const isPlanned = slot !== undefined && this.#heap.keyOf(slot) !== undefined;
    return isPlanned ? this.#plannedAt[slot] : undefined;
  }

  /** The timer of a rule as it stands. */
  view(ruleId: RuleId): TimerView | undefined {
    const slot = this.#slots.get(ruleId);
    const entry = slot === undefined ? undefined : this.#entries[slot];
    return slot === undefined || entry === undefined ? undefined : this.#viewOf(slot, entry);
  }

  /** The timers that fire next, in order; costs as little however many there are. */
  upcoming(limit: number): TimerView[] {
    return this.#heap.first(limit).flatMap((slot) => {
      const entry = this.#entries[slot];
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
    for (const [id, { count }] of this.#retired) {
      this.#retired.set(id, { lastAt: -Infinity, count });
    }
    this.#backlogs.clear();
    for (const slot of this.#slots.values()) this.#planFirst(slot);
  }

  /**
   * Starts or replaces the timer of a rule, planning from its first occurrence after `after` that nobody
   * has seen to. Returns that occurrence, or `null` when there is none.
   */
  set(entry: TimerEntry, after: number): number | null {
    const slot = this.#slots.get(entry.ruleId) ?? this.#open(entry.ruleId);
    this.#entries[slot] = entry;
    this.#afterAt[slot] = after;
    this.#backlogs.delete(entry.ruleId);
    return this.#planFirst(slot);
  }

  /** Stops the timer of a rule. What it has fired is remembered until it is {@link forget}ten. */
  stop(ruleId: RuleId): TimerEntry | undefined {
    const slot = this.#slots.get(ruleId);
    if (slot === undefined) return undefined;
    const entry = this.#entries[slot];
    this.#retired.set(ruleId, { lastAt: this.#lastOf(slot), count: this.#counts[slot] ?? 0 });
    this.#heap.remove(slot);
    this.#slots.delete(ruleId);
    this.#backlogs.delete(ruleId);
    this.#entries[slot] = undefined;
    this.#free.push(slot);
    return entry;
  }

  /** Forgets a stopped rule that will not come back: ids are never used again. */
  forget(ruleId: RuleId): void {
    this.#retired.delete(ruleId);
  }

  /**
   * Handles at most `limit` occurrences that are due at `now`, earliest first. Returns how many it
   * handled; fewer than `limit` means that nothing more is due.
   */
  takeDue(now: number, limit: number, sink: DueSink): number {
    for (let handled = 0; handled < limit; handled++) {
      const slot = this.#heap.firstSlot;
      const dueAt = this.#heap.firstKey;
      const entry = slot === undefined ? undefined : this.#entries[slot];
      if (slot === undefined || entry === undefined || dueAt > now) return handled;
      const scheduledAt = this.#plannedAt[slot] ?? dueAt;
      const nextAt = this.#nextOf(entry, scheduledAt, now);
      this.#lastAt[slot] = scheduledAt;
      this.#plan(slot, entry, nextAt);
      // The usual case: nothing was missed.
      if (now - dueAt <= ON_TIME_MS && this.#backlogs.size === 0) {
        sink.fire(this.#fireOf(entry, slot, { scheduledAt, dueAt, nextAt, now }, 0));
      } else this.#handle(entry, slot, { scheduledAt, dueAt, nextAt, now }, sink);
    }
    return limit;
  }

  /** A rule that missed very many occurrences is not stepped through all of them. */
  #nextOf({ ruleId, timer }: TimerEntry, scheduledAt: number, now: number): number | null {
    const backlog = this.#backlogs.size === 0 ? undefined : this.#backlogs.get(ruleId);
    if (backlog === undefined || backlog.dropped + 1 < COUNTED) return timer.next(scheduledAt);
    const windowAt = now - this.#catchUpWindowMs - timer.jitterMs;
    if (windowAt <= scheduledAt) return timer.next(scheduledAt);
    backlog.isUncounted = true;
    return timer.next(windowAt);
  }

  #handle(
    entry: TimerEntry,
    slot: number,
    due: DueNow,
    sink: DueSink,
  ): void {
    const backlog = this.#backlogs.get(entry.ruleId);
    const verdict = judge({
      ...due,
      onMissed: entry.timer.onMissed,
      catchUpWindowMs: this.#catchUpWindowMs,
      caughtUp: backlog?.caughtUp ?? 0,
    });
    const coalesced = backlog?.coalesced ?? 0;
    if (verdict !== "fire" || due.now - due.dueAt > ON_TIME_MS) {
      this.#note(entry.ruleId, backlog, verdict);
    }
    if (verdict === "fire") sink.fire(this.#fireOf(entry, slot, due, coalesced));
    if (due.nextAt === null || due.now - due.nextAt <= ON_TIME_MS) this.#endBacklog(entry, sink);
  }

  #fireOf(entry: TimerEntry, slot: number, due: DueNow, missedCount: number): Fire {
    const executionCount = (this.#counts[slot] ?? 0) + 1;
    this.#counts[slot] = executionCount;
    return {
      ruleId: entry.ruleId,
      ruleRef: entry.ruleRef,
      triggerRef: entry.triggerRef,
      timer: entry.timer,
      scheduledAt: due.scheduledAt,
      dueAt: due.dueAt,
      firedAt: due.now,
      nextAt: due.nextAt,
      executionCount,
      missedCount,
    };
  }

  #note(ruleId: RuleId, known: Backlog | undefined, verdict: "fire" | "coalesce" | "drop"): void {
    const backlog = known ?? { coalesced: 0, dropped: 0, isUncounted: false, caughtUp: 0 };
    if (known === undefined) this.#backlogs.set(ruleId, backlog);
    if (verdict === "coalesce") backlog.coalesced++;
    if (verdict === "drop") backlog.dropped++;
    if (verdict === "fire") {
      backlog.caughtUp++;
      backlog.coalesced = 0;
    }
  }

  #endBacklog(entry: TimerEntry, sink: DueSink): void {
    const backlog = this.#backlogs.get(entry.ruleId);
    if (backlog === undefined) return;
    this.#backlogs.delete(entry.ruleId);
    if (backlog.dropped > 0) sink.dropped(entry, backlog.dropped, backlog.isUncounted);
  }

  #planFirst(slot: number): number | null {
    const entry = this.#entries[slot];
    if (entry === undefined) return null;
    const after = Math.max(this.#afterAt[slot] ?? -Infinity, this.#lastOf(slot));
    const nextAt = firstDueAfter(entry.ruleId, entry.timer, after, this.#since);
    this.#plan(slot, entry, nextAt);
    return nextAt;
  }

  #plan(slot: number, { ruleId, timer }: TimerEntry, nextAt: number | null): void {
    if (nextAt === null) return this.#heap.remove(slot);
    const { jitterMs } = timer;
    const putOffMs = jitterMs === 0
      ? 0
      : jitterOf({ ruleId, scheduledAt: nextAt, nextAt: timer.next(nextAt), jitterMs });
    this.#plannedAt[slot] = nextAt;
    this.#heap.set(slot, nextAt + putOffMs);
  }

  #viewOf(slot: number, entry: TimerEntry): TimerView {
    const lastAt = this.#lastOf(slot);
    return {
      entry,
      nextAt: this.nextOf(entry.ruleId) ?? null,
      dueAt: this.#heap.keyOf(slot) ?? null,
      lastAt: lastAt === -Infinity ? null : lastAt,
      count: this.#counts[slot] ?? 0,
    };
  }

  #lastOf(slot: number): number {
    return this.#lastAt[slot] ?? -Infinity;
  }

  #open(ruleId: RuleId): number {
    const slot = this.#free.pop() ?? this.#entries.length;
    if (slot >= this.#counts.length) this.#grow();
    const retired = this.#retired.get(ruleId);
    this.#retired.delete(ruleId);
    this.#slots.set(ruleId, slot);
    this.#lastAt[slot] = retired?.lastAt ?? -Infinity;
    this.#counts[slot] = retired?.count ?? 0;
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
