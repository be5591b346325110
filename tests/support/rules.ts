import { type Rule, RuleId, type TriggerParams } from "../../src/domain/rule.ts";
import { compile } from "../../src/schedule/kinds.ts";
import type { Timer } from "../../src/schedule/timer.ts";

/** 2025-01-01T00:00:00Z, where {@link FakeClock} begins. */
export const START = Date.UTC(2025, 0, 1);

/** A rule id of a plain number. */
export function ruleId(id: number): RuleId {
  return RuleId.parse(id);
}

/** A timer of `core.timer` parameters, anchored at {@link START}. */
export function timerOf(params: TriggerParams): Timer {
  const compiled = compile("core.timer", params, START);
  if (!compiled.ok) throw new Error(compiled.problems.join("; "));
  return compiled.timer;
}

/** A rule that fires every 10 s from {@link START}, unless told otherwise. */
export function ruleOf(id: number, parts: Partial<Omit<Rule, "id">> = {}): Rule {
  return {
    id: ruleId(id),
    ref: `test.rule${id}`,
    triggerRef: "core.timer",
    params: { type: "interval", interval: 10, unit: "seconds" },
    enabled: true,
    createdAt: START,
    version: START * 1000,
    ...parts,
  };
}

/** Whether two timers are one and the same to a rule. */
export function sameTimer(a: Timer, b: Timer): boolean {
  return a.key === b.key;
}
