import * as z from "zod";
import { Ref, type RuleChange, RuleId, TriggerParams } from "../domain/rule.ts";
import { Instant } from "../ground/instant.ts";

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
  timestamp: Instant.optional(),
  payload: z.object({
    rule_id: RuleId,
    rule_ref: Ref.nullish(),
    trigger_ref: Ref,
    trigger_params: TriggerParams.nullish(),
    enabled: z.boolean().optional(),
  }),
});

const Native = z.object({
  event_type: MessageKind,
  rule_id: RuleId,
  rule_ref: Ref.nullish(),
  trigger_type: Ref.optional(),
  trigger_ref: Ref.optional(),
  trigger_params: TriggerParams.nullish(),
  enabled: z.boolean().optional(),
  timestamp: Instant.optional(),
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
