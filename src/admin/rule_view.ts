import { rfc3339 } from "../ground/instant.ts";
import type { RuleId } from "../domain/rule.ts";
import { describe } from "../schedule/describe.ts";
import type { Doubts, Refusal } from "../sync/census.ts";
import type { RuleBook } from "../sync/rule_book.ts";
import type { TimerManager } from "../timers/timer_manager.ts";
import type { TimerView } from "../timers/timer_table.ts";
import type { History, Tally } from "./history.ts";
import { shortened } from "./shortened.ts";
import type { TimerSort, TimerState } from "./timer_query.ts";

/** The rules as they are looked at. */
export interface RuleViews {
  /** The ids and refs of all rules known. */
  rules(): Iterable<readonly [RuleId, string]>;
  refOf(ruleId: RuleId): string | undefined;
  /** Whether the platform is known to have a rule. */
  has(ruleId: RuleId): boolean;
  view(ruleId: RuleId): TimerView | undefined;
  /** Those that fire next, in order. */
  upcoming(limit: number): readonly TimerView[];
  /** What is odd with the parameters of a rule. */
  warningsOf(ruleId: RuleId): readonly string[];
  /** All with odd parameters. */
  doubts(): Iterable<readonly [RuleId, Doubts]>;
  refusalOf(ruleId: RuleId): Refusal | undefined;
  /** All that were refused. */
  refusals(): Iterable<readonly [RuleId, Refusal]>;
  tallyOf(ruleId: RuleId): Tally | undefined;
}

/** The rules of a book, with what became of their occurrences. */
export function viewsOf(
  { book, timers }: {
    readonly book: Pick<RuleBook, "rules" | "refOf" | "has" | "census">;
    readonly timers: Pick<TimerManager, "view" | "upcoming">;
  },
  history: History,
): RuleViews {
  return {
    rules: () => book.rules(),
    refOf: (ruleId) => book.refOf(ruleId),
    has: (ruleId) => book.has(ruleId),
    view: (ruleId) => timers.view(ruleId),
    upcoming: (limit) => timers.upcoming(limit),
    warningsOf: (ruleId) => book.census.warningsOf(ruleId),
    doubts: () => book.census.doubts(),
    refusalOf: (ruleId) => book.census.refusalOf(ruleId),
    refusals: () => book.census.refusals(),
    tallyOf: (ruleId) => history.of(ruleId),
  };
}

/** One rule, gathered from where it is known. */
export interface RuleView {
  readonly id: RuleId;
  readonly ref: string;
  readonly isKnown: boolean;
  readonly timer: TimerView | undefined;
  readonly warnings: readonly string[];
  readonly refusal: Refusal | undefined;
}

/** Gathers one rule. */
export function viewOf(views: RuleViews, id: RuleId, ref: string): RuleView {
  const timer = views.view(id);
  const refusal = timer === undefined ? views.refusalOf(id) : undefined;
  return { id, ref, isKnown: views.has(id), timer, warnings: views.warningsOf(id), refusal };
}

/** Whether a rule fires, and if not why. */
export function stateOf({ timer, refusal, isKnown }: RuleView): TimerState {
  if (timer !== undefined) return timer.nextAt === null ? "ended" : "active";
  if (!isKnown) return "in_doubt";
  return refusal === undefined ? "off" : "refused";
}

/** The kind of a rule; `null` where it has no timer and was refused none. */
export function kindOf({ timer, refusal }: RuleView): string | null {
  if (refusal !== undefined) return refusal.kind ?? "unknown";
  return timer?.entry.timer.kind ?? null;
}

/** The trigger of a rule, where it is known. */
export function triggerOf({ timer, refusal }: RuleView): string | null {
  return timer?.entry.timer.traits.triggerRef ?? refusal?.triggerRef ?? null;
}

/** What a rule is ordered by; `null` where it has no such thing. */
export function keyOf(
  { id, ref, timer }: RuleView,
  sort: TimerSort,
  tally: () => Tally | undefined,
): number | string | null {
  switch (sort) {
    case "id":
      return id;
    case "ref":
      return ref;
    case "next":
      return timer?.nextAt ?? null;
    case "last":
      return timer?.lastAt ?? null;
    case "fires":
      return timer?.count ?? null;
    case "lateness":
      return tally()?.latenessMs ?? null;
    case "failed":
      return tally()?.failed ?? null;
    default:
      return sort satisfies never;
  }
}

/** A rule as it is told. */
export function toJson(view: RuleView, tally: Tally | undefined): Record<string, unknown> {
  const { id, ref, timer, warnings, refusal } = view;
  return {
    rule_id: id,
    rule_ref: shortened(ref),
    trigger_ref: triggerOf(view),
    kind: kindOf(view),
    state: stateOf(view),
    schedule: timer === undefined ? null : describe(timer.entry.timer),
    next_at: instant(timer?.nextAt),
    last_at: instant(timer?.lastAt),
    fires: timer?.count ?? 0,
    delivered: tally?.delivered ?? 0,
    failed: tally?.failed ?? 0,
    lateness_ms: tally?.latenessMs ?? null,
    last_error: tally?.error ? { at: rfc3339(tally.error.at), reason: tally.error.reason } : null,
    ...(warnings.length === 0 ? {} : { warnings }),
    ...(refusal === undefined ? {} : { problems: refusal.problems }),
  };
}

function instant(at: number | null | undefined): string | null {
  return at === null || at === undefined ? null : rfc3339(at);
}
