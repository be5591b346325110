import type { OnMissed } from "../schedule/schedule.ts";

/** Late by at most this much is on time. */
export const ON_TIME_MS = 10_000;
/** The most missed occurrences that `all` catches up for one rule: the newest. */
export const CATCH_UP_LIMIT = 100;

/** One occurrence that fell due. Instants are epoch milliseconds. */
export interface Due {
  /** When it was to be handed out: its instant, put off by the jitter. */
  readonly dueAt: number;
  /** The occurrence after it, if there is one. */
  readonly nextAt: number | null;
  readonly now: number;
  readonly onMissed: OnMissed;
  /** How old a missed occurrence may be to be caught up. */
  readonly catchUpWindowMs: number;
  /** Whether at least {@link CATCH_UP_LIMIT} later ones of the rule were missed as well. */
  readonly isCrowdedOut: boolean;
}

/**
 * `fire` it, `coalesce` it into a later one that was missed as well, or `drop` it (see
 * src/decisions/missed_occurrences.md).
 */
export type MisfireAction = "fire" | "coalesce" | "drop";

/** Decides on one occurrence; those of a rule are to be asked about in order. */
export function judge(due: Due): MisfireAction {
  const { now, nextAt } = due;
  if (now - due.dueAt <= ON_TIME_MS) return "fire";
  if (now - due.dueAt > due.catchUpWindowMs) return "drop";
  switch (due.onMissed) {
    case "skip":
      return "drop";
    case "all":
      return due.isCrowdedOut ? "drop" : "fire";
    case "latest":
      return nextAt !== null && now - nextAt > ON_TIME_MS ? "coalesce" : "fire";
    default:
      return due.onMissed satisfies never;
  }
}
