import { hashOfInteger } from "../collections/hash.ts";
import { keyedHash, newHashKey } from "../collections/keyed_hash.ts";
import { NumberRows } from "../collections/number_rows.ts";
import { SlotIndex } from "../collections/slot_index.ts";
import { systemChance } from "../ground/chance.ts";
import { isRuleId, type Rule, type RuleId } from "../domain/rule.ts";

/** 0 where there is none. */
const ID = 0;
/** The row version in microseconds, or one of the two below. */
const VERSION = 1;
/** When the read began that told of it last, on the monotonic clock. */
const READ_AT = 2;
/** Epoch milliseconds. */
const CREATED_AT = 3;
/** Of what was told of it last. */
const DIGEST = 4;
const COLUMNS = 5;
/** Of a rule known without its version. */
const NO_VERSION = -Infinity;
/** Of a rule that has a slot and nothing else. */
const UNKNOWN = NaN;

/** What is remembered of a rule that a read told of. */
export interface RuleMemory extends Pick<Rule, "id" | "ref" | "version" | "createdAt"> {
  /** When the read began, on the monotonic clock. */
  readonly readAt: number;
  /** The same for the same contents. */
  readonly digest: number;
}

/**
 * What has to be remembered of every rule, whatever its state: found by its id and by its ref. There can be
 * a million of them: each is a slot, a small whole number, at which whoever knows more of it keeps that in
 * columns. A slot is its rule's until the rule is forgotten.
 */
export class RuleStore {
  readonly #byId = new SlotIndex<RuleId>((slot) => this.idAt(slot), hashOfInteger);
  readonly #byRef = new SlotIndex<string>(
    (slot) => this.refAt(slot),
    // Refs are the rules' owners' to choose. Nothing depends on the key but how long it takes to find one.
    keyedHash(newHashKey(systemChance)),
  );
  readonly #rows = new NumberRows(COLUMNS);
  readonly #refs: string[] = [];
  readonly #free: number[] = [];
  readonly #inDoubt = new Set<RuleId>();
  #size = 0;

  /** The number of rules known. */
  get size(): number {
    return this.#size;
  }

  /** All slots are less than this. */
  get end(): number {
    return this.#refs.length;
  }

  /** The slot of a rule that has one. */
  slotOf(id: RuleId): number | undefined {
    return this.#byId.get(id);
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

  /** The ids and refs of all that are known; rules may come and go meanwhile. */
  *all(): Generator<readonly [RuleId, string], void> {
    for (let slot = 0; slot < this.end; slot++) {
      const id = this.#isKnown(slot) ? this.idAt(slot) : undefined;
      if (id !== undefined) yield [id, this.refAt(slot)];
    }
  }

  /** Whether a rule is known. */
  has(id: RuleId): boolean {
    return this.#slotOfKnown(id) !== undefined;
  }

  /** The ref of a rule known by its id. */
  refOf(id: RuleId): string | undefined {
    const slot = this.#slotOfKnown(id);
    return slot === undefined ? undefined : this.refAt(slot);
  }

  /** The id of the rule known under a ref. */
  idOf(ref: string): RuleId | undefined {
    const slot = this.#byRef.get(ref);
    return slot === undefined ? undefined : this.idAt(slot);
  }

  /** The row version of a rule, in microseconds; `null` where it is not known. */
  versionOf(id: RuleId): number | null {
    const slot = this.#slotOfKnown(id);
    const version = slot === undefined ? NO_VERSION : this.#rows.get(slot, VERSION);
    return version === NO_VERSION ? null : version;
  }

  /** When the read began that told of a rule last, on the monotonic clock; -Infinity where none did. */
  readAtOf(id: RuleId): number {
    const slot = this.#slotOfKnown(id);
    return slot === undefined ? -Infinity : this.#rows.get(slot, READ_AT);
  }

  /** When a rule was made, in epoch milliseconds; `null` where it is not known. */
  createdAtOf(id: RuleId): number | null {
    const slot = this.#slotOfKnown(id);
    return slot === undefined ? null : this.#rows.get(slot, CREATED_AT);
  }

  /** The digest of what was told of a rule last; `null` where it is not known, or in doubt. */
  digestOf(id: RuleId): number | null {
    const slot = this.#inDoubt.has(id) ? undefined : this.#slotOfKnown(id);
    return slot === undefined ? null : this.#rows.get(slot, DIGEST);
  }

  /** Whether a rule may be no more: it is being read again. */
  isInDoubt(id: RuleId): boolean {
    return this.#inDoubt.has(id);
  }

  /** The slot of a rule, which may have to be known still. */
  open(id: RuleId): number {
    const slot = this.#byId.get(id);
    if (slot !== undefined) return slot;
    const free = this.#free.pop() ?? this.#refs.push("") - 1;
    this.#rows.set(free, ID, id);
    this.#rows.set(free, VERSION, UNKNOWN);
    this.#byId.add(id, free);
    return free;
  }

  /** Tells the ref of the rule whose slot it is. */
  name(slot: number, ref: string): void {
    if (!this.#isKnown(slot)) this.#refs[slot] = ref;
  }

  /** A rule is there, in no doubt, and is the one of its ref. */
  remember({ id, ref, version, createdAt, readAt, digest }: RuleMemory): void {
    const known = this.#slotOfKnown(id);
    if (known === undefined) this.#size++;
    else if (this.refAt(known) !== ref) this.#unname(known);
    const slot = this.open(id);
    this.#refs[slot] = ref;
    this.#rows.set(slot, VERSION, version ?? NO_VERSION);
    this.#rows.set(slot, READ_AT, readAt);
    this.#rows.set(slot, CREATED_AT, createdAt);
    this.#rows.set(slot, DIGEST, digest);
    this.#byRef.add(ref, slot);
    this.#inDoubt.delete(id);
  }

  /** A rule may be no more: what reads tell that begin after `at` counts, whatever its version. */
  doubt(id: RuleId, at: number): void {
    const slot = this.#slotOfKnown(id);
    if (slot === undefined) return;
    this.#rows.set(slot, VERSION, NO_VERSION);
    this.#rows.set(slot, READ_AT, at);
    this.#inDoubt.add(id);
  }

  /** A rule is no more: its slot may become another one's. */
  forget(id: RuleId): void {
    const slot = this.#byId.get(id);
    if (slot === undefined) return;
    if (this.#isKnown(slot)) this.#size--;
    this.#inDoubt.delete(id);
    this.#unname(slot);
    this.#byId.delete(id);
    this.#rows.set(slot, ID, 0);
    this.#free.push(slot);
  }

  #unname(slot: number): void {
    const ref = this.refAt(slot);
    if (this.#byRef.get(ref) === slot) this.#byRef.delete(ref);
    this.#refs[slot] = "";
  }

  #isKnown(slot: number): boolean {
    return this.#rows.get(slot, ID) !== 0 && !Number.isNaN(this.#rows.get(slot, VERSION));
  }

  #slotOfKnown(id: RuleId): number | undefined {
    const slot = this.#byId.get(id);
    return slot !== undefined && this.#isKnown(slot) ? slot : undefined;
  }
}
