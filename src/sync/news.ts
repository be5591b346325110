import type { Rule, RuleChange, RuleId } from "../domain/rule.ts";
import type { Oddity } from "./rule_source.ts";
import type { Timer } from "../schedule/timer.ts";

/** What is odd about a list; `miscounted`: it does not have as many rules as it says, however often it is read. */
export type ListOddity = Oddity | "miscounted";

/** Why a timer was stopped. */
export type StopReason =
  | "disabled"
  | "deleted"
  | "maybe gone"
  | "refused"
  | "not allowed by the token"
  | "moved to another trigger";

/** What became of the rules. Instants are epoch milliseconds. */
export type RuleNews =
  | {
    readonly kind: "timer_started";
    readonly rule: Rule;
    readonly timer: Timer;
    readonly nextAt: number | null;
    /** It took the place of a timer that ran. */
    readonly isChange: boolean;
    /** It had no occurrence left when its rule was made. */
    readonly wasPast: boolean;
  }
  | {
    readonly kind: "timer_stopped";
    readonly ruleId: RuleId;
    readonly ruleRef: string;
    readonly reason: StopReason;
  }
  | { readonly kind: "rule_refused"; readonly rule: Rule; readonly problems: readonly string[] }
  /** The token does not cover the rule's trigger. */
  | { readonly kind: "rule_not_allowed"; readonly rule: Rule }
  | { readonly kind: "rule_warned"; readonly rule: Rule; readonly warnings: readonly string[] }
  /** The platform no longer has the rule. */
  | { readonly kind: "rule_gone"; readonly ruleId: RuleId };

/** How staying in step with the platform goes. */
export type SyncNews =
  | { readonly kind: "snapshot_taken"; readonly rules: number; readonly elapsedMs: number }
  | { readonly kind: "snapshot_failed"; readonly error: unknown; readonly retryMs: number }
  /** A snapshot met a trigger that the platform does not have. */
  | { readonly kind: "trigger_not_installed"; readonly triggerRef: string }
  | {
    readonly kind: "rule_unreadable";
    readonly triggerRef: string;
    readonly id: RuleId | null;
    readonly reason: string;
  }
  /** A trigger's list of rules is not to be relied on; what is missing of it is read one by one. */
  | {
    readonly kind: "rule_list_odd";
    readonly triggerRef: string;
    readonly oddity: ListOddity;
    /** The rules found in it. */
    readonly found: number;
    /** How many it says that there are; `null` where it does not say. */
    readonly told: number | null;
  }
  /** A message was taken at its word, because the API could not be asked. */
  | { readonly kind: "change_unconfirmed"; readonly change: RuleChange; readonly error: unknown };
