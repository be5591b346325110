import type { Fire } from "./fire.ts";
import type { RuleId } from "../domain/rule.ts";
import type { RuleStore } from "./rule_store.ts";
import { jitterOf } from "../schedule/jitter.ts";
import type { Timer } from "../schedule/timer.ts";
import { type Backlog, Backlogs, type Dropped, NO_BACKLOG } from "./backlogs.ts";
import { earliestOf, firstOccurrence } from "./first_occurrence.ts";
import { FormerTimers } from "./former_timers.ts";
import { InstantQueue } from "./instant_queue.ts";
import { CATCH_UP_LIMIT, judge, ON_TIME_MS } from "./misfire.ts";
import { firstOfNewest } from "./newest.ts";
import { Runs } from "./runs.ts";
import {
  CHANGED_AT,
  COUNT,
  LAST_AT,
  PLANNED_AT,
  type TimerEntry,
  TimerRecords,
} from "./timer_records.ts";

/** Receives what {@link TimerTable.takeDue} finds, in the order of the scheduled instants. */
export interface DueSink {
  /** An occurrence to be posted. */
  fire(fire: Fire): void;
  /** Occurrences of a rule were missed and are not made up for. */
  dropped(entry: TimerEntry, dropped: Dropped): void;
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
 */
export class TimerTable {
  readonly #catchUpWindowMs: number;
  readonly #watchedSince: number;
  readonly #queue = new InstantQueue();
  /** Of all rules with a timer, and of those whose timer was stopped. */
  readonly #records = new TimerRecords();
  readonly #backlogs = new Backlogs();
  readonly #formers = new FormerTimers();
  #size = 0;
  /** What fell due up to this instant has been seen to, by this process or by one before it. */
  #since = -Infinity;
  /** Whether all rules are planned from there. */
  #isPlanned = true;
  readonly #runs = new Runs();

  /**
   * `catchUpWindowMs`: how old a missed occurrence may be to be made up for. `watchedSince`: from when on
   * each change of a rule that is told here is one of its schedule; what changed before, nobody knows.
   */
  constructor(options: { catchUpWindowMs: number; watchedSince: number }) {
    this.#catchUpWindowMs = options.catchUpWindowMs;
    this.#watchedSince = options.watchedSince;
  }

  /** The rules that have a timer, and those that only have to be remembered. */
  get rules(): RuleStore {
    return this.#records.rules;
  }

  /** The number of rules with a timer, those that will never fire again included. */
  get size(): number {
    return this.#size;
  }

  /** The instant at which something is to be handed out next, or Infinity. */
  get nextAt(): number {
    return this.#queue.firstKey;
  }

