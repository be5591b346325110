import type { RuleId } from "../domain/rule.ts";
import { firstDueAfter } from "../schedule/jitter.ts";
import type { Timer } from "../schedule/timer.ts";
import { ON_TIME_MS } from "./misfire.ts";

/** What decides where a rule begins. Instants are epoch milliseconds. */
export interface Beginning {
  readonly ruleId: RuleId;
  readonly timer: Timer;
  readonly createdAt: number;
  readonly changedAt: number;
  /** The occurrence last handed out; -Infinity for none. */
  readonly lastAt: number;
  /** What fell due up to this instant has been seen to, by this process or by one before it. */
  readonly since: number;
  /** Of a change before this instant nobody knows whether it was one of the schedule. */
  readonly watchedSince: number;
}

/** The first occurrence of a rule that nobody has seen to, and that is of this schedule; `null` for none. */
export function firstOccurrence(beginning: Beginning): number | null {
  const { ruleId, timer, createdAt, changedAt, lastAt, since, watchedSince } = beginning;
  const first = (from: number, dueAfter: number) =>
    firstDueAfter(ruleId, timer, Math.max(earliestOf(timer, from), lastAt), dueAfter);
  if (changedAt <= since) return first(changedAt, since);
  // Nobody can have seen to a schedule before there was one.
  const ofChange = first(changedAt, -Infinity);
  if (changedAt > watchedSince || createdAt >= changedAt) return ofChange;
  // It may be the label that was changed: an occurrence too many is better than one too few.
  const ofCreation = first(createdAt, since);
  if (ofChange === null || ofCreation === null) return ofChange ?? ofCreation;
  return Math.min(ofChange, ofCreation);
}

/** Where the occurrences begin of a rule that was changed: a one-shot for the moment of writing is meant to fire. */
export function earliestOf({ isOnce }: Timer, changedAt: number): number {
  return isOnce ? changedAt - ON_TIME_MS : changedAt;
}
