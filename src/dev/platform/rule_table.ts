import { apiError } from "./answers.ts";
import { Ids } from "./ids.ts";
import { RefOrder } from "./ref_order.ts";
import {
  checkRef,
  DraftRequest,
  type NewRule,
  type RuleChanges,
  type RuleDraft,
  type RuleRow,
} from "./rule_shapes.ts";
import type { Stamps } from "./stamps.ts";
import type { Triggers } from "./triggers.ts";

/**
 * The rules, as a database holds them. A change made here is published to nobody and its parameters are
 * not checked: it is how a pack's loader writes rules (contract 2.4 and 3.4).
 */
export class RuleTable {
  readonly #triggers: Triggers;
  readonly #stamps: Stamps;
  readonly #byRef = new Map<string, RuleRow>();
  readonly #refOfId = new Map<number, string>();
  readonly #order = new RefOrder();
  readonly #orderOfTrigger = new Map<number, RefOrder>();
  // Asked for by every event that names no rule; made anew only after a change.
  readonly #enabledIds = new Map<string, readonly number[]>();
  readonly #packs = new Ids("core");
  readonly #actions = new Ids("core.echo");
  #lastId = 0;

  constructor(triggers: Triggers, stamps: Stamps) {
    this.#triggers = triggers;
    this.#stamps = stamps;
  }

  /** How many rules there are: all, or those of one trigger. */
  count(triggerId?: number): number {
    return this.#orderOf(triggerId)?.size ?? 0;
  }

  /** The rule with this ref, if there is one. */
  find(ref: string): RuleRow | undefined {
    return this.#byRef.get(ref);
  }

  /** The rule with this ref. Throws 404 NOT_FOUND. */
  get(ref: string): RuleRow {
    const row = this.#byRef.get(ref);
    if (row === undefined) throw apiError("NOT_FOUND", `Rule '${ref}' not found`);
    return row;
  }

  /** The rule with this id, if there is one. */
  byId(id: number): RuleRow | undefined {
    const ref = this.#refOfId.get(id);
    return ref === undefined ? undefined : this.#byRef.get(ref);
  }

  /** Up to `limit` rules from `offset`, by ref: all, or those of one trigger. */
  page(offset: number, limit: number, triggerId?: number): readonly RuleRow[] {
    const refs = this.#orderOf(triggerId)?.slice(offset, limit) ?? [];
    return refs.map((ref) => this.get(ref));
  }

  /** The ids of all enabled rules that name this trigger: those that an event without a rule would run. */
  enabledIds(triggerRef: string): readonly number[] {
    const known = this.#enabledIds.get(triggerRef);
    if (known !== undefined) return known;
    const ids: number[] = [];
    for (const row of this.#byRef.values()) {
      if (row.enabled && row.trigger_ref === triggerRef) ids.push(row.id);
    }
    this.#enabledIds.set(triggerRef, ids);
    return ids;
  }

  /** Makes a pack and an action known, as their installation does. */
  install({ pack_ref, action_ref }: Pick<NewRule, "pack_ref" | "action_ref">): void {
    this.#packs.of(pack_ref);
    this.#actions.of(action_ref);
  }

  /** Checks that pack and action are installed. Throws 404. */
  checkInstalled({ pack_ref, action_ref }: Partial<NewRule>): void {
    if (pack_ref !== undefined && !this.#packs.has(pack_ref)) {
      throw apiError("NOT_FOUND", `Pack '${pack_ref}' not found`);
    }
    if (action_ref !== undefined && !this.#actions.has(action_ref)) {
      throw apiError("NOT_FOUND", `Action '${action_ref}' not found`);
    }
  }

  /**
   * Makes changes in one transaction: they bear the instant at which it began, in epoch milliseconds,
   * which may be before that of what others changed meanwhile.
   */
  transaction<T>(beganAt: number, change: () => T): T {
    return this.#stamps.heldAt(beganAt, change);
  }

