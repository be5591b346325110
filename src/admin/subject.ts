/** Which part an instance plays: alone, or one of several of which one fires. */
export type Role = "single" | "leader" | "standby";

/** The sensor as it is looked at. Everything is asked for anew each time, and answered at once. */
export interface Subject {
  readonly role: Role;
  /** Asked to stop. */
  readonly isStopping: boolean;
  /** Whether occurrences that fall due are handed out by this instance now. */
  readonly isFiring: boolean;
  /** Everything that fell due up to this instant was handed out, in epoch milliseconds. */
  readonly handedOutTo: number;
  /** Rules with a timer. */
  readonly timers: number;
  /** How late the event loop was when last looked at, in milliseconds. */
  readonly lagMs: number;
}
