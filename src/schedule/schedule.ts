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
  /** The same for all that say the same, and for no others. */
  readonly key: string;
  readonly triggerRef: string;
  /** The word that its events' payload uses for the kind. */
  readonly type: string;
  readonly onMissed: OnMissed;
  /** The most that an occurrence may be put off, in milliseconds; 0 for not at all. See jitter.ts. */
  readonly jitterMs: number;
}
