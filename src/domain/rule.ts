import * as z from "zod";

/** A rule's database id. It is the rule's identity: a rule deleted and made again has another id. */
export const RuleId = z.int().positive().brand<"RuleId">();
export type RuleId = z.infer<typeof RuleId>;

/** Whether a number is one that {@link RuleId} takes: at a fraction of its cost. */
export function isRuleId(value: number): value is RuleId {
  return Number.isSafeInteger(value) && value > 0;
}

// Not copied, as a `z.record` would be: of a large message that takes longer than all the rest.
/** Any object: unchecked until a schedule is compiled from it. */
export const TriggerParams = z.custom<Readonly<Record<string, unknown>>>(
  (value) => typeof value === "object" && value !== null && !Array.isArray(value),
  "Invalid input: expected object",
);
/** `trigger_params` as somebody wrote them. */
export type TriggerParams = z.infer<typeof TriggerParams>;

/** What the platform holds of a rule (contract 2.4), as far as a timer sensor needs it. */
export interface Rule {
  readonly id: RuleId;
  /** Lower case, exactly one dot; never changes during the life of an id. */
  readonly ref: string;
  readonly triggerRef: string;
  readonly params: TriggerParams;
  readonly enabled: boolean;
  /** Epoch milliseconds; the anchor of intervals. */
  readonly createdAt: number;
  /** `updated` in microseconds: grows with every change of the row. `null`: known from a message only. */
  readonly version: number | null;
}

/** A hint that a rule changed, from a lifecycle message (contract 3.3). The API has the truth. */
export interface RuleChange {
  readonly kind: "created" | "enabled" | "disabled" | "deleted" | "updated";
  readonly ruleId: RuleId;
  /** Messages of the native form may leave it out. */
  readonly ruleRef: string | null;
  readonly triggerRef: string;
  readonly params: TriggerParams | null;
  /** Whether the rule is on after this change. */
  readonly enabled: boolean;
  /** Epoch milliseconds at which the message was made, where it says so. */
  readonly sentAt: number | null;
}
