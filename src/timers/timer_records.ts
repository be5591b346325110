import { NumberRows } from "../collections/number_rows.ts";
import { isRuleId, type RuleId } from "../domain/rule.ts";
import { RuleStore } from "./rule_store.ts";
import { PlainInterval } from "../schedule/interval/timer.ts";
import type { Timer } from "../schedule/timer.ts";
import type { Traits } from "../schedule/schedule.ts";

/** A rule with a timer. */
export interface TimerEntry {
  readonly ruleId: RuleId;
  readonly ruleRef: string;
  readonly timer: Timer;
}

// What a fire reads comes first: V8 has a row of eight begin 16 bytes into a cache line.
/** The rule's id again, for the sake of its place in memory; 0 where nothing is known of a rule. */
const ID = 0;
/** The occurrence planned. */
export const PLANNED_AT = 1;
/** How many were fired. */
export const COUNT = 2;
const ANCHOR_AT = 3;
const STEP_MS = 4;
/** The number of the traits of a plain interval, from 1; 0 where there is none. */
const TRAITS = 5;
/** The occurrence last handed out; -Infinity for none. */
export const LAST_AT = 6;
/** When the rule was last changed: earlier occurrences are of another schedule, or of none. */
export const CHANGED_AT = 7;
const COLUMNS = 8;

/** What can be asked and set of a timer: epoch milliseconds, but for the count. */
export type Figure = typeof PLANNED_AT | typeof LAST_AT | typeof COUNT | typeof CHANGED_AT;

/**
 * What is known of the timers, at the slots of their rules. There can be a million: hence columns and no
 * objects, and of plain intervals, which most are, only their numbers and the traits that they share.
 */
export class TimerRecords {
  readonly rules: RuleStore = new RuleStore();
  readonly #rows = new NumberRows(COLUMNS);
  /** Of plain intervals `null`. */
  readonly #timers: (Timer | null | undefined)[] = [];
  /** Those that plain intervals share, and their numbers. */
  readonly #traits: Traits[] = [];
  readonly #numbers = new Map<Traits, number>();

  /** The slot of a rule of which something is known. */
  slotOf(ruleId: RuleId): number | undefined {
    const slot = this.rules.slotOf(ruleId);
    return slot !== undefined && this.#rows.get(slot, ID) === ruleId ? slot : undefined;
  }

  /** The slot of a rule; one of which nothing was known has no timer and has fired nothing. */
  open(ruleId: RuleId): number {
    const known = this.slotOf(ruleId);
    if (known !== undefined) return known;
    const slot = this.rules.open(ruleId);
    // Without gaps, which would make it a table of hashes.
    while (this.#timers.length <= slot) this.#timers.push(undefined);
    this.#rows.set(slot, ID, ruleId);
    this.#rows.set(slot, LAST_AT, -Infinity);
    this.#rows.set(slot, COUNT, 0);
    return slot;
  }

  /** Forgets a rule without a timer. */
  forget(ruleId: RuleId): void {
    const slot = this.slotOf(ruleId);
    if (slot !== undefined) this.#rows.set(slot, ID, 0);
    this.rules.forget(ruleId);
  }

  /** Gives the rule of a slot a timer, or another one. */
  put(slot: number, { ruleRef, timer }: TimerEntry): void {
    this.rules.name(slot, ruleRef);
    if (timer instanceof PlainInterval) {
      this.#timers[slot] = null;
      this.#rows.set(slot, ANCHOR_AT, timer.anchorAt);
      this.#rows.set(slot, STEP_MS, timer.stepMs);
      this.#rows.set(slot, TRAITS, this.#numberOf(timer.traits));
    } else {
      this.#timers[slot] = timer;
      this.#rows.set(slot, TRAITS, 0);
    }
  }

  /** Takes its timer from the rule of a slot. */
  clear(slot: number): void {
    this.#timers[slot] = undefined;
    this.#rows.set(slot, TRAITS, 0);
  }

  /** Whether the rule of a slot has a timer. */
  hasTimer(slot: number): boolean {
    return this.#timers[slot] !== undefined;
  }

  /** The timer of the rule of a slot, if it has one. */
  timerAt(slot: number): Timer | undefined {
    // Not from #timers: what lies elsewhere in memory is asked only where it has to be.
    const traits = this.#traits[this.#rows.get(slot, TRAITS) - 1];
    if (traits === undefined) return this.#timers[slot] ?? undefined;
    const anchorAt = this.#rows.get(slot, ANCHOR_AT);
    return new PlainInterval(anchorAt, this.#rows.get(slot, STEP_MS), traits);
  }

  /** The rule of a slot with its timer, if it has one. */
  entryAt(slot: number): TimerEntry | undefined {
    const timer = this.timerAt(slot);
    return timer && { ruleId: this.idAt(slot), ruleRef: this.rules.refAt(slot), timer };
  }

  /** The id of the rule of a slot. Throws a `RangeError` where nothing is known of one. */
  idAt(slot: number): RuleId {
    const ruleId = this.#rows.get(slot, ID);
    if (!isRuleId(ruleId)) throw new RangeError(`No rule is at slot ${slot}`);
    return ruleId;
  }

  /** A figure of the rule of a slot. */
  get(slot: number, figure: Figure): number {
    return this.#rows.get(slot, figure);
  }

  /** Sets a figure of the rule of a slot. */
  set(slot: number, figure: Figure, value: number): void {
    this.#rows.set(slot, figure, value);
  }

  #numberOf(traits: Traits): number {
    let number = this.#numbers.get(traits);
    if (number === undefined) {
      number = this.#traits.push(traits);
      this.#numbers.set(traits, number);
    }
    return number;
  }
}
