import type { TriggerParams } from "../domain/rule.ts";
import { compileCron } from "./cron.ts";
import { compileDateTime } from "./date_time.ts";
import { Draft } from "./draft.ts";
import { compileInterval } from "./interval.ts";
import { anyOf, refusal } from "./refusal.ts";
import { compileRRule } from "./rrule.ts";
import { type Kind, KINDS, type Timer } from "./timer.ts";

/** What became of a rule's parameters. A refusal has one problem a member, each fit for the log. */
export type Compiled =
  | { readonly ok: true; readonly timer: Timer; readonly warnings: readonly string[] }
  | { readonly ok: false; readonly problems: readonly string[] };

/** The members that give the kind away where `type` is missing. */
const TELLTALES = new Map<string, Kind>([
  ["interval", "interval"],
  ["interval_seconds", "interval"],
  ["unit", "interval"],
  ["expression", "cron"],
  ["fire_at", "date_time"],
  ["rrule", "rrule"],
  ["rule", "rrule"],
  ["freq", "rrule"],
  ["dtstart", "rrule"],
]);

/** The trigger whose rules name their kind. */
export const ANY_KIND = "core.timer";

/** The platform's own triggers, each of one kind, with the `type` of their events (contract 4). */
const PLATFORM_TRIGGERS = new Map<string, { readonly kind: Kind; readonly type: string }>([
  ["core.intervaltimer", { kind: "interval", type: "interval" }],
  ["core.crontimer", { kind: "cron", type: "cron" }],
  ["core.datetimetimer", { kind: "date_time", type: "one_shot" }],
  ["core.rruletimer", { kind: "rrule", type: "rrule" }],
]);

/** The triggers whose rules are timers. */
export const TIMER_TRIGGERS: ReadonlySet<string> = new Set([
  ANY_KIND,
  ...PLATFORM_TRIGGERS.keys(),
]);

/**
 * Makes a rule's timer from its trigger and parameters. `anchorAt` (epoch milliseconds) is the instant
 * from which intervals count. Never throws: whatever is wrong is told, all of it at once.
 */
export function compile(triggerRef: string, params: TriggerParams, anchorAt: number): Compiled {
  if (triggerRef === ANY_KIND) return compileAnyKind(params, anchorAt);
  const trigger = PLATFORM_TRIGGERS.get(triggerRef);
  if (trigger !== undefined) {
    const { kind, type } = trigger;
    return compileKind(kind, new Draft(params, { triggerRef, type, isAnyKind: false, anchorAt }));
  }
  return refuse(refusal("trigger_ref", triggerRef, anyOf([...TIMER_TRIGGERS])));
}

/** The kind that a rule's timer is meant to be, whether it can be or not; `null` where that is not clear. */
export function kindOf(triggerRef: string, params: TriggerParams): Kind | null {
  const { type = kindFromMembers(params) } = params;
  const named = triggerRef === ANY_KIND ? type : PLATFORM_TRIGGERS.get(triggerRef)?.kind;
  return KINDS.find((kind) => kind === named) ?? null;
}

function compileAnyKind(params: TriggerParams, anchorAt: number): Compiled {
  const kind = kindOf(ANY_KIND, params);
  if (kind === null) return refuse(refusal("type", params["type"], anyOf(KINDS)));
  return compileKind(
    kind,
    new Draft(params, { triggerRef: ANY_KIND, type: kind, isAnyKind: true, anchorAt }),
  );
}

function compileKind(kind: Kind, draft: Draft): Compiled {
  const timer = timerOf(kind, draft);
  return timer === null || draft.problems.length > 0
    ? { ok: false, problems: draft.problems }
    : { ok: true, timer, warnings: draft.warnings };
}

function timerOf(kind: Kind, draft: Draft): Timer | null {
  switch (kind) {
    case "interval":
      return compileInterval(draft);
    case "cron":
      return compileCron(draft);
    case "date_time":
      return compileDateTime(draft);
    case "rrule":
      return compileRRule(draft);
  }
}

/** The kind that the members leave no doubt about. */
function kindFromMembers(params: TriggerParams): Kind | undefined {
  const kinds = new Set<Kind>();
  for (const member of Object.keys(params)) {
    const kind = TELLTALES.get(member);
    if (kind !== undefined) kinds.add(kind);
  }
  // An RRULE has an interval, too.
  if (kinds.has("rrule")) kinds.delete("interval");
  const [kind] = kinds;
  return kinds.size === 1 ? kind : undefined;
}

function refuse(problem: string): Compiled {
  return { ok: false, problems: [problem] };
}
