import type { Rule } from "../domain/rule.ts";
import type { RuleBook } from "./rule_book.ts";
import type { UnreadableRow } from "./rule_source.ts";

/** The known rule that a row is of which cannot be read; `null` where none is found. */
export function knownRule(row: UnreadableRow, triggerRef: string, book: RuleBook): Rule | null {
  const id = row.id ?? (row.ref === null ? undefined : book.idOf(row.ref));
  const ref = row.ref ?? (row.id === null ? undefined : book.refOf(row.id));
  if (id === undefined || ref === undefined) return null;
  const createdAt = book.createdAtOf(id) ?? 0;
  const unreadable = row.reason;
  return { id, ref, triggerRef, params: {}, enabled: true, createdAt, version: null, unreadable };
}
