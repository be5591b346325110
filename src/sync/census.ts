import type { Rule, RuleId } from "../domain/rule.ts";
import { kindOf, KINDS } from "../schedule/kinds.ts";

/** A rule that has no timer because it cannot have one. */
export interface Refusal {
  readonly ruleRef: string;
  readonly triggerRef: string;
  /** `null` where it is not clear what it was meant to be. */
  readonly kind: string | null;
  readonly problems: readonly string[];
}

/** How many there are of each kind. */
export type KindCounts = Record<string, number>;

/** Counts the timers by their kind, and keeps what became of the rules that have none. */
export class Census {
  readonly timers: KindCounts = none();
  readonly refused: KindCounts = none();
  readonly #refusals = new Map<RuleId, Refusal>();

  /** A timer was started, in the place of one that ran or not. */
  started(kind: string, before: string | undefined): void {
    this.stopped(before);
    add(this.timers, kind, 1);
  }

  /** A timer was stopped, if there was one. */
  stopped(kind: string | undefined): void {
    if (kind !== undefined) add(this.timers, kind, -1);
  }

  /** A rule cannot have a timer. */
  refuse(rule: Rule, problems: readonly string[]): void {
    this.forget(rule.id);
    const kind = kindOf(rule.triggerRef, rule.params);
    const { ref: ruleRef, triggerRef } = rule;
    this.#refusals.set(rule.id, { ruleRef, triggerRef, kind, problems });
    add(this.refused, kind ?? "unknown", 1);
  }

  /** A rule has a timer, or shall have none, or is no more. */
  forget(ruleId: RuleId): void {
    const refusal = this.#refusals.get(ruleId);
    if (refusal === undefined) return;
    this.#refusals.delete(ruleId);
    add(this.refused, refusal.kind ?? "unknown", -1);
  }

  /** The rules that were refused, in no order that means anything. */
  refusals(): Iterable<readonly [RuleId, Refusal]> {
    return this.#refusals;
  }

  /** Why a rule has no timer, if it was refused. */
  refusalOf(ruleId: RuleId): Refusal | undefined {
    return this.#refusals.get(ruleId);
  }
}

function none(): KindCounts {
  return Object.fromEntries([...KINDS, "unknown"].map((kind) => [kind, 0]));
}

function add(counts: KindCounts, kind: string, count: number): void {
  counts[kind] = (counts[kind] ?? 0) + count;
}
