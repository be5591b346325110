/** An occurrence that a schedule names. Instants are epoch milliseconds. */
export interface Occurrence {
  readonly ruleId: number;
  readonly scheduledAt: number;
  /** The same, put off by the jitter: not to be fired before. */
  readonly dueAt: number;
  /** Whether it has to come; else it may. */
  readonly mustCome: boolean;
  /** Whether a later one may stand for it, once it is late: `on_missed` is `latest`. */
  readonly mayBeStoodFor: boolean;
}

/** An event that the platform stored, as far as it tells of an occurrence. */
export interface Arrival {
  readonly ruleId: number;
  readonly scheduledAt: number;
  /** By the sensor's clock. */
  readonly firedAt: number;
  /** By the platform's clock. */
  readonly receivedAt: number;
  readonly occurrenceId: string;
  /** How many occurrences before it this event stands for. */
  readonly missedCount: number;
}

/** What explains that an occurrence was stored twice; nothing else does. By the platform's clock. */
export type Disturbance =
  /** The sensor was killed; what it had seen to since then may not have been recorded yet. */
  | { readonly kind: "crash"; readonly since: number; readonly at: number }
  /** Events were stored whose answers did not reach the sensor. */
  | { readonly kind: "answers lost"; readonly from: number; readonly until: number };

/** What a verdict is found from. */
export interface Evidence {
  readonly occurrences: readonly Occurrence[];
  /** In the order in which they were stored. */
  readonly arrivals: readonly Arrival[];
  readonly disturbances: readonly Disturbance[];
  /** Whether the sensor went by a clock of its own: the platform's then says nothing about its instants. */
  readonly hasOwnClock: boolean;
}

/** The name of an occurrence: what its `occurrence_id` is to be. */
export function nameOf(
  { ruleId, scheduledAt }: { readonly ruleId: number; readonly scheduledAt: number },
): string {
  return `rule_${ruleId}@${new Date(scheduledAt).toISOString()}`;
}
