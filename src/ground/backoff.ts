import type { Chance } from "./chance.ts";

/** The pause before the next attempt, in milliseconds; `attempt` counts the failures so far, from 1. */
export type Backoff = (attempt: number) => number;

/**
 * Exponential backoff with full jitter: anything between 0 and `baseMs * 2^(attempt-1)`, at most `capMs`,
 * so that many clients which failed together do not return together.
 */
export function fullJitter(
  baseMs: number,
  capMs: number,
  chance: Chance,
): Backoff {
  return (attempt) => chance.random() * Math.min(capMs, baseMs * 2 ** (attempt - 1));
}
