import type { TriggerParams } from "../../src/domain/rule.ts";

/** A rule as the API's stub has it. */
export interface BenchRule {
  readonly id: number;
  readonly params: TriggerParams;
  readonly createdAt: number;
  readonly changes: number;
}

/** The ref of the rule of an id. */
export function ruleRef(id: number): string {
  return `bench.rule${id}`;
}
