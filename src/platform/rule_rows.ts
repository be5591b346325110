import * as z from "zod";
import { problemText } from "../ground/error_text.ts";
import { type Rule, RuleId, TriggerParams } from "../domain/rule.ts";
import { Instant } from "../ground/instant.ts";
import type { RulePage } from "../sync/rule_source.ts";
import type { Page } from "./paging.ts";

// Two changes of a row can share a millisecond, hence the platform's own resolution.
const Microseconds = z.iso.datetime({ offset: true }).transform((text) => {
  const [, microseconds = ""] = /\.\d{3}(\d{1,3})/.exec(text) ?? [];
  return Date.parse(text) * 1000 + Number(microseconds.padEnd(3, "0"));
});

const Row = z.object({
  id: RuleId,
  ref: z.string().min(1),
  trigger_ref: z.string().min(1),
  trigger_params: TriggerParams,
  enabled: z.boolean(),
  created: Instant,
  updated: Microseconds,
  // Only where a rule is shown alone. A rule outlives its trigger with this nulled (contract 2.4).
  trigger: z.int().nullish(),
});
const List = z.object({
  items: z.array(z.unknown()),
  pagination: z.object({ total_items: z.int().min(0), total_pages: z.int().min(0) }),
});
const Single = z.object({ data: z.unknown() });
/** As much of an unreadable row as can be read. */
const Identity = z.object({
  id: RuleId.nullable().catch(null),
  ref: z.string().nullable().catch(null),
}).catch({ id: null, ref: null });

/** Reads a list of rules (contract 2.4). A row that cannot be read loses only itself. */
export function pageFromAnswer(answer: unknown): Omit<RulePage, "readAt"> & Page {
  const { items, pagination } = List.parse(answer);
  const rules: Rule[] = [];
  const unreadable: { id: RuleId | null; reason: string }[] = [];
  for (const row of items) {
    try {
      rules.push(ruleFromRow(row));
    } catch (error) {
      const { id, ref } = Identity.parse(row);
      const reason = problemText(error);
      unreadable.push({ id, reason: ref === null ? reason : `${ref}: ${reason}` });
    }
  }
  return {
    rules,
    unreadable,
    totalItems: pagination.total_items,
    totalPages: pagination.total_pages,
    isEmpty: items.length === 0,
  };
}

/** Reads a rule shown alone: the one of this ref. Throws a `ZodError`, or a `TypeError` for another one. */
export function ruleFromAnswer(answer: unknown, ref: string): Rule {
  const rule = ruleFromRow(Single.parse(answer).data);
  if (rule.ref === ref) return rule;
  throw new TypeError(`ref: Invalid input: expected '${ref}', received '${rule.ref}'`);
}

/** Reads a rule as the API shows it, in a list or alone (contract 2.4). Throws a `ZodError`. */
export function ruleFromRow(row: unknown): Rule {
  const { id, ref, trigger, trigger_ref, trigger_params, enabled, created, updated } = Row.parse(
    row,
  );
  return {
    id,
    ref,
    triggerRef: trigger_ref,
    params: trigger_params,
    enabled: enabled && trigger !== null,
    createdAt: created,
    version: updated,
  };
}
