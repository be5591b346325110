import type { RecurrenceRule } from "./rrule_rule.ts";

/** What every kind of timer offers: its instants, as a pure function. */
export interface Schedule {
  /**
   * The first occurrence strictly later than `after`, or `null` when there is none. Both are epoch
   * milliseconds. Depends on nothing but the parameters: not on the present, not on earlier calls.
   */
  next(after: number): number | null;
}

/** What becomes of occurrences that nobody fired in time: the newest fires, each does, none does. */
export type OnMissed = "latest" | "all" | "skip";

/** What a rule says of any kind of timer: one object for all that say the same. */
export interface Traits {
  readonly triggerRef: string;
  /** The word that its events' payload uses for the kind. */
  readonly type: string;
  readonly onMissed: OnMissed;
  /** The most that an occurrence may be put off, in milliseconds; 0 for not at all. See jitter.ts. */
  readonly jitterMs: number;
}

/** A rule's schedule with what its events say about it. */
export type Timer = IntervalTimer | CronTimer | DateTimeTimer | RRuleTimer;

export interface IntervalTimer extends Schedule {
  readonly kind: "interval";
  readonly traits: Traits;
  readonly intervalSeconds: number;
}

export interface CronTimer extends Schedule {
  readonly kind: "cron";
  readonly traits: Traits;
  readonly expression: string;
  readonly timezone: string;
}

export interface DateTimeTimer extends Schedule {
  readonly kind: "date_time";
  readonly traits: Traits;
  /** As the rule has it. */
  readonly fireAt: string;
  readonly timezone: string;
}

export interface RRuleTimer extends Schedule {
  readonly kind: "rrule";
  readonly traits: Traits;
  readonly rule: RecurrenceRule;
  /** Instants at which it does not fire, in epoch milliseconds and in order. */
  readonly exDates: readonly number[];
}

/** The kinds of timers. */
export type Kind = Timer["kind"];

/** Every one of them. */
export const KINDS: readonly Kind[] = ["interval", "cron", "date_time", "rrule"];
