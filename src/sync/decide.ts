import type { Rule } from "../domain/rule.ts";
import { compile } from "../schedule/kinds.ts";
import type { Timer } from "../schedule/timer.ts";

/** What a rule gets. */
export type Decision =
  | { readonly kind: "off" }
  /** The token does not cover its trigger. */
  | { readonly kind: "not allowed"; readonly problems: readonly string[] }
  /** Nothing can be made of its parameters. */
  | { readonly kind: "refused"; readonly problems: readonly string[] }
  | { readonly kind: "timer"; readonly timer: Timer; readonly warnings: readonly string[] };

/** Decides what a rule gets. `allowed`: the triggers that the token covers, `null` for all. */
export function decide(rule: Rule, allowed: ReadonlySet<string> | null): Decision {
  const { enabled, triggerRef, params, createdAt, unreadable } = rule;
  if (!enabled) return { kind: "off" };
  if (unreadable !== undefined) {
    return { kind: "refused", problems: [`it cannot be read: ${unreadable}`] };
  }
  if (allowed !== null && !allowed.has(triggerRef)) {
    const problems = [`the token does not cover trigger type '${triggerRef}'`];
    return { kind: "not allowed", problems };
  }
  const compiled = compile(triggerRef, params, createdAt);
  if (!compiled.ok) return { kind: "refused", problems: compiled.problems };
  return { kind: "timer", timer: compiled.timer, warnings: compiled.warnings };
}