  /** Adds a rule. Throws 409 CONFLICT, 404 for an unknown trigger, 422 for a ref that cannot be one. */
  create(draft: RuleDraft): RuleRow {
    return this.insert(DraftRequest.parse(draft), null);
  }

  /** Adds a rule of which every member is known, for the identity that makes it. Throws as `create`. */
  insert(rule: NewRule, ownerIdentity: number | null): RuleRow {
    const { created, ...rest } = rule;
    checkRef(rule.ref);
    if (this.#byRef.has(rule.ref)) throw refTaken(rule.ref);
    const trigger = this.#triggers.get(rule.trigger_ref);
    const stamp = this.#stamps.next();
    const row: RuleRow = {
      ...rest,
      id: ++this.#lastId,
      pack: this.#packs.of(rule.pack_ref),
      action: this.#actions.of(rule.action_ref),
      trigger: trigger.id,
      is_adhoc: ownerIdentity !== null,
      owner_identity: ownerIdentity,
      created: created ?? stamp,
      updated: stamp,
    };
    this.#add(row);
    return row;
  }

  /** Changes a rule. Throws 404 for an unknown rule or trigger. */
  update(ref: string, changes: RuleChanges): RuleRow {
    const old = this.get(ref);
    const actionRef = changes.action_ref ?? old.action_ref;
    const triggerRef = changes.trigger_ref ?? old.trigger_ref;
    return this.#replace(old, {
      ...old,
      label: changes.label ?? old.label,
      description: changes.description ?? old.description,
      action_ref: actionRef,
      action: actionRef === old.action_ref ? old.action : this.#actions.of(actionRef),
      trigger_ref: triggerRef,
      trigger: triggerRef === old.trigger_ref ? old.trigger : this.#triggers.get(triggerRef).id,
      conditions: changes.conditions ?? old.conditions,
      action_params: changes.action_params ?? old.action_params,
      trigger_params: changes.trigger_params ?? old.trigger_params,
      permission_set_refs: changes.permission_set_refs === undefined
        ? old.permission_set_refs
        : changes.permission_set_refs,
      enabled: changes.enabled ?? old.enabled,
    });
  }

  /** Leaves a rule without a trigger, as the deletion of its trigger does. Throws 404. */
  clearTrigger(ref: string): RuleRow {
    const old = this.get(ref);
    return this.#replace(old, { ...old, trigger: null });
  }

  /** Removes a rule. A rule made later with the same ref has another id. Throws 404. */
  delete(ref: string): RuleRow {
    const row = this.get(ref);
    this.#remove(row);
    return row;
  }

  #orderOf(triggerId: number | undefined): RefOrder | undefined {
    return triggerId === undefined ? this.#order : this.#orderOfTrigger.get(triggerId);
  }

  #replace(old: RuleRow, changed: RuleRow): RuleRow {
    const row = { ...changed, updated: this.#stamps.next() };
    if (row.trigger === old.trigger) {
      this.#byRef.set(row.ref, row);
      this.#enabledIds.delete(row.trigger_ref);
      return row;
    }
    this.#remove(old);
    this.#add(row);
    return row;
  }

  #add(row: RuleRow): void {
    this.#byRef.set(row.ref, row);
    this.#refOfId.set(row.id, row.ref);
    this.#enabledIds.delete(row.trigger_ref);
    this.#order.add(row.ref);
    if (row.trigger === null) return;
    const order = this.#orderOfTrigger.get(row.trigger) ?? new RefOrder();
    this.#orderOfTrigger.set(row.trigger, order);
    order.add(row.ref);
  }

  #remove(row: RuleRow): void {
    this.#byRef.delete(row.ref);
    this.#refOfId.delete(row.id);
    this.#enabledIds.delete(row.trigger_ref);
    this.#order.delete(row.ref);
    if (row.trigger !== null) this.#orderOfTrigger.get(row.trigger)?.delete(row.ref);
  }
}

/** The refusal of a second rule with the same ref. */
export function refTaken(ref: string): Error {
  return apiError("CONFLICT", `Rule with ref '${ref}' already exists`);
}
