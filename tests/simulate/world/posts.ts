/** An event that a process has sent, and what came of it so far. Instants are epoch milliseconds. */
export interface Post {
  /** The number of the process. */
  readonly process: number;
  /** True time. */
  readonly sentAt: number;
  readonly ruleId: number;
  readonly occurrenceId: string;
  readonly scheduledAt: number;
  readonly firedAt: number;
  readonly executionCount: number;
  readonly missedCount: number;
  /** Whether the process waits for the answer. */
  isUnderWay: boolean;
  /** True time at which the platform stored it; `null`: it did not. */
  storedAt: number | null;
  /** What was answered, whether or not that came through. */
  status: number | null;
  /** Stored without its rule, it ran the actions of others. */
  isOrphan: boolean;
  /** Whether the process has had the answer. */
  isAnswered: boolean;
}