  /** Everything that fell due up to this instant and up to `now` is handed out, or stood for by what is. */
  handedOutTo(now: number): number {
    if (!this.#isPlanned) return Math.min(now, this.#since);
    return Math.min(now, this.nextAt - 1, this.#backlogs.coalescedSince - 1);
  }

  /** The timer of a rule. */
  get(ruleId: RuleId): TimerEntry | undefined {
    const slot = this.#records.slotOf(ruleId);
    return slot === undefined ? undefined : this.#records.entryAt(slot);
  }

  /** The timer of a rule as it stands. */
  view(ruleId: RuleId): TimerView | undefined {
    const slot = this.#records.slotOf(ruleId);
    const entry = slot === undefined ? undefined : this.#records.entryAt(slot);
    return slot === undefined || entry === undefined ? undefined : this.#viewOf(slot, entry);
  }

  /** The timers that fire next, in order; costs as little however many there are. */
  upcoming(limit: number): TimerView[] {
    return this.#queue.first(limit).flatMap((slot) => {
      const entry = this.#records.entryAt(slot);
      return entry === undefined ? [] : [this.#viewOf(slot, entry)];
    });
  }

  /** The first so many rules with something to be handed out up to an instant. */
  dueUpTo(at: number, limit: number): RuleId[] {
    return this.#queue.upTo(at, limit).map((slot) => this.#records.idAt(slot));
  }

  /**
   * Plans everything anew from what falls due after `since`: what fell due before has been seen to. What
   * this table itself handed out before no longer counts. Each step of the result plans one rule; nothing is
   * to be taken before it has come to its end. Where nobody was there before, what lies before has been seen
   * to only as long as the clock is not set back: then `seenFrom` is the same instant.
   */
  startFrom(since: number, seenFrom = -Infinity): Generator<void, void> {
    this.#since = since;
    this.#isPlanned = false;
    this.#runs.startFrom(seenFrom);
    this.#backlogs.clear();
    this.#formers.clear();
    for (let slot = 0; slot < this.rules.end; slot++) this.#records.set(slot, LAST_AT, -Infinity);
    return this.#planAll();
  }

  /**
   * The clock was set back: plans everything anew from what falls due after `since`, as {@link startFrom}, as
   * if nothing had been handed out since then, but for what was.
   */
  stepBackTo(since: number): Generator<void, void> {
    this.#since = since;
    this.#isPlanned = false;
    this.#backlogs.clear();
    for (let slot = 0; slot < this.rules.end; slot++) {
      const timer = this.#records.timerAt(slot);
      const lastAt = this.#records.get(slot, LAST_AT);
      if (lastAt > since) {
        if (timer !== undefined) this.#noteHandedOut(slot, timer, lastAt);
        this.#records.set(slot, LAST_AT, -Infinity);
        this.#runs.restart(slot, since);
      }
    }
    return this.#planAll();
  }

  #noteHandedOut(slot: number, timer: Timer, lastAt: number): void {
    const changedAt = earliestOf(timer, this.#records.get(slot, CHANGED_AT));
    for (const { from, to } of this.#runs.of(slot, this.#handedOutToBy(slot, lastAt))) {
      this.#formers.noteUndone(slot, timer, Math.max(from, changedAt), to);
    }
  }

  /**
   * Starts or replaces the timer of a rule, planning from its first occurrence since the rule was changed
   * that nobody has seen to. Returns that occurrence, or `null` when there is none.
   */
  set(entry: TimerEntry, changedAt: number): number | null {
    const slot = this.#records.open(entry.ruleId);
    const former = this.#records.timerAt(slot);
    const lastAt = this.#records.get(slot, LAST_AT);
    // Of what was handed out before, by a timer that is not at hand, nothing is known but up to when.
    const isAtHand = former !== undefined || this.#formers.has(slot);
    const unknownTo = isAtHand ? this.#records.get(slot, CHANGED_AT) : Infinity;
    const from = Math.max(changedAt, Math.min(lastAt, unknownTo));
    const earliest = earliestOf(entry.timer, from);
    if (former === undefined) this.#size++;
    else if (lastAt > earliest) this.#formers.note(slot, former, this.#handedOutToBy(slot, lastAt));
    if (!this.#formers.areNone) this.#formers.forgetUpTo(slot, earliest);
    this.#records.put(slot, entry);
    this.#records.set(slot, CHANGED_AT, from);
    this.#backlogs.end(slot);
    return this.#planFirst(slot);
  }

  /** Stops the timer of a rule. What it has fired is remembered until it is {@link forget}ten. */
  stop(ruleId: RuleId): TimerEntry | undefined {
    const slot = this.#records.slotOf(ruleId);
    const entry = slot === undefined ? undefined : this.#records.entryAt(slot);
    if (slot === undefined || entry === undefined) return undefined;
    if (this.#formers.has(slot)) {
      const lastAt = this.#records.get(slot, LAST_AT);
      this.#formers.note(slot, entry.timer, this.#handedOutToBy(slot, lastAt));
    }
    this.#queue.remove(slot);
    this.#backlogs.end(slot);
    this.#records.clear(slot);
    this.#size--;
    return entry;
  }

  /** Stops and forgets a rule that will not come back: ids are never used again. */
  forget(ruleId: RuleId): void {
    this.stop(ruleId);
    const slot = this.#records.slotOf(ruleId);
    if (slot !== undefined) this.#formers.end(slot);
    this.#records.forget(ruleId);
  }

  /**
   * Handles at most `limit` occurrences that are due at `now`, earliest first. Returns how many it
   * handled; fewer than `limit` means that nothing more is due.
   */
  takeDue(now: number, limit: number, sink: DueSink): number {
    for (let handled = 0; handled < limit; handled++) {
      const slot = this.#queue.firstSlot;
      const dueAt = this.#queue.firstKey;
      if (slot === undefined || dueAt > now) return handled;
      // All that is kept of it at once: the processor waits for it once, too.
      const entry = this.#records.entryAt(slot);
      if (entry === undefined) return handled;
      const { timer } = entry;
      const scheduledAt = this.#records.get(slot, PLANNED_AT);
      let nextAt = this.#nextOf(slot, timer, scheduledAt, now);
      let lastAt = scheduledAt;
      if (!this.#formers.areNone) {
        this.#formers.passUndone(slot, scheduledAt);
        nextAt = this.#formers.firstFree(slot, timer, nextAt);
        lastAt = Math.max(lastAt, this.#records.get(slot, LAST_AT));
      }
      this.#records.set(slot, LAST_AT, lastAt);
      this.#plan(slot, timer, nextAt);
      // The usual case: nothing was missed.
      if (now - dueAt <= ON_TIME_MS && this.#backlogs.areNone) {
        sink.fire(this.#fireOf(slot, entry, { scheduledAt, dueAt, nextAt, now }, NO_BACKLOG));
      } else this.#handle(slot, entry, { scheduledAt, dueAt, nextAt, now }, sink);
    }
    return limit;
  }

  /** A rule that missed very many occurrences is not stepped through all of them. */
  #nextOf(slot: number, timer: Timer, scheduledAt: number, now: number): number | null {
    const windowAt = this.#windowAt(timer, now);
    if (!this.#backlogs.isLong(slot) || windowAt <= scheduledAt) return timer.next(scheduledAt);
    this.#backlogs.passOver(slot, windowAt);
    return timer.next(windowAt);
  }

  /** An occurrence up to this instant is too old. */
  #windowAt(timer: Timer, now: number): number {
    const windowMs = Math.max(this.#catchUpWindowMs, ON_TIME_MS);
    // Just before: an occurrence as old as the window is not too old.
    return now - windowMs - timer.traits.jitterMs - 1;
  }

  /** Whether a missed occurrence is none of the newest ones, which alone are made up for. */
  #isCrowdedOut(slot: number, timer: Timer, { scheduledAt, dueAt, now }: DueNow): boolean {
    if (timer.traits.onMissed !== "all" || now - dueAt <= ON_TIME_MS) return false;
    let { newestFrom } = this.#backlogs.of(slot);
    if (newestFrom === null) {
      const after = Math.max(scheduledAt - 1, this.#windowAt(timer, now));
      const found = firstOfNewest(timer, CATCH_UP_LIMIT, after, now - ON_TIME_MS - 1);
      newestFrom = found ?? scheduledAt;
      this.#backlogs.makeUpFrom(slot, newestFrom);
    }
    return scheduledAt < newestFrom;
  }

  #handle(slot: number, entry: TimerEntry, due: DueNow, sink: DueSink): void {
    const backlog = this.#backlogs.of(slot);
    const verdict = judge({
      ...due,
      onMissed: entry.timer.traits.onMissed,
      catchUpWindowMs: this.#catchUpWindowMs,
      isCrowdedOut: this.#isCrowdedOut(slot, entry.timer, due),
    });
    if (verdict !== "fire" || due.now - due.dueAt > ON_TIME_MS) {
      this.#backlogs.note(slot, due, verdict);
    }
    const isOver = due.nextAt === null || due.now - due.nextAt <= ON_TIME_MS;
    if (verdict !== "fire") this.#runs.breakOff(slot, due.scheduledAt);
    else this.#runs.goOn(slot, due.scheduledAt);
    if (isOver && due.nextAt !== null) this.#runs.goOn(slot, due.nextAt);
    if (verdict === "fire") sink.fire(this.#fireOf(slot, entry, due, backlog));
    if (isOver) this.#endBacklog(slot, sink);
  }

  #fireOf(
    slot: number,
    entry: TimerEntry,
    due: DueNow,
    { coalesced, coalescedSince }: Backlog,
  ): Fire {
    const executionCount = this.#records.get(slot, COUNT) + 1;
    this.#records.set(slot, COUNT, executionCount);
    return {
      ...entry,
      scheduledAt: due.scheduledAt,
      dueAt: due.dueAt,
      coversFrom: Math.min(due.dueAt, coalescedSince),
      firedAt: due.now,
      nextAt: due.nextAt,
      executionCount,
      missedCount: coalesced,
    };
  }

  #endBacklog(slot: number, sink: DueSink): void {
    const { dropped } = this.#backlogs.end(slot);
    // A sink that stopped the timer meanwhile has ended its backlog, too.
    const entry = this.#records.entryAt(slot);
    if (dropped.count > 0 && entry !== undefined) sink.dropped(entry, dropped);
  }

  *#planAll(): Generator<void, void> {
    for (let slot = 0; slot < this.rules.end; slot++) {
      this.#planFirst(slot);
      yield;
    }
    this.#isPlanned = true;
  }

  #planFirst(slot: number): number | null {
    const timer = this.#records.timerAt(slot);
    if (timer === undefined) return null;
    const nextAt = this.#formers.firstFree(slot, timer, this.#firstOf(slot, timer));
    this.#plan(slot, timer, nextAt);
    return nextAt;
  }

