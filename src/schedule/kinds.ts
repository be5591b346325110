import type { TriggerParams } from "../domain/rule.ts";
import { cronKind } from "./cron/kind.ts";
import { dateTimeKind } from "./date_time/kind.ts";
import { Draft, MOST_JUDGED } from "./draft.ts";
import { intervalKind } from "./interval/kind.ts";
import { schemaOfAnyKind, schemaOfKind } from "./json_schema.ts";
import { canMean, kindMeantBy } from "./other_names.ts";
import type { JsonSchema } from "./params_form.ts";
import { anyOf, orElse, refusal } from "./refusal.ts";
import { rruleKind } from "./rrule/kind.ts";
import type { Timer } from "./timer.ts";
import type { TimerKind } from "./timer_kind.ts";
import { asMeant } from "./unset.ts";

/** What became of a rule's parameters. A refusal has one problem a member, each fit for the log. */
export type Compiled =
  | { readonly ok: true; readonly timer: Timer; readonly warnings: readonly string[] }
  | { readonly ok: false; readonly problems: readonly string[] };

/** The trigger whose rules name their kind. */
export const ANY_KIND = "core.timer";

/** Kinds of timers, and how rules become timers of them. */
export class TimerKinds {
  /** Their names. */
  readonly names: readonly string[];
  /** The triggers whose rules are timers. */
  readonly triggers: ReadonlySet<string>;
  readonly #byName: ReadonlyMap<string, TimerKind>;
  readonly #byTrigger: ReadonlyMap<string, TimerKind>;

  constructor(kinds: readonly TimerKind[]) {
    this.names = kinds.map(({ name }) => name);
    this.#byName = new Map(kinds.map((kind) => [kind.name, kind]));
    this.#byTrigger = new Map(kinds.map((kind) => [kind.trigger.ref, kind]));
    this.triggers = new Set([ANY_KIND, ...this.#byTrigger.keys()]);
  }

  /**
   * Makes a rule's timer from its trigger and parameters. `anchorAt` (epoch milliseconds) is the instant
   * from which intervals count. Never throws: whatever is wrong is told, all of it at once.
   */
  compile(triggerRef: string, params: TriggerParams, anchorAt: number): Compiled {
    const isAnyKind = triggerRef === ANY_KIND;
    const kind = this.#kindOf(triggerRef, params);
    if (kind === undefined) {
      return refuse(
        isAnyKind
          ? this.#typeRefusal(params["type"])
          : refusal("trigger_ref", triggerRef, anyOf([...this.triggers])),
      );
    }
    const type = isAnyKind ? kind.name : kind.trigger.type;
    const draft = new Draft(asMeant(params), { triggerRef, type, isAnyKind, anchorAt });
    const timer = kind.compile(draft);
    draft.judgeUnknown(kind.telltales);
    return timer === null || draft.problems.length > 0
      ? { ok: false, problems: draft.problems }
      : { ok: true, timer, warnings: draft.warnings };
  }

  /** The kind that a rule's timer is meant to be, whether it can be or not; `null` where that is not clear. */
  kindOf(triggerRef: string, params: TriggerParams): string | null {
    return this.#kindOf(triggerRef, params)?.name ?? null;
  }

  /** The parameters of a trigger's rules as JSON Schema; `null` of one that is no timer's. */
  schemaOf(triggerRef: string): JsonSchema | null {
    if (triggerRef === ANY_KIND) return schemaOfAnyKind(ANY_KIND, [...this.#byName.values()]);
    const kind = this.#byTrigger.get(triggerRef);
    return kind === undefined ? null : schemaOfKind(kind);
  }

  #kindOf(triggerRef: string, params: TriggerParams): TimerKind | undefined {
    if (triggerRef !== ANY_KIND) return this.#byTrigger.get(triggerRef);
    const { type } = params;
    if (type === undefined) return this.#kindByMembers(params);
    return typeof type === "string" ? this.#byName.get(type) : undefined;
  }

  #typeRefusal(type: unknown): string {
    const meant = typeof type === "string" ? kindMeantBy(type, this.names) : null;
    return refusal("type", type, orElse(anyOf(this.names), meant));
  }

  /** The kind that the members leave no doubt about, by their own names or else by other ones. */
  #kindByMembers(params: TriggerParams): TimerKind | undefined {
    const has = (telltales: readonly string[]) => telltales.some((member) => member in params);
    const members = Object.keys(params).slice(0, MOST_JUDGED);
    const mayHave = (telltales: readonly string[]) =>
      members.some((member) => canMean(member, telltales));
    return this.#onlyKind(has) ?? this.#onlyKind(mayHave);
  }

  #onlyKind(has: (telltales: readonly string[]) => boolean): TimerKind | undefined {
    const found = this.#byName.values().filter(({ telltales }) => has(telltales)).toArray();
    const outranked = new Set(found.flatMap(({ outranks }) => outranks));
    const [kind, ...others] = found.filter(({ name }) => !outranked.has(name));
    return others.length === 0 ? kind : undefined;
  }
}

const STANDARD = new TimerKinds([intervalKind, cronKind, dateTimeKind, rruleKind]);

/** The names of the kinds. */
export const KINDS: readonly string[] = STANDARD.names;

/** The triggers whose rules are timers. */
export const TIMER_TRIGGERS: ReadonlySet<string> = STANDARD.triggers;

/** As {@link TimerKinds.compile}, with the kinds that there are. */
export function compile(triggerRef: string, params: TriggerParams, anchorAt: number): Compiled {
  return STANDARD.compile(triggerRef, params, anchorAt);
}

/** As {@link TimerKinds.kindOf}, with the kinds that there are. */
export function kindOf(triggerRef: string, params: TriggerParams): string | null {
  return STANDARD.kindOf(triggerRef, params);
}

/** As {@link TimerKinds.schemaOf}, with the kinds that there are. */
export function schemaOf(triggerRef: string): JsonSchema | null {
  return STANDARD.schemaOf(triggerRef);
}

function refuse(problem: string): Compiled {
  return { ok: false, problems: [problem] };
}
