import { hashOfInteger } from "../collections/hash.ts";
import { NumberRows } from "../collections/number_rows.ts";
import { isRuleId, type RuleId } from "../domain/rule.ts";
import { SlotIndex } from "../collections/slot_index.ts";

/** 0 where there is none. */
const ID = 0;
const HOLDERS = 1;
const COLUMNS = 2;

/**
 * Gives each rule a slot: a small whole number, at which those who know something of the rule keep it in
 * columns of their own. A slot is its rule's for as long as one of them holds it.
 */
export class RuleSlots {
  readonly #index = new SlotIndex<RuleId>((slot) => this.idAt(slot), hashOfInteger);
  readonly #rows = new NumberRows(COLUMNS);
  readonly #refs: string[] = [];
  readonly #free: number[] = [];

  /** All slots are less than this. */
  get end(): number {
    return this.#refs.length;
  }

  /** The slot of a rule that has one. */
  slotOf(ruleId: RuleId): number | undefined {
    return this.#index.get(ruleId);
  }

  /** The id of the rule whose slot it is. */
  idAt(slot: number): RuleId | undefined {
    const id = this.#rows.get(slot, ID);
    return isRuleId(id) ? id : undefined;
  }

  /** The ref of the rule whose slot it is. */
  refAt(slot: number): string {
    return this.#refs[slot] ?? "";
  }

  /** Tells the ref of the rule whose slot it is. */
  name(slot: number, ref: string): void {
    this.#refs[slot] = ref;
  }

  /** The slot of a rule, for one more holder. */
  hold(ruleId: RuleId): number {
    const slot = this.#index.get(ruleId) ?? this.#open(ruleId);
    this.#rows.set(slot, HOLDERS, this.#rows.get(slot, HOLDERS) + 1);
    return slot;
  }

  /** One holder less; the last one's slot may become another rule's. */
  release(slot: number): void {
    const id = this.idAt(slot);
    if (id === undefined) return;
    const holders = this.#rows.get(slot, HOLDERS) - 1;
    this.#rows.set(slot, HOLDERS, holders);
    if (holders > 0) return;
    this.#index.delete(id);
    this.#rows.set(slot, ID, 0);
    this.#refs[slot] = "";
    this.#free.push(slot);
  }

  #open(ruleId: RuleId): number {
    const slot = this.#free.pop() ?? this.#refs.push("") - 1;
    this.#rows.set(slot, ID, ruleId);
    this.#index.add(ruleId, slot);
    return slot;
  }
}
