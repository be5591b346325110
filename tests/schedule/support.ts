import { assertEquals } from "@std/assert";
import type { TriggerParams } from "../../src/domain/rule.ts";
import { compile } from "../../src/schedule/kinds.ts";
import type { Timer } from "../../src/schedule/timer.ts";
import type { Schedule } from "../../src/schedule/schedule.ts";

/** Where intervals count from in these tests, unless told otherwise. */
export const ANCHOR = Date.UTC(2026, 0, 1);

/** The timer of a rule that is meant to be accepted. */
export function timerOf(
  params: TriggerParams,
  triggerRef = "core.timer",
  anchorAt = ANCHOR,
): Timer {
  const compiled = compile(triggerRef, params, anchorAt);
  if (!compiled.ok) throw new Error(compiled.problems.join("; "));
  return compiled.timer;
}

/** What is said of a rule that is meant to be refused. */
export function problemsOf(params: TriggerParams, triggerRef = "core.timer"): readonly string[] {
  const compiled = compile(triggerRef, params, ANCHOR);
  if (compiled.ok) throw new Error(`Accepted ${JSON.stringify(params)}`);
  return compiled.problems;
}

/** What is said of a rule that is meant to be accepted with a warning. */
export function warningsOf(params: TriggerParams, triggerRef = "core.timer"): readonly string[] {
  const compiled = compile(triggerRef, params, ANCHOR);
  if (!compiled.ok) throw new Error(compiled.problems.join("; "));
  return compiled.warnings;
}

/** The first `count` occurrences after an instant, or all if there are fewer, without milliseconds. */
export function firstOf(schedule: Schedule, after: string, count: number): string[] {
  const found: string[] = [];
  for (let at = schedule.next(Date.parse(after)); at !== null; at = schedule.next(at)) {
    found.push(textOf(at));
    if (found.length >= count) break;
  }
  return found;
}

/** All occurrences after `from` and not after `to`; both in epoch milliseconds. */
export function between(schedule: Schedule, from: number, to: number): number[] {
  const found: number[] = [];
  for (let at = schedule.next(from); at !== null && at <= to; at = schedule.next(at)) {
    found.push(at);
  }
  return found;
}

/** An instant as RFC 3339 has it, without milliseconds where there are none. */
export function textOf(at: number): string {
  return new Date(at).toISOString().replace(".000Z", "Z");
}

/** The instant of a local time in a zone, as RFC 3339 has it. */
export function utcOf(local: string, zone: string): string {
  return textOf(Temporal.PlainDateTime.from(local).toZonedDateTime(zone).epochMilliseconds);
}

/** Value of a member, how it is shown, what is allowed. */
export type RefusalRow = readonly [value: unknown, shown: string, allowed: string];

/** What is allowed, and what was meant by something else: `type`, where that is another kind of timer. */
export function meant(allowed: string, answer: unknown, type?: string): string {
  const where = type === undefined ? "" : `, of the type "${type}"`;
  return `${allowed}: did you mean ${JSON.stringify(answer)}${where}?`;
}

/** Checks that values of a member are refused, with this message and no other. */
export function checkRefusals(
  member: string,
  rest: TriggerParams,
  rows: readonly RefusalRow[],
): void {
  for (const [value, shown, allowed] of rows) {
    const state = value === undefined ? "missing" : `${shown} is not allowed`;
    const params = value === undefined ? rest : { ...rest, [member]: value };
    assertEquals(problemsOf(params), [`${member}: ${state}, expected ${allowed}`]);
  }
}
