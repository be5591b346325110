import type { Rule, RuleId } from "../domain/rule.ts";

/** One page of a trigger's rules. */
export interface RulePage {
  readonly rules: readonly Rule[];
  /** Rows that could not be read; `id` where that much could be. */
  readonly unreadable: readonly { readonly id: RuleId | null; readonly reason: string }[];
  /** The rules of the trigger in all, as the API counts them. */
  readonly totalItems: number;
  /** When the read of it began, as `begin` told. */
  readonly readAt: number;
}

/** Where the truth about the rules is read. Every error it throws means "not now". */
export interface RuleSource {
  /**
   * All rules of a trigger page by page, in any order; nothing at all where it is not installed. Each page
   * bears what `begin` told when its request was sent.
   */
  rulePages(
    triggerRef: string,
    begin: () => number,
    signal: AbortSignal,
  ): AsyncIterable<RulePage>;
  /** The rule of a ref, or `null`. */
  rule(ref: string, signal: AbortSignal): Promise<Rule | null>;
}
