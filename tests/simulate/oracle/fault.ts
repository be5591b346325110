/** An instant that a rule names, in epoch milliseconds. */
export interface Occurrence {
  readonly ruleId: number;
  readonly scheduledAt: number;
}

/** Something that README does not allow. */
export interface Fault {
  readonly what: string;
  readonly text: string;
  /** True time at which it shows, where there is one. */
  readonly at: number | null;
  /** The occurrence that it befell, where it is one. */
  readonly occurrence: Occurrence | null;
}

/** What can be wrong with an occurrence. */
export type FaultKind =
  /** It had to come, and neither came nor was stood for, and nothing excuses that. */
  | "lost"
  /** Fired before its instant. */
  | "early"
  /** Fired later than somebody who ran could have. */
  | "late"
  /** Fired though it was missed, and older than the window or of a rule that skips those. */
  | "overdue"
  /** Its name is another's. */
  | "misnamed"
  /** No schedule of its rule names it. */
  | "stray"
  /** Fired for a schedule that the sensor had read to be over. */
  | "stale"
  /** It came again, and no lost answer and no hard end explains it. */
  | "doubled"
  /** It came first after a later one of its rule. */
  | "disordered"
  /** It is counted as missed, and was not, or came itself. */
  | "overcounted"
  /** Its `execution_count` is not the next of its process. */
  | "miscounted";

/** A fault of an occurrence. */
export function faultOf(
  what: FaultKind,
  { ruleId, scheduledAt }: Occurrence,
  at: number | null,
): Fault {
  return { what, text: nameOf(ruleId, scheduledAt), at, occurrence: { ruleId, scheduledAt } };
}

/** The name of an occurrence, as README has it. */
export function nameOf(ruleId: number, scheduledAt: number): string {
  return `rule_${ruleId}@${new Date(scheduledAt).toISOString()}`;
}
