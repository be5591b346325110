import { isDeepStrictEqual } from "node:util";
import { checkParams } from "./params.ts";
import type { Announcer } from "./messages.ts";
import {
  checkLengths,
  DraftRequest,
  type NewRule,
  type RuleChanges,
  type RuleDraft,
  type RuleRow,
} from "./rule_shapes.ts";
import { refTaken, type RuleTable } from "./rule_table.ts";
import type { Triggers } from "./triggers.ts";

const ADMIN_IDENTITY_ID = 1;

/**
 * Rules as the API changes them: checked, stored, then published by the table of contract 3.4. What
 * the API refuses throws a `Refusal` with the API's answer.
 */
export class Rules {
  /** The same rules, without checks and without a message to anybody: a pack's loader. */
  readonly silently: RuleTable;
  readonly #triggers: Triggers;
  readonly #announcer: Announcer;

  constructor(table: RuleTable, triggers: Triggers, announcer: Announcer) {
    this.silently = table;
    this.#triggers = triggers;
    this.#announcer = announcer;
  }

  /** `POST /api/v1/rules`, with what does not matter left out; its pack and action are installed. */
  create(draft: RuleDraft): Promise<RuleRow> {
    const rule = DraftRequest.parse(draft);
    this.silently.install(rule);
    return this.insert(rule);
  }

  /** `POST /api/v1/rules`. Always published, also for a rule that is not enabled. */
  async insert(rule: NewRule): Promise<RuleRow> {
    checkLengths(rule);
    if (this.silently.find(rule.ref) !== undefined) throw refTaken(rule.ref);
    this.silently.checkInstalled(rule);
    const trigger = this.#triggers.get(rule.trigger_ref);
    checkParams(trigger.ref, trigger.param_schema, rule.trigger_params);
    const row = this.silently.insert(rule, ADMIN_IDENTITY_ID);
    await this.#announcer.created(row);
    return row;
  }

  /** `PUT /api/v1/rules/{ref}`. */
  async update(ref: string, changes: RuleChanges): Promise<RuleRow> {
    checkLengths(changes);
    const old = this.silently.get(ref);
    this.silently.checkInstalled({ action_ref: changes.action_ref ?? old.action_ref });
    const trigger = this.#triggers.get(changes.trigger_ref ?? old.trigger_ref);
    if (changes.trigger_params !== undefined || changes.trigger_ref !== undefined) {
      const params = changes.trigger_params ?? old.trigger_params;
      checkParams(trigger.ref, trigger.param_schema, params);
    }
    // Nothing to change is no UPDATE, so `updated` stays.
    if (Object.values(changes).every((value) => value === undefined)) return old;
    const row = this.silently.update(ref, changes);
    const triggerChanged = row.trigger_ref !== old.trigger_ref;
    const paramsChanged = !isDeepStrictEqual(row.trigger_params, old.trigger_params);
    if (old.enabled && (!row.enabled || triggerChanged)) {
      await this.#announcer.disabled({ ...row, trigger_ref: old.trigger_ref });
    }
    if (row.enabled && (!old.enabled || triggerChanged || paramsChanged)) {
      await this.#announcer.enabled(row);
    }
    return row;
  }

  /** `POST /api/v1/rules/{ref}/enable`. Published even when nothing changes. */
  async enable(ref: string): Promise<RuleRow> {
    const row = this.silently.update(ref, { enabled: true });
    await this.#announcer.enabled(row);
    return row;
  }

  /** `POST /api/v1/rules/{ref}/disable`. Published even when nothing changes. */
  async disable(ref: string): Promise<RuleRow> {
    const row = this.silently.update(ref, { enabled: false });
    await this.#announcer.disabled(row);
    return row;
  }

  /** `DELETE /api/v1/rules/{ref}`. Not published, except in the native form. */
  async delete(ref: string): Promise<RuleRow> {
    const row = this.silently.delete(ref);
    await this.#announcer.deleted(row);
    return row;
  }
}
