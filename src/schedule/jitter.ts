import { hashOfText } from "../collections/hash.ts";
import type { RuleId } from "../domain/rule.ts";
import type { Timer } from "./timer.ts";

/**
 * By how many milliseconds an occurrence is put off: anything from 0 to `jitterMs`, and less than the
 * time to the next occurrence. Always the same for a rule and an instant, so that whoever computes it
 * agrees, and spread evenly over rules and instants.
 */
export function jitterOf(occurrence: {
  readonly ruleId: RuleId;
  readonly scheduledAt: number;
  readonly nextAt: number | null;
  readonly jitterMs: number;
}): number {
  const { ruleId, scheduledAt, nextAt, jitterMs } = occurrence;
  const roomMs = nextAt === null ? jitterMs : Math.min(jitterMs, nextAt - scheduledAt - 1);
  if (roomMs <= 0) return 0;
  const fraction = hashOfText(`${ruleId}@${scheduledAt}`) / 2 ** 32;
  return Math.floor(fraction * (roomMs + 1));
}

/**
 * The first occurrence of a rule's timer that is later than `after` and, put off by its jitter, falls due
 * later than `dueAfter`; `null` when there is none. Epoch milliseconds.
 */
export function firstDueAfter(
  ruleId: RuleId,
  timer: Timer,
  after: number,
  dueAfter: number,
): number | null {
  const { jitterMs } = timer.traits;
  if (jitterMs === 0 || after >= dueAfter) return timer.next(Math.max(after, dueAfter));
  let at = firstNear(timer, Math.max(after, dueAfter - jitterMs - 1), dueAfter);
  while (at !== null && at <= dueAfter) {
    const nextAt = timer.next(at);
    if (at + jitterOf({ ruleId, scheduledAt: at, nextAt, jitterMs }) > dueAfter) return at;
    at = nextAt;
  }
  return at;
}

/**
 * The first occurrence after `start`; where there are several up to `end`, one a little before it. Of those
 * only the last can still be due, for none is put off beyond the next: the way back to it is found by
 * doubling, because schedules only go forward.
 */
function firstNear(timer: Timer, start: number, end: number): number | null {
  const first = timer.next(start);
  if (first === null || first > end || isLastUpTo(end, first, timer)) return first;
  for (let backMs = 1; end - backMs > first; backMs *= 2) {
    const at = timer.next(end - backMs);
    if (at !== null && at <= end) return at;
  }
  return first;
}

function isLastUpTo(end: number, at: number, timer: Timer): boolean {
  const next = timer.next(at);
  return next === null || next > end;
}
