import type { LocalSchedule } from "./local_time.ts";
import type { RecurrenceRule } from "./rrule_rule.ts";
import type { Schedule, Traits } from "./schedule.ts";

/** A rule's schedule with what its events say about it. */
export type Timer = IntervalTimer | CronTimer | DateTimeTimer | RRuleTimer;

/** What a timer is made of, for those who put it into words. Instants are epoch milliseconds. */
export interface TimerParts {
  /** The rule's `start_at` and `end_at`, `null` for none. */
  readonly startAt: number | null;
  readonly endAt: number | null;
  /** Its schedule without bounds and exceptions, where it goes by the clock on the wall. */
  readonly local: LocalSchedule | null;
  /** Nothing happens before this instant; -Infinity where there is none. */
  readonly firstAt: number;
  /** Whether there are bounds or exceptions. */
  readonly isRestricted: boolean;
}

interface AnyTimer<Kind extends string> extends Schedule {
  readonly kind: Kind;
  readonly traits: Traits;
  readonly parts: TimerParts;
  /** Two timers with the same key have the same occurrences, and make the same events of them. */
  readonly key: string;
}

export interface IntervalTimer extends AnyTimer<"interval"> {
  readonly intervalSeconds: number;
  /** Where it counts from; of one by the clock on the wall as if that stood in UTC. */
  readonly anchorAt: number;
}

export interface CronTimer extends AnyTimer<"cron"> {
  readonly expression: string;
  readonly timezone: string;
  /** Whether a day has to match both day fields. */
  readonly needsBothDays: boolean;
}

export interface DateTimeTimer extends AnyTimer<"date_time"> {
  /** As the rule has it. */
  readonly fireAt: string;
  readonly timezone: string;
  /** The same in epoch milliseconds. */
  readonly at: number;
}

export interface RRuleTimer extends AnyTimer<"rrule"> {
  readonly rule: RecurrenceRule;
  /** Instants at which it does not fire, in epoch milliseconds and in order. */
  readonly exDates: readonly number[];
}

/** The kinds of timers. */
export type Kind = Timer["kind"];

/** Every one of them. */
export const KINDS: readonly Kind[] = ["interval", "cron", "date_time", "rrule"];
