import * as z from "zod";
import { problemText } from "../ground/error_text.ts";
import { Ref, type Rule, RuleId, TriggerParams } from "../domain/rule.ts";
import { Instant } from "../ground/instant.ts";
import type { UnreadableRow } from "../sync/rule_source.ts";
import { parseJson } from "./json.ts";
import type { Page, PageSpan } from "./paging.ts";

// Two changes of a row can share a millisecond, hence the platform's own resolution.
const Microseconds = z.iso.datetime({ offset: true }).transform((text) => {
  const [, microseconds = ""] = /\.\d{3}(\d{1,3})/.exec(text) ?? [];
  return Date.parse(text) * 1000 + Number(microseconds.padEnd(3, "0"));
});

const Row = z.object({
  id: RuleId,
  ref: Ref,
  trigger_ref: Ref,
  trigger_params: TriggerParams,
  enabled: z.boolean(),
  created: Instant,
  updated: Microseconds.nullable().catch(null),
  // Only where a rule is shown alone. A rule outlives its trigger with this nulled (contract 2.4).
  trigger: z.int().nullish(),
});
const List = z.object({
  items: z.array(z.unknown()),
  pagination: z.object({
    total_items: z.number(),
    total_pages: z.number(),
    has_next: z.boolean().catch(false),
  }),
});
const Single = z.object({ data: z.unknown() });
/** As much of an unreadable row as can be read. */
const Remains = z.object({
  id: RuleId.nullable().catch(null),
  ref: Ref.nullable().catch(null),
  trigger_ref: Ref.nullable().catch(null),
  enabled: z.boolean().catch(true),
}).catch({ id: null, ref: null, trigger_ref: null, enabled: true });

/** How deep rows lie in a list. */
export const LIST_DEPTH = 3;
/** How deep a rule lies that is shown alone. */
export const SINGLE_DEPTH = 2;
/** What is needed of a row. */
export const WANTED: ReadonlySet<string> = new Set(Object.keys(Row.shape));

/** A page as it was read, without when. */
export interface PageOfRows extends Page {
  readonly rules: readonly Rule[];
  readonly unreadable: readonly UnreadableRow[];
  /** The rules of the trigger in all, as the API counts them; `null` where the page was too long. */
  readonly totalItems: number | null;
}

/** Reads a list of rules of a trigger (contract 2.4). A row that cannot be read costs only itself. */
export function pageFromAnswer(
  answer: unknown,
  triggerRef: string,
  { number, size }: PageSpan,
): PageOfRows {
  const { items, pagination } = List.parse(answer);
  const { total_items: totalItems, total_pages, has_next } = pagination;
  const isMore = has_next ||
    (items.length >= size && totalItems < (number - 1) * size + items.length);
  return {
    ...sorted(items.map((row) => readRow(row, triggerRef))),
    totalItems,
    rows: items.length,
    firstId: Remains.parse(items[0]).id,
    lastPage: Math.max(total_pages, Math.ceil(totalItems / size), isMore ? number + 1 : number),
  };
}

/**
 * A page of one row that is too long to be read; `text` is as much of it as was kept. `null` where that does
 * not tell whose row it is: it need not be one.
 */
export function pageOfLongRow(
  text: string,
  triggerRef: string,
  { number }: PageSpan,
): PageOfRows | null {
  const row = longRow(text, triggerRef);
  if (row === null) return null;
  return { ...sorted([row]), totalItems: null, rows: 1, firstId: row.id, lastPage: number + 1 };
}

/** Reads a rule shown alone: the one of this ref. Throws a `ZodError`, or a `TypeError` for another one. */
export function ruleFromAnswer(answer: unknown, ref: string): Rule | UnreadableRow {
  const rule = readRow(Single.parse(answer).data, null);
  if (rule.ref === ref) return rule;
  throw new TypeError(`ref: Invalid input: expected '${ref}', received '${rule.ref}'`);
}

/** The rule of this ref that is too long to be read; `null` where `text` does not say that it is this one. */
export function longRule(text: string, ref: string): Rule | UnreadableRow | null {
  const rule = longRow(text, null);
  return rule?.ref === ref ? rule : null;
}

function sorted(all: readonly (Rule | UnreadableRow)[]): Pick<PageOfRows, "rules" | "unreadable"> {
  const rules: Rule[] = [];
  const unreadable: UnreadableRow[] = [];
  for (const row of all) {
    if ("params" in row) rules.push(row);
    else unreadable.push(row);
  }
  return { rules, unreadable };
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

/** As much of a rule as can be read; `listedBy` is the trigger whose rules are listed. */
function readRow(row: unknown, listedBy: string | null): Rule | UnreadableRow {
  try {
    return ruleFromRow(row);
  } catch (error) {
    return remainsOf(row, problemText(error), listedBy);
  }
}

function remainsOf(row: unknown, reason: string, listedBy: string | null): Rule | UnreadableRow {
  const { id, ref, trigger_ref, enabled } = Remains.parse(row);
  const triggerRef = trigger_ref ?? listedBy;
  if (id === null || ref === null || triggerRef === null) return { id, ref, reason };
  const rest = { params: {}, createdAt: 0, version: null };
  return { ...rest, id, ref, triggerRef, enabled, unreadable: reason };
}

// The platform names id and ref first.
const LONG_ID = /"id"\s*:\s*(\d+)/;
const LONG_REF = /"ref"\s*:\s*("(?:[^"\\]|\\.)*")/;

function longRow(text: string, listedBy: string | null): Rule | UnreadableRow | null {
  const id = Number(LONG_ID.exec(text)?.[1]);
  const ref = parseJson(LONG_REF.exec(text)?.[1] ?? "");
  const row = remainsOf({ id, ref }, "its row is too long", listedBy);
  return row.id === null || row.ref === null ? null : row;
}
