import type { Rule, RuleId } from "../domain/rule.ts";

/** A row of which it cannot be read what it is of: `id` and `ref` as far as they can. */
export interface UnreadableRow {
  readonly id: RuleId | null;
  readonly ref: string | null;
  readonly reason: string;
}

/** What was odd about a list: a page came twice, or there was no end of them. It was read no further. */
export type Oddity = "repeated" | "endless";

/** One page of a trigger's rules. */
export interface RulePage {
  /** Those included that cannot be read but named. */
  readonly rules: readonly Rule[];
  readonly unreadable: readonly UnreadableRow[];
  /** The rules of the trigger in all, as the API counts them; `null` where it does not say. */
  readonly totalItems: number | null;
  readonly oddity: Oddity | null;
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
  /** The rule of a ref, or `null` where there is none. */
  rule(ref: string, signal: AbortSignal): Promise<Rule | UnreadableRow | null>;
}
