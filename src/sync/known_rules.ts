import { hashOfInteger, hashOfText } from "../hash.ts";
import { NumberRows } from "../number_rows.ts";
import { isRuleId, type Rule, type RuleId } from "../rule.ts";
import { SlotIndex } from "../slot_index.ts";

const ID = 0;
/** The row version in microseconds; NaN where it is not known. */
const VERSION = 1;
const COLUMNS = 2;

/**
 * What has to be remembered of every rule, whatever its state: found by its id and by its ref. There can
 * be a million of them: it is in columns, at the rule's slot, and no object.
 */
export class KnownRules {
  readonly #byId = new SlotIndex<RuleId>((slot) => this.#idAt(slot), hashOfInteger);
  readonly #byRef = new SlotIndex<string>((slot) => this.#refs[slot], hashOfText);
  readonly #free: number[] = [];
  readonly #rows = new NumberRows(COLUMNS);
  readonly #refs: string[] = [];
  readonly #inDoubt = new Set<RuleId>();

  /** The number of rules. */
  get size(): number {
    return this.#byId.size;
  }

  /** The ids and refs of all; rules may come and go meanwhile. */
  *all(): Generator<readonly [RuleId, string], void> {
    for (const [slot, ref] of this.#refs.entries()) {
      const id = this.#idAt(slot);
      if (id !== undefined && this.#byId.get(id) === slot) yield [id, ref];
    }
  }

  /** Whether a rule is known. */
  has(id: RuleId): boolean {
    return this.#byId.get(id) !== undefined;
  }

  /** The ref of a rule known by its id. */
  refOf(id: RuleId): string | undefined {
    const slot = this.#byId.get(id);
    return slot === undefined ? undefined : this.#refs[slot];
  }

  /** The id of the rule known under a ref. */
  idOf(ref: string): RuleId | undefined {
    const slot = this.#byRef.get(ref);
    return slot === undefined ? undefined : this.#idAt(slot);
  }

  /** The row version of a rule, in microseconds; `null` where it is not known. */
  versionOf(id: RuleId): number | null {
    const slot = this.#byId.get(id);
    const version = slot === undefined ? NaN : this.#rows.get(slot, VERSION);
    return Number.isNaN(version) ? null : version;
  }

  /** Whether a rule may be no more: it is being read again. */
  isInDoubt(id: RuleId): boolean {
    return this.#inDoubt.has(id);
  }

  /** A rule is there, in no doubt, and is the one of its ref. */
  remember({ id, ref, version }: Pick<Rule, "id" | "ref" | "version">): void {
    let slot = this.#byId.get(id);
    if (slot !== undefined && this.#refs[slot] !== ref) {
      this.forget(id);
      slot = undefined;
    }
    slot ??= this.#open(id);
    this.#refs[slot] = ref;
    this.#rows.set(slot, VERSION, version ?? NaN);
    this.#byRef.add(ref, slot);
    this.#inDoubt.delete(id);
  }

  /** A rule may be no more, and whatever is read of it is newer. */
  doubt(id: RuleId): void {
    const slot = this.#byId.get(id);
    if (slot === undefined) return;
    this.#rows.set(slot, VERSION, NaN);
    this.#inDoubt.add(id);
  }

  /** A rule is not there any more. */
  forget(id: RuleId): void {
    const slot = this.#byId.get(id);
    const ref = slot === undefined ? undefined : this.#refs[slot];
    if (slot === undefined || ref === undefined) return;
    this.#byId.delete(id);
    if (this.#byRef.get(ref) === slot) this.#byRef.delete(ref);
    this.#inDoubt.delete(id);
    this.#free.push(slot);
  }

  #idAt(slot: number): RuleId | undefined {
    const id = this.#rows.get(slot, ID);
    return isRuleId(id) ? id : undefined;
  }

  #open(id: RuleId): number {
    const slot = this.#free.pop() ?? this.#refs.length;
    this.#rows.set(slot, ID, id);
    this.#byId.add(id, slot);
    return slot;
  }
}