  #firstOf(slot: number, timer: Timer): number | null {
    const ruleId = this.#records.idAt(slot);
    const changedAt = this.#records.get(slot, CHANGED_AT);
    return firstOccurrence({
      ruleId,
      timer,
      createdAt: this.rules.createdAtOf(ruleId) ?? changedAt,
      changedAt,
      lastAt: this.#formers.has(slot) ? -Infinity : this.#records.get(slot, LAST_AT),
      since: this.#since,
      watchedSince: this.#watchedSince,
    });
  }

  #plan(slot: number, timer: Timer, nextAt: number | null): void {
    if (nextAt === null) return this.#queue.remove(slot);
    this.#records.set(slot, PLANNED_AT, nextAt);
    this.#queue.set(slot, this.#dueAt(slot, timer, nextAt));
  }

  #dueAt(slot: number, timer: Timer, scheduledAt: number): number {
    const { jitterMs } = timer.traits;
    if (jitterMs === 0) return scheduledAt;
    const nextAt = timer.next(scheduledAt);
    return scheduledAt +
      jitterOf({ ruleId: this.#records.idAt(slot), scheduledAt, nextAt, jitterMs });
  }

  /** Up to when the timer of a slot has handed out its occurrences, of a rule that did up to `lastAt`. */
  #handedOutToBy(slot: number, lastAt: number): number {
    return this.#queue.has(slot)
      ? Math.min(lastAt, this.#records.get(slot, PLANNED_AT) - 1)
      : lastAt;
  }

  #viewOf(slot: number, entry: TimerEntry): TimerView {
    const nextAt = this.#queue.has(slot) ? this.#records.get(slot, PLANNED_AT) : null;
    const lastAt = this.#records.get(slot, LAST_AT);
    return {
      entry,
      nextAt,
      dueAt: nextAt === null ? null : this.#dueAt(slot, entry.timer, nextAt),
      lastAt: lastAt === -Infinity ? null : lastAt,
      count: this.#records.get(slot, COUNT),
    };
  }
}
