/** What every kind of timer offers: its instants, as a pure function. */
export interface Schedule {
  /**
   * The first occurrence strictly later than `after`, or `null` when there is none. Both are epoch
   * milliseconds. Depends on nothing but the parameters: not on the present, not on earlier calls.
   */
  next(after: number): number | null;
}

/** A rule's schedule with what its events say about it. `type` is the word the event's payload uses. */
export type Timer = IntervalTimer | CronTimer | DateTimeTimer;

export interface IntervalTimer extends Schedule {
  readonly kind: "interval";
  readonly type: string;
  readonly intervalSeconds: number;
}

export interface CronTimer extends Schedule {
  readonly kind: "cron";
  readonly type: string;
  readonly expression: string;
  readonly timezone: string;
}

export interface DateTimeTimer extends Schedule {
  readonly kind: "date_time";
  readonly type: string;
  /** As the rule has it. */
  readonly fireAt: string;
  readonly timezone: string;
}

/** What became of a rule's parameters. A refusal has one problem a member, each fit for the log. */
export type Compiled =
  | { readonly ok: true; readonly timer: Timer; readonly warnings: readonly string[] }
  | { readonly ok: false; readonly problems: readonly string[] };
