/** Quick attempts before an event is put into the outbox. */
const ATTEMPTS = 3;
/** Attempts for an event of the outbox while others get through. */
const OUTBOX_ATTEMPTS = 10;
/** A server that asks for a longer pause than this is taken to be down. */
const LONGEST_RETRY_AFTER_MS = 60_000;

/** One event that failed again while the circuit was closed. */
export interface Failure {
  /** Of this event in a row, this one included. */
  readonly failures: number;
  /** Whether any event got through since the first of them. */
  readonly othersPass: boolean;
  readonly retryAfterMs: number | null;
  /** Whether it is an event of the outbox. */
  readonly isParcel: boolean;
}

/**
 * `retry` it after a pause; take the platform to be `down`; take this event out of the way (`park`), for
 * others get through; or `give up` on it, for it was in the outbox already.
 */
export type Verdict = "retry" | "down" | "park" | "give up";

/** Decides what becomes of an event that failed. */
export function judge({ failures, othersPass, retryAfterMs, isParcel }: Failure): Verdict {
  if ((retryAfterMs ?? 0) > LONGEST_RETRY_AFTER_MS) return "down";
  if (failures < ATTEMPTS) return "retry";
  if (!othersPass) return "down";
  if (!isParcel) return "park";
  return failures < OUTBOX_ATTEMPTS ? "retry" : "give up";
}
