import { nearest } from "../ground/nearest.ts";
import { TriggerParams } from "../domain/rule.ts";
import { TIMER_TRIGGERS } from "../schedule/kinds.ts";
import { instantFromText } from "../schedule/instant.ts";
import { refusal } from "../schedule/refusal.ts";

/** A rule as somebody has it in hand. */
export interface GivenRule {
  readonly is: "rule";
  /** `null`: as whoever asks says. */
  readonly triggerRef: string | null;
  readonly params: TriggerParams;
  /** When the rule was made, in epoch milliseconds, where it says so. */
  readonly createdAt: number | null;
  /** What was filled in so that there is something to show. */
  readonly remarks: readonly string[];
}

/** What stands where a rule is looked for, one after the other. */
export type Given =
  & {
    /** From 1, where its text begins. */
    readonly line: number;
    /** What it is called there, `null` for nothing. */
    readonly name: string | null;
  }
  & (
    | GivenRule
    | { readonly is: "no timer"; readonly triggerRef: string }
    | { readonly is: "unreadable"; readonly problem: string }
  );

/** Where a file or an answer of the platform keeps several rules, if not as a list. */
const LISTS = ["rules", "data"];

/** Members that hold a rule's parameters, as the platform and its documents have it. */
const PARAMS = ["trigger_params", "trigger_config", "parameters"];
const TRIGGERS = ["trigger_ref", "trigger"];
const NAMES = ["ref", "rule_ref", "name", "label"];
/** What tells a rule from its parameters. */
const MARKS = ["trigger_params", ...TRIGGERS];

/**
 * Reads a rule from an object: that of a pack's YAML, a row of the platform, a line of a batch, or nothing
 * but its parameters.
 */
export function givenFrom(value: unknown, line: number): Given {
  const object = TriggerParams.safeParse(value);
  if (!object.success) return unreadable("trigger_params", value, { line, name: null });
  const members = object.data;
  if (!MARKS.some((member) => member in members)) {
    return { line, name: null, ...ruleOf(members) };
  }
  const about = { line, name: textAmong(members, NAMES) };
  const { trigger } = members;
  const nested = TriggerParams.safeParse(trigger);
  const triggerRef = nested.success
    ? textAmong(nested.data, ["ref", "type"])
    : textAmong(members, TRIGGERS);
  if (triggerRef !== null && !isOfTimers(triggerRef)) {
    return { ...about, is: "no timer", triggerRef };
  }
  const holder = nested.success ? { ...members, ...nested.data } : members;
  const place = PARAMS.find((member) => member in holder) ?? "trigger_params";
  const params = TriggerParams.safeParse(holder[place] ?? {});
  if (!params.success) return unreadable(place, holder[place], about);
  return { ...about, ...ruleOf(params.data), triggerRef, createdAt: createdOf(members) };
}

function unreadable(
  member: string,
  value: unknown,
  about: { readonly line: number; readonly name: string | null },
): Given {
  return { ...about, is: "unreadable", problem: refusal(member, value, "a JSON object") };
}

/** The first of some members that has a text. */
function textAmong(members: TriggerParams, names: readonly string[]): string | null {
  const text = names.map((name) => members[name]).find((it) => typeof it === "string");
  return typeof text === "string" ? text : null;
}

/** The rules that a value lists, by itself or in its member with this index; `null` where it lists none. */
export function listIn(
  value: unknown,
): { readonly items: readonly unknown[]; readonly index: number | null } | null {
  if (Array.isArray(value)) return { items: value, index: null };
  const object = TriggerParams.safeParse(value);
  if (!object.success) return null;
  const member = LISTS.find((it) => Array.isArray(object.data[it])) ?? "";
  const items = object.data[member];
  return Array.isArray(items) ? { items, index: Object.keys(object.data).indexOf(member) } : null;
}

/** A rule that is nothing but its parameters, as far as nothing else is said. */
export function ruleOf(params: TriggerParams): GivenRule {
  return { is: "rule", triggerRef: null, params, createdAt: null, remarks: [] };
}

/** Whether rules of a trigger are timers, or meant to be: a slip of the finger is to be told. */
function isOfTimers(triggerRef: string): boolean {
  return TIMER_TRIGGERS.has(triggerRef) || nearest(triggerRef, TIMER_TRIGGERS) !== null;
}

function createdOf({ created }: TriggerParams): number | null {
  return typeof created === "string" ? instantFromText(created) : null;
}
