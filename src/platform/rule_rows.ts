import * as z from "zod";
import { problemText } from "../problem_text.ts";
import { type Rule, ruleFromRow, RuleId } from "../rule.ts";
import type { RulePage } from "../sync/rule_source.ts";
import type { Page } from "./paging.ts";

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
export function pageFromAnswer(answer: unknown): RulePage & Page {
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

/** Reads a rule shown alone. Throws a `ZodError`. */
export function ruleFromAnswer(answer: unknown): Rule {
  return ruleFromRow(Single.parse(answer).data);
}
