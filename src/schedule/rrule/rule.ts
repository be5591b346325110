/** How often a rule recurs, from the shortest period to the longest (RFC 5545 3.3.10). */
export const FREQUENCIES = [
  "SECONDLY",
  "MINUTELY",
  "HOURLY",
  "DAILY",
  "WEEKLY",
  "MONTHLY",
  "YEARLY",
] as const;
export type Frequency = typeof FREQUENCIES[number];

/** The days of the week as RFC 5545 spells them; their places are those of `Date.getUTCDay`. */
export const WEEKDAYS = ["SU", "MO", "TU", "WE", "TH", "FR", "SA"] as const;

/** "MO", or with an ordinal "2MO" and "-1MO": the second and the last Monday of the month or year. */
export interface RuleDay {
  /** From 0, Sunday. */
  readonly weekday: number;
  /** `null` for each of them. */
  readonly ordinal: number | null;
}

/**
 * A recurrence rule (RFC 5545 3.3.10), whichever way it was written. Lists have their values once, in
 * order; an empty one restricts nothing. What the rule leaves to DTSTART is not filled in.
 */
export interface RecurrenceRule {
  /** Epoch milliseconds, whole seconds. */
  readonly dtstart: number;
  /** By whose clocks the rule is read: an IANA name. */
  readonly timezone: string;
  readonly freq: Frequency;
  readonly interval: number;
  /** Occurrences from `dtstart` on; `null` for no end. */
  readonly count: number | null;
  /** The last instant that can be one, in epoch milliseconds; `null` for no end. */
  readonly until: number | null;
  readonly byMonth: readonly number[];
  readonly byWeekNo: readonly number[];
  readonly byYearDay: readonly number[];
  readonly byMonthDay: readonly number[];
  readonly byDay: readonly RuleDay[];
  readonly byHour: readonly number[];
  readonly byMinute: readonly number[];
  readonly bySecond: readonly number[];
  readonly bySetPos: readonly number[];
  /** The day that weeks begin with, from 0, Sunday; 1 unless the rule says otherwise. */
  readonly weekStart: number;
}

/** Instants beside a rule, in epoch milliseconds and in order. */
export interface RuleDates {
  /** At which nothing occurs. */
  readonly exDates: readonly number[];
  /** At which something occurs as well. */
  readonly rDates: readonly number[];
}

/** What is allowed where a rule says something else, in the message. */
export class RuleError extends Error {
  override name = "RuleError";
  /** The member that says it, in a rule written as members. */
  readonly member: string;

  constructor(member: string, allowed: string) {
    super(allowed);
    this.member = member;
  }
}
