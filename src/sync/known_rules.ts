import { hashOfText } from "../collections/hash.ts";
import { NumberRows } from "../collections/number_rows.ts";
import type { Rule, RuleId } from "../domain/rule.ts";
import type { RuleSlots } from "../timers/rule_slots.ts";
import { SlotIndex } from "../collections/slot_index.ts";

/** The row version in microseconds, or one of the two below. */
const VERSION = 0;
const COLUMNS = 1;
/** Of a rule known without its version. */
const NO_VERSION = -Infinity;
/** Of a rule that is not known. */
const UNKNOWN = NaN;

/**
 * What has to be remembered of every rule, whatever its state: found by its id and by its ref. There can
 * be a million of them: it is in columns, at the rule's slot, and no object.
 */
export class KnownRules {
  readonly #slots: RuleSlots;
  readonly #byRef = new SlotIndex<string>((slot) => this.#slots.refAt(slot), hashOfText);
  readonly #rows = new NumberRows(COLUMNS, UNKNOWN);
  readonly #inDoubt = new Set<RuleId>();
  #size = 0;

  constructor(slots: RuleSlots) {
    this.#slots = slots;
  }

  /** The number of rules. */
  get size(): number {
    return this.#size;
  }

  /** The ids and refs of all; rules may come and go meanwhile. */
  *all(): Generator<readonly [RuleId, string], void> {
    for (let slot = 0; slot < this.#slots.end; slot++) {
      const id = this.#isKnown(slot) ? this.#slots.idAt(slot) : undefined;
      if (id !== undefined) yield [id, this.#slots.refAt(slot)];
    }
  }

  /** Whether a rule is known. */
  has(id: RuleId): boolean {
    return this.#slotOf(id) !== undefined;
  }

  /** The ref of a rule known by its id. */
  refOf(id: RuleId): string | undefined {
    const slot = this.#slotOf(id);
    return slot === undefined ? undefined : this.#slots.refAt(slot);
  }

  /** The id of the rule known under a ref. */
  idOf(ref: string): RuleId | undefined {
    const slot = this.#byRef.get(ref);
    return slot === undefined ? undefined : this.#slots.idAt(slot);
  }

  /** The row version of a rule, in microseconds; `null` where it is not known. */
  versionOf(id: RuleId): number | null {
    const slot = this.#slotOf(id);
    const version = slot === undefined ? NO_VERSION : this.#rows.get(slot, VERSION);
    return version === NO_VERSION ? null : version;
  }

  /** Whether a rule may be no more: it is being read again. */
  isInDoubt(id: RuleId): boolean {
    return this.#inDoubt.has(id);
  }

  /** A rule is there, in no doubt, and is the one of its ref. */
  remember({ id, ref, version }: Pick<Rule, "id" | "ref" | "version">): void {
    let slot = this.#slotOf(id);
    if (slot !== undefined && this.#slots.refAt(slot) !== ref) {
      this.forget(id);
      slot = undefined;
    }
    if (slot === undefined) {
      slot = this.#slots.hold(id);
      this.#size++;
    }
    this.#slots.name(slot, ref);
    this.#rows.set(slot, VERSION, version ?? NO_VERSION);
    this.#byRef.add(ref, slot);
    this.#inDoubt.delete(id);
  }

  /** A rule may be no more, and whatever is read of it is newer. */
  doubt(id: RuleId): void {
    const slot = this.#slotOf(id);
    if (slot === undefined) return;
    this.#rows.set(slot, VERSION, NO_VERSION);
    this.#inDoubt.add(id);
  }

  /** A rule is not there any more. */
  forget(id: RuleId): void {
    const slot = this.#slotOf(id);
    if (slot === undefined) return;
    const ref = this.#slots.refAt(slot);
    if (this.#byRef.get(ref) === slot) this.#byRef.delete(ref);
    this.#rows.set(slot, VERSION, UNKNOWN);
    this.#size--;
    this.#inDoubt.delete(id);
    this.#slots.release(slot);
  }

  #isKnown(slot: number): boolean {
    return !Number.isNaN(this.#rows.get(slot, VERSION));
  }

  #slotOf(id: RuleId): number | undefined {
    const slot = this.#slots.slotOf(id);
    return slot !== undefined && this.#isKnown(slot) ? slot : undefined;
  }
}
