import * as z from "zod";

/** A rule's database id. It is the rule's identity: a rule deleted and made again has another id. */
export const RuleId = z.int().positive().brand<"RuleId">();
export type RuleId = z.infer<typeof RuleId>;

/** Whether a number is one that {@link RuleId} takes: at a fraction of its cost. */
export function isRuleId(value: number): value is RuleId {
  return Number.isSafeInteger(value) && value > 0;
}

/** `trigger_params` as somebody wrote them: unchecked until a schedule is compiled from them. */
export type TriggerParams = Readonly<Record<string, unknown>>;

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

// Not by Temporal, which takes eight times as long: a snapshot may have a million rows.
const Instant = z.iso.datetime({ offset: true });
const Milliseconds = Instant.transform(Date.parse);
// Two changes of a row can share a millisecond, hence the platform's own resolution.
const Microseconds = Instant.transform((text) => {
  const [, microseconds = ""] = /\.\d{3}(\d{1,3})/.exec(text) ?? [];
  return Date.parse(text) * 1000 + Number(microseconds.padEnd(3, "0"));
});
// Not copied, as a `z.record` would be: of a large message that takes longer than all the rest.
const Params = z.custom<TriggerParams>(
  (value) => typeof value === "object" && value !== null && !Array.isArray(value),
  "Invalid input: expected object",
);
/**
 * What others send is asked about by its ref, so that it has to be fit for a path: not long, of whole
 * characters, and not a step up. The platform's own are narrower still (contract 2.4).
 */
const Ref = z.string().regex(/^(?!\.\.?$)[^\p{Cc}\p{Cs}]{1,255}$/u, "Invalid ref");

const Row = z.object({
  id: RuleId,
  ref: z.string().min(1),
  trigger_ref: z.string().min(1),
  trigger_params: Params,
  enabled: z.boolean(),
  created: Milliseconds,
  updated: Microseconds,
  // Only where a rule is shown alone. A rule outlives its trigger with this nulled (contract 2.4).
  trigger: z.int().nullish(),
});

/** Reads a rule as the API shows it, in a list or alone (contract 2.4). Throws a `ZodError`. */
export function ruleFromRow(row: unknown): Rule {
  const { id, ref, trigger, trigger_ref, trigger_params, enabled, created, updated } = Row.parse(
    row,
  );
  return {
    id,
    ref,
    triggerRef: trigger_ref,
    params: trigger_params,
    enabled: enabled && trigger !== null,
    createdAt: created,
    version: updated,
  };
}

const KINDS = {
  RuleCreated: "created",
  RuleEnabled: "enabled",
  RuleDisabled: "disabled",
  RuleDeleted: "deleted",
  RuleUpdated: "updated",
} as const;
const MessageKind = z.enum([
  "RuleCreated",
  "RuleEnabled",
  "RuleDisabled",
  "RuleDeleted",
  "RuleUpdated",
]);

const Envelope = z.object({
  message_type: MessageKind,
  timestamp: Milliseconds.optional(),
  payload: z.object({
    rule_id: RuleId,
    rule_ref: Ref.nullish(),
    trigger_ref: Ref,
    trigger_params: Params.nullish(),
    enabled: z.boolean().optional(),
  }),
});

const Native = z.object({
  event_type: MessageKind,
  rule_id: RuleId,
  rule_ref: Ref.nullish(),
  trigger_type: Ref.optional(),
  trigger_ref: Ref.optional(),
  trigger_params: Params.nullish(),
  enabled: z.boolean().optional(),
  timestamp: Milliseconds.optional(),
}).transform(({ event_type, timestamp, trigger_type, ...rest }, context) => {
  const trigger = rest.trigger_ref ?? trigger_type;
  if (trigger === undefined) {
    context.addIssue({ code: "custom", path: ["trigger_type"], message: "expected a trigger" });
    return z.NEVER;
  }
  return { message_type: event_type, timestamp, payload: { ...rest, trigger_ref: trigger } };
});

/**
 * Reads a lifecycle message: the platform's envelope (contract 3.2) or the native form, told apart by
 * `event_type`. Throws a `ZodError`.
 */
export function changeFromMessage(message: unknown): RuleChange {
  const isNative = typeof message === "object" && message !== null && "event_type" in message;
  const { message_type, timestamp, payload } = isNative
    ? Native.parse(message)
    : Envelope.parse(message);
  const kind = KINDS[message_type];
  return {
    kind,
    ruleId: payload.rule_id,
    ruleRef: payload.rule_ref ?? null,
    triggerRef: payload.trigger_ref,
    params: payload.trigger_params ?? null,
    enabled: payload.enabled ?? (kind !== "disabled" && kind !== "deleted"),
    sentAt: timestamp ?? null,
  };
}
