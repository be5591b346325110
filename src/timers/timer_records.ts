import { hashOfInteger } from "../hash.ts";
import { NumberRows } from "../number_rows.ts";
import { isRuleId, type RuleId } from "../rule.ts";
import { PlainInterval } from "../schedule/interval.ts";
import type { Timer, Traits } from "../schedule/mod.ts";
import { SlotIndex } from "../slot_index.ts";

/** A rule with a timer. */
export interface TimerEntry {
  readonly ruleId: RuleId;
  readonly ruleRef: string;
  readonly timer: Timer;
}

const ID = 0;
/** The occurrence planned. */
export const PLANNED_AT = 1;
/** The occurrence last handed out; -Infinity for none. */
export const LAST_AT = 2;
/** How many were fired. */
export const COUNT = 3;
/** The instant after which a rule's occurrences count. */
export const AFTER_AT = 4;
const ANCHOR_AT = 5;
const STEP_MS = 6;
/** The number of the traits of a plain interval; that of no traits for any other timer. */
const TRAITS = 7;
const NO_TRAITS = -1;
const COLUMNS = 8;

/** What can be asked and set of a timer: epoch milliseconds, but for the count. */
export type Figure = typeof PLANNED_AT | typeof LAST_AT | typeof COUNT | typeof AFTER_AT;

/**
 * What is known of the timers, at the slots of their rules: small whole numbers, given to other rules when
 * they are free again. There can be a million: hence columns and no objects, and of plain intervals, which
 * most are, only their numbers and the traits that they share.
 */
export class TimerRecords {
  readonly #slots = new SlotIndex<RuleId>((slot) => this.idAt(slot), hashOfInteger);
  readonly #rows = new NumberRows(COLUMNS);
  readonly #refs: string[] = [];
  /** Of plain intervals `null`. */
  readonly #timers: (Timer | null | undefined)[] = [];
  /** Those that plain intervals share, by their numbers. */
  readonly #traits: Traits[] = [];
  readonly #free: number[] = [];

  /** The slot of a rule that has one. */
  slotOf(ruleId: RuleId): number | undefined {
    return this.#slots.get(ruleId);
  }

  /** All slots, with or without a timer. */
  slots(): Iterable<number> {
    return this.#timers.keys();
  }

  /** Gives a rule a slot, without a timer and with nothing fired. */
  open(ruleId: RuleId): number {
    const slot = this.#free.pop() ?? this.#timers.length;
    this.clear(slot);
    this.#rows.set(slot, ID, ruleId);
    this.#rows.set(slot, LAST_AT, -Infinity);
    this.#rows.set(slot, COUNT, 0);
    this.#slots.add(ruleId, slot);
    return slot;
  }

  /** Takes its slot from a rule without a timer. */
  close(slot: number): void {
    this.#slots.delete(this.idAt(slot));
    this.#free.push(slot);
  }

  /** Gives the rule of a slot a timer, or another one. */
  put(slot: number, { ruleRef, timer }: TimerEntry): void {
    this.#refs[slot] = ruleRef;
    if (timer instanceof PlainInterval) {
      this.#timers[slot] = null;
      this.#rows.set(slot, ANCHOR_AT, timer.anchorAt);
      this.#rows.set(slot, STEP_MS, timer.stepMs);
      this.#rows.set(slot, TRAITS, this.#numberOf(timer.traits));
    } else {
      this.#timers[slot] = timer;
      this.#rows.set(slot, TRAITS, NO_TRAITS);
    }
  }

  /** Takes its timer from the rule of a slot. */
  clear(slot: number): void {
    this.#timers[slot] = undefined;
    this.#rows.set(slot, TRAITS, NO_TRAITS);
  }

  /** Whether the rule of a slot has a timer. */
  hasTimer(slot: number): boolean {
    return this.#timers[slot] !== undefined;
  }

  timerAt(slot: number): Timer | undefined {
    // Not from #timers: what lies elsewhere in memory is asked only where it has to be.
    const traits = this.#traits[this.#rows.get(slot, TRAITS)];
    if (traits === undefined) return this.#timers[slot] ?? undefined;
    const anchorAt = this.#rows.get(slot, ANCHOR_AT);
    return new PlainInterval(anchorAt, this.#rows.get(slot, STEP_MS), traits);
  }

  entryAt(slot: number): TimerEntry | undefined {
    const timer = this.timerAt(slot);
    return timer && { ...this.namesAt(slot), timer };
  }

  namesAt(slot: number): Omit<TimerEntry, "timer"> {
    return {
      ruleId: this.idAt(slot),
      ruleRef: this.#refs[slot] ?? "",
    };
  }

  idAt(slot: number): RuleId {
    const ruleId = this.#rows.get(slot, ID);
    if (!isRuleId(ruleId)) throw new RangeError(`No rule is at slot ${slot}`);
    return ruleId;
  }

  get(slot: number, figure: Figure): number {
    return this.#rows.get(slot, figure);
  }

  set(slot: number, figure: Figure, value: number): void {
    this.#rows.set(slot, figure, value);
  }

  /** There are few of them. */
  #numberOf(traits: Traits): number {
    const number = this.#traits.indexOf(traits);
    return number === -1 ? this.#traits.push(traits) - 1 : number;
  }
}
