import { counted } from "../words/counted.ts";
import { messageOf } from "../ground/error_text.ts";
import type { ApiClient } from "../platform/api_client.ts";
import { ApiError } from "../platform/api_error.ts";
import type { Rule, RuleId } from "../domain/rule.ts";
import { KINDS, TIMER_TRIGGERS } from "../schedule/kinds.ts";
import { ownsRule, type Shard } from "../domain/shard.ts";
import { decide } from "../sync/decide.ts";
import {
  examined,
  type Finding,
  fine,
  type PartReport,
  problem,
  skipped,
  warning,
} from "./report.ts";

/** The most refused rules, and rules with warnings, that are told one by one. */
const MOST_TOLD = 100;

/** Whose rules are read. */
export interface RulesScope {
  readonly shard: Shard;
  /** The triggers that the token covers; `null` for all. */
  readonly allowed: readonly string[] | null;
}

/** A rule that gets no timer. */
interface RefusedRule {
  readonly id: RuleId | null;
  readonly ref: string | null;
  readonly trigger: string;
  readonly problems: readonly string[];
}

/** A rule that gets a timer, but may not say what its author thinks. */
interface WarnedRule {
  readonly id: RuleId;
  readonly ref: string;
  readonly trigger: string;
  readonly warnings: readonly string[];
}

/** What was read of the rules. */
export interface RulesRead {
  readonly triggers: readonly string[];
  /** Rules that get a timer. */
  readonly timers: ReadonlyMap<string, number>;
  readonly disabled: number;
  /** In all; the first of them are in `warned`. */
  readonly warnedCount: number;
  readonly warned: readonly WarnedRule[];
  /** In all; the first of them are in `refused`. */
  readonly refusedCount: number;
  readonly refused: readonly RefusedRule[];
  /** Why the reading ended early. */
  readonly failure: { readonly status: number | null; readonly message: string } | null;
}

/** Reads all rules of the timer triggers, and finds out which would get a timer. */
export async function readRules(
  api: ApiClient,
  scope: RulesScope,
  signal: AbortSignal,
): Promise<RulesRead> {
  const tally = new Tally(scope);
  try {
    for (const trigger of TIMER_TRIGGERS) {
      for await (const { rules, unreadable } of api.rulePages(trigger, () => 0, signal)) {
        tally.triggers.add(trigger);
        for (const rule of rules) tally.take(rule);
        for (const { id, ref, reason } of unreadable) {
          tally.refuse({ id, ref, trigger, problems: [`it cannot be read: ${reason}`] });
        }
      }
    }
    return tally.result(null);
  } catch (error) {
    const status = error instanceof ApiError ? error.status : null;
    return tally.result({ status, message: messageOf(error) });
  }
}

/** What is to be said of the rules. */
export function rulesReport(read: RulesRead): PartReport {
  const { failure } = read;
  if (failure !== null) {
    if (failure.status === 401 || failure.status === 403) {
      return skipped("rules", "Not looked at: the API refuses the token");
    }
    const fix = "Look at the API's log: the sensor needs GET /api/v1/triggers/…/rules";
    return examined("rules", [problem(`Failed to read the rules: ${failure.message}`, fix)]);
  }
  return examined("rules", [summary(read), ...refusals(read), ...oddities(read)]);
}

class Tally {
  readonly triggers = new Set<string>();
  readonly #scope: RulesScope;
  readonly #allowed: ReadonlySet<string> | null;
  readonly #timers = new Map<string, number>();
  readonly #warned: WarnedRule[] = [];
  readonly #refused: RefusedRule[] = [];
  #disabled = 0;
  #warnedCount = 0;
  #refusedCount = 0;

  constructor(scope: RulesScope) {
    this.#scope = scope;
    this.#allowed = scope.allowed === null ? null : new Set(scope.allowed);
  }

  take(rule: Rule): void {
    const { id, ref, triggerRef: trigger } = rule;
    if (!ownsRule(this.#scope.shard, id)) return;
    const decision = decide(rule, this.#allowed);
    switch (decision.kind) {
      case "off":
        this.#disabled++;
        return;
      case "not allowed":
      case "refused":
        return this.refuse({ id, ref, trigger, problems: decision.problems });
      case "timer": {
        const { kind } = decision.timer;
        this.#timers.set(kind, (this.#timers.get(kind) ?? 0) + 1);
        return this.#warn({ id, ref, trigger, warnings: decision.warnings });
      }
      default:
        decision satisfies never;
    }
  }

  refuse(rule: RefusedRule): void {
    if (rule.id !== null && !ownsRule(this.#scope.shard, rule.id)) return;
    this.#refusedCount++;
    if (this.#refused.length < MOST_TOLD) this.#refused.push(rule);
  }

  #warn(rule: WarnedRule): void {
    if (rule.warnings.length === 0) return;
    this.#warnedCount++;
    if (this.#warned.length < MOST_TOLD) this.#warned.push(rule);
  }

  result(failure: RulesRead["failure"]): RulesRead {
    return {
      triggers: [...this.triggers],
      timers: this.#timers,
      disabled: this.#disabled,
      warnedCount: this.#warnedCount,
      warned: this.#warned,
      refusedCount: this.#refusedCount,
      refused: this.#refused,
      failure,
    };
  }
}

function summary({ triggers, timers, disabled, warnedCount, refusedCount }: RulesRead): Finding {
  const facts = {
    triggers,
    timers: Object.fromEntries(timers),
    disabled,
    warned: warnedCount,
    refused: refusedCount,
  };
  if (triggers.length === 0) {
    const fix = "Install the platform's core pack: no timer trigger is there";
    return problem("None of the timer triggers is installed on the platform", fix, facts);
  }
  const total = timers.values().reduce((sum, count) => sum + count, 0);
  const kinds = KINDS.flatMap((kind) => timers.has(kind) ? [`${timers.get(kind)} ${kind}`] : [])
    .join(", ");
  const text = `${counted(total, "rule")} with a timer${kinds === "" ? "" : ` (${kinds})`}, ` +
    `${disabled} disabled, ${refusedCount} refused`;
  return fine(text, facts);
}

function refusals({ refused, refusedCount }: RulesRead): Finding[] {
  const fix = "Correct the rule's trigger_params, or disable the rule; preview tries them out";
  const told = refused.map(({ id, ref, trigger, problems }) => {
    const name = id === null ? `A rule of ${trigger}` : `Rule ${id} (${ref ?? trigger})`;
    const facts = { rule_id: id, rule_ref: ref, trigger_ref: trigger, problems };
    return problem(`${name}: ${problems.join("; ")}`, fix, facts);
  });
  const more = refusedCount - refused.length;
  if (more === 0) return told;
  const text = `${more} more refused`;
  return [...told, warning(text, "Look at /timers?state=refused of a sensor that runs")];
}

function oddities({ warned, warnedCount }: RulesRead): Finding[] {
  const fix =
    "See with preview whether the rule does what is meant, and correct its trigger_params";
  const told = warned.map(({ id, ref, trigger, warnings }) => {
    const facts = { rule_id: id, rule_ref: ref, trigger_ref: trigger, warnings };
    return warning(`Rule ${id} (${ref}): ${warnings.join("; ")}`, fix, facts);
  });
  const more = warnedCount - warned.length;
  if (more === 0) return told;
  const where = "Look at /timers?warned=true of a sensor that runs";
  return [...told, warning(`${more} more rules with warnings`, where)];
}
