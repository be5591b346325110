import { rfc3339 } from "../ground/instant.ts";
import type { RuleId, TriggerParams } from "../domain/rule.ts";
import { adviceOn } from "../schedule/advice.ts";
import { describe } from "../schedule/describe.ts";
import { jitterOf } from "../schedule/jitter.ts";
import { compile } from "../schedule/kinds.ts";
import type { Timer } from "../schedule/timer.ts";

export const DEFAULT_TRIGGER = "core.timer";
export const DEFAULT_COUNT = 5;
export const MAX_COUNT = 1000;

/** A rule as far as its occurrences depend on it. Instants are epoch milliseconds. */
export interface PreviewRequest {
  readonly triggerRef: string;
  readonly params: TriggerParams;
  /** The instant from which intervals count. */
  readonly createdAt: number;
  /** Occurrences are those strictly after it. */
  readonly after: number;
  readonly count: number;
  /** Decides on the jitter; `null` to leave that open. */
  readonly ruleId: RuleId | null;
}

/** What a rule would do. Instants are epoch milliseconds. */
export interface Preview {
  readonly ok: true;
  readonly timer: Timer;
  readonly description: string;
  readonly warnings: readonly string[];
  /** The instants that the schedule names: fewer than asked for where it ends. */
  readonly occurrences: readonly number[];
  /** The same put off by the jitter; `null` without a jitter or without a rule id. */
  readonly firesAt: readonly number[] | null;
}

/** What is wrong with a rule, as the log of a running sensor has it. */
export interface Refused {
  readonly ok: false;
  readonly problems: readonly string[];
}

/** Tells what a rule would do, without a platform and without effect. Never throws. */
export function preview(request: PreviewRequest): Preview | Refused {
  const { triggerRef, params, createdAt, after, count, ruleId } = request;
  const compiled = compile(triggerRef, params, createdAt);
  if (!compiled.ok) return compiled;
  const { timer, warnings } = compiled;
  const occurrences = occurrencesOf(timer, after, count);
  return {
    ok: true,
    timer,
    description: describe(timer),
    warnings: [...warnings, ...adviceOn(timer, after)],
    occurrences,
    firesAt: ruleId === null || timer.traits.jitterMs === 0
      ? null
      : putOff(timer, ruleId, occurrences),
  };
}

/** A preview for programs: one line of JSON, without a line feed. */
export function previewJson(previewed: Preview | Refused): string {
  if (!previewed.ok) return JSON.stringify({ error: previewed.problems.join("; ") });
  const { occurrences, firesAt, description, warnings } = previewed;
  return JSON.stringify({
    occurrences: occurrences.map(rfc3339),
    ...firesAt === null ? {} : { fires_at: firesAt.map(rfc3339) },
    description,
    warnings,
  });
}

function occurrencesOf(timer: Timer, after: number, count: number): number[] {
  const found: number[] = [];
  for (let at = timer.next(after); at !== null && found.length < count; at = timer.next(at)) {
    found.push(at);
  }
  return found;
}

function putOff(timer: Timer, ruleId: RuleId, occurrences: readonly number[]): number[] {
  const { jitterMs } = timer.traits;
  return occurrences.map((scheduledAt, index) => {
    const nextAt = occurrences[index + 1] ?? timer.next(scheduledAt);
    return scheduledAt + jitterOf({ ruleId, scheduledAt, nextAt, jitterMs });
  });
}
