import { rfc3339 } from "../ground/instant.ts";
import type { RuleId } from "../domain/rule.ts";
import { adviceOn } from "../schedule/advice.ts";
import { describe } from "../schedule/describe.ts";
import { jitterOf } from "../schedule/jitter.ts";
import type { Compiled } from "../schedule/kinds.ts";
import type { Timer } from "../schedule/timer.ts";

export const DEFAULT_TRIGGER = "core.timer";
export const DEFAULT_COUNT = 5;
export const MAX_COUNT = 1000;

/** Which occurrences are asked for. */
export interface PreviewRequest {
  /** Those strictly after it, in epoch milliseconds. */
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

/** Tells what a compiled rule would do, without a platform and without effect. Never throws. */
export function preview(compiled: Compiled, request: PreviewRequest): Preview | Refused {
  if (!compiled.ok) return compiled;
  const { timer, warnings } = compiled;
  const { after, count, ruleId } = request;
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

/**
 * A preview for programs: one line of JSON, without a line feed. `line` is that of the rule where several
 * were asked about.
 */
export function previewJson(previewed: Preview | Refused, line?: number): string {
  if (!previewed.ok) return JSON.stringify({ error: previewed.problems.join("; "), line });
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
