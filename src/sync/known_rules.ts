import { hashOfInteger, hashOfText } from "../hash.ts";
import type { Rule, RuleId } from "../rule.ts";
import { SlotIndex } from "../slot_index.ts";

/**
 * What has to be remembered of every rule, whatever its state: found by its id and by its ref. There can
 * be a million of them: it is in columns, at the rule's slot, and no object.
 */
export class KnownRules {
  readonly #byId = new SlotIndex<RuleId>((slot) => this.#ids[slot], hashOfInteger);
  readonly #byRef = new SlotIndex<string>((slot) => this.#refs[slot], hashOfText);
  readonly #free: number[] = [];
  readonly #ids: RuleId[] = [];
  readonly #refs: string[] = [];
  /** NaN where the version is not known. */
  readonly #versions: number[] = [];
  readonly #inDoubt = new Set<RuleId>();

  /** The number of rules. */
  get size(): number {
    return this.#byId.size;
  }

  /** The ids and refs of all; rules may come and go meanwhile. */
  *all(): Generator<readonly [RuleId, string], void> {
    for (const [slot, id] of this.#ids.entries()) {
      const ref = this.#refs[slot];
      if (ref !== undefined && this.#byId.get(id) === slot) yield [id, ref];
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
    return slot === undefined ? undefined : this.#ids[slot];
  }

  /** The row version of a rule, in microseconds; `null` where it is not known. */
  versionOf(id: RuleId): number | null {
    const slot = this.#byId.get(id);
    const version = slot === undefined ? undefined : this.#versions[slot];
    return version === undefined || Number.isNaN(version) ? null : version;
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
    this.#versions[slot] = version ?? NaN;
    this.#byRef.add(ref, slot);
    this.#inDoubt.delete(id);
  }

  /** A rule may be no more, and whatever is read of it is newer. */
  doubt(id: RuleId): void {
    const slot = this.#byId.get(id);
    if (slot === undefined) return;
    this.#versions[slot] = NaN;
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

  #open(id: RuleId): number {
    const slot = this.#free.pop() ?? this.#ids.length;
    this.#ids[slot] = id;
    this.#byId.add(id, slot);
    return slot;
  }
}
