import { RuleId } from "../../src/domain/rule.ts";
import { jitterOf } from "../../src/schedule/jitter.ts";
import type { Timer } from "../../src/schedule/timer.ts";
import { ON_TIME_MS } from "../../src/timers/misfire.ts";
import type { Occurrence } from "./evidence.ts";

/** A stretch of time, in epoch milliseconds of the sensor's clock. */
export interface Span {
  readonly from: number;
  readonly until: number;
}

/** A rule with one schedule: while `must`, its occurrences have to come; while `may`, they may. */
export interface Phase {
  readonly ruleId: number;
  readonly timer: Timer;
  readonly must: Span;
  readonly may: Span;
}

/** How long after its start a sensor may need to begin with what it missed, or have been idle before its end. */
const SLACK_MS = 2000;

/** The occurrences of a phase. `gaps`: when no sensor was there to fire, or its clock passed over. */
export function occurrencesOf(phase: Phase, gaps: readonly Span[]): readonly Occurrence[] {
  const { timer, must, may } = phase;
  const ruleId = RuleId.parse(phase.ruleId);
  const { onMissed, jitterMs } = timer.traits;
  const found: Occurrence[] = [];
  let scheduledAt = timer.next(may.from - jitterMs - 1);
  while (scheduledAt !== null && scheduledAt <= may.until) {
    const nextAt = timer.next(scheduledAt);
    const dueAt = scheduledAt + jitterOf({ ruleId, scheduledAt, nextAt, jitterMs });
    const mustCome = scheduledAt > must.from && dueAt <= must.until &&
      !(onMissed === "skip" && gaps.some((gap) => mayBeSkipped(dueAt, gap)));
    if (dueAt > may.from) {
      found.push({ ruleId, scheduledAt, dueAt, mustCome, mayBeStoodFor: onMissed === "latest" });
    }
    scheduledAt = nextAt;
  }
  return found;
}

/** Whether an occurrence may have been too late for a rule that skips those. */
function mayBeSkipped(dueAt: number, { from, until }: Span): boolean {
  return dueAt > from - SLACK_MS && dueAt <= until && until + SLACK_MS - dueAt > ON_TIME_MS;
}
