import { Cache } from "../collections/lru.ts";
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

/** A rule that has a timer, and parameters that may not say what its author thinks. */
export interface Doubts {
  readonly kind: string;
  readonly warnings: readonly string[];
}

/** How many there are of each kind. */
export type KindCounts = Record<string, number>;

/** The same is often odd with many rules: so many are kept once. */
const MOST_SHARED = 1024;

/** Counts the timers by their kind, and keeps what is odd with rules, and why some have no timer. */
export class Census {
  readonly timers: KindCounts = none();
  readonly refused: KindCounts = none();
  readonly warned: KindCounts = none();
  readonly #refusals = new Map<RuleId, Refusal>();
  readonly #doubts = new Map<RuleId, Doubts>();
  readonly #shared = new Cache<string, Doubts>(MOST_SHARED);

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

  /** A rule has a timer, though something is odd with its parameters. */
  warn(ruleId: RuleId, kind: string, warnings: readonly string[]): void {
    this.forget(ruleId);
    const key = `${kind} ${warnings.join("\n")}`;
    this.#doubts.set(ruleId, this.#shared.get(key, () => ({ kind, warnings })));
    add(this.warned, kind, 1);
  }

  /** Nothing is wrong or odd with a rule, or it shall have no timer, or it is no more. */
  forget(ruleId: RuleId): void {
    const refusal = this.#refusals.get(ruleId);
    if (refusal !== undefined) add(this.refused, refusal.kind ?? "unknown", -1);
    this.#refusals.delete(ruleId);
    const doubts = this.#doubts.get(ruleId);
    if (doubts !== undefined) add(this.warned, doubts.kind, -1);
    this.#doubts.delete(ruleId);
  }

  /** The rules that were refused, in no order that means anything. */
  refusals(): Iterable<readonly [RuleId, Refusal]> {
    return this.#refusals;
  }

  /** The rules whose parameters are odd, in no order that means anything. */
  doubts(): Iterable<readonly [RuleId, Doubts]> {
    return this.#doubts;
  }

  /** What is odd with the parameters of a rule that has a timer. */
  warningsOf(ruleId: RuleId): readonly string[] {
    return this.#doubts.get(ruleId)?.warnings ?? [];
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
