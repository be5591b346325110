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
]).nullable().catch(null);

const IdText = z.string().regex(/^\d{1,16}$/).transform(Number).pipe(RuleId);
const MaybeRef = Ref.nullable().catch(null);

/**
 * A message of either form, the platform's envelope (contract 3.2) with what is in its payload, or the flat
 * native one. It is a hint, of which nothing but the rule's name is needed: what is wrong with the rest
 * costs no more than itself.
 */
const Hint = z.object({
  message_type: MessageKind,
  event_type: MessageKind,
  timestamp: Instant.nullable().catch(null),
  rule_id: z.union([RuleId, IdText]).nullable().catch(null),
  rule_ref: MaybeRef,
  trigger_ref: MaybeRef,
  trigger_type: MaybeRef,
  trigger_params: TriggerParams.nullable().catch(null),
  enabled: z.boolean().nullable().catch(null),
});
const Message = z.looseObject({ payload: z.looseObject({}).catch({}) });
/** One of both will do; where neither can be read, this says why. */
const Named = z.object({ rule_id: RuleId, rule_ref: Ref });

/** Reads a lifecycle message. Throws a `ZodError` where it names no rule. */
export function changeFromMessage(message: unknown): RuleChange {
  const { payload, ...outside } = Message.parse(message);
  const written = { ...outside, ...payload };
  const hint = Hint.parse(written);
  if (hint.rule_id === null && hint.rule_ref === null) Named.parse(written);
  const type = hint.message_type ?? hint.event_type;
  const kind = type === null ? "updated" : KINDS[type];
  return {
    kind,
    ruleId: hint.rule_id,
    ruleRef: hint.rule_ref,
    triggerRef: hint.trigger_ref ?? hint.trigger_type,
    // What a message of an unknown kind means by them is anybody's guess.
    params: type === null ? null : hint.trigger_params,
    enabled: hint.enabled ?? (kind !== "disabled" && kind !== "deleted"),
    sentAt: hint.timestamp,
  };
}
