import type { RuleId } from "../domain/rule.ts";
import type { Timer } from "../schedule/timer.ts";

/** One occurrence that fell due. Instants are epoch milliseconds. */
export interface Fire {
  readonly ruleId: RuleId;
  readonly ruleRef: string;
  readonly timer: Timer;
  /** The instant the schedule names. */
  readonly scheduledAt: number;
  /** The same, put off by the jitter. */
  readonly dueAt: number;
  /** When the first occurrence fell due that this one stands for: earlier than `dueAt` where some were missed. */
  readonly coversFrom: number;
  /** The instant it was handed out. */
  readonly firedAt: number;
  /** The next instant the schedule names, if there is one. */
  readonly nextAt: number | null;
  /** Which fire of the rule this is, from 1. */
  readonly executionCount: number;
  /** Occurrences that this one stands for beside itself. */
  readonly missedCount: number;
}
