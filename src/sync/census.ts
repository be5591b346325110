import type { Rule, RuleId } from "../domain/rule.ts";
import { kindOf } from "../schedule/mod.ts";
import type { Kind } from "../schedule/timer.ts";

/** A rule that has no timer because it cannot have one. */
export interface Refusal {
  readonly ruleRef: string;
  readonly triggerRef: string;
  /** `null` where it is not clear what it was meant to be. */
  readonly kind: Kind | null;
  readonly problems: readonly string[];
}

/** How many there are of each kind. */
export type KindCounts = Record<Kind | "unknown", number>;

/** Counts the timers by their kind, and keeps what became of the rules that have none. */
export class Census {
  readonly timers: KindCounts = none();
  readonly refused: KindCounts = none();
  readonly #refusals = new Map<RuleId, Refusal>();

  /** A timer was started, in the place of one that ran or not. */
  started(kind: Kind, before: Kind | undefined): void {
    this.stopped(before);
    this.timers[kind]++;
  }

  /** A timer was stopped, if there was one. */
  stopped(kind: Kind | undefined): void {
    if (kind !== undefined) this.timers[kind]--;
  }

  /** A rule cannot have a timer. */
  refuse(rule: Rule, problems: readonly string[]): void {
    this.forget(rule.id);
    const kind = kindOf(rule.triggerRef, rule.params);
    const { ref: ruleRef, triggerRef } = rule;
    this.#refusals.set(rule.id, { ruleRef, triggerRef, kind, problems });
    this.refused[kind ?? "unknown"]++;
  }

  /** A rule has a timer, or shall have none, or is no more. */
  forget(ruleId: RuleId): void {
    const refusal = this.#refusals.get(ruleId);
    if (refusal === undefined) return;
    this.#refusals.delete(ruleId);
    this.refused[refusal.kind ?? "unknown"]--;
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
  return { interval: 0, cron: 0, date_time: 0, rrule: 0, unknown: 0 };
}
