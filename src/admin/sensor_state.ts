import type { KindCounts } from "../sync/census.ts";

/** Which part an instance plays: alone, or one of several of which one fires. */
export type Role = "single" | "leader" | "standby";

/** What is to be delivered. */
export interface Backlog {
  /** Events that wait in memory, those in flight included. */
  readonly waiting: number;
  /** Events in the outbox, as far as this process knows. */
  readonly parked: number;
  /** When the first of those in memory fell due, in epoch milliseconds, or Infinity. */
  readonly earliestDueAt: number;
}

/** How many timers there are, rules with odd parameters among them, and rules that were refused one. */
export interface Counted {
  readonly timers: Readonly<KindCounts>;
  readonly warned: Readonly<KindCounts>;
  readonly refused: Readonly<KindCounts>;
}

/** The sensor as it is looked at. Everything is asked for anew each time, and answered at once. */
export interface SensorState {
  readonly role: Role;
  /** Asked to stop. */
  readonly isStopping: boolean;
  /** Whether occurrences that fall due are handed out by this instance now. */
  readonly isFiring: boolean;
  /** Everything that fell due up to this instant was handed out, in epoch milliseconds. */
  readonly handedOutTo: number;
  /** Rules with a timer. */
  readonly timers: number;
  readonly census: Counted;
  /** `null` where another instance delivers, or none yet. */
  readonly backlog: Backlog | null;
  /** How late the event loop was when last looked at, in milliseconds. */
  readonly lagMs: number;
  /** The greatest lag of the last minute, in milliseconds. */
  readonly maxLagMs: number;
  /** What is left of the token's life; `null` where it does not say. */
  readonly tokenSecondsToExpiry: number | null;
}
