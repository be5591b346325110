import * as z from "zod";
import type { OutboundEvent } from "../domain/event.ts";
import { Instant, rfc3339 } from "../ground/instant.ts";
import { RuleId } from "../domain/rule.ts";
import type { Message, PublishOptions } from "./channel.ts";

/** What stands beside the body of an event in the outbox. */
const Headers = z.object({
  rule_id: RuleId,
  rule_ref: z.string().min(1),
  trigger_ref: z.string().min(1),
  occurrence_id: z.string().min(1),
  scheduled_at: Instant,
  due_at: Instant,
  parked_at: Instant,
  parked_by: z.string(),
});

/** An event as the outbox has it. `parkedBy` is the process that put it there. */
export interface ParkedEvent {
  readonly event: OutboundEvent;
  readonly parkedAt: number;
  readonly parkedBy: string;
}

/** The properties of an event's message; its content is the event's body as it stands. */
export function messageOptions({ event, parkedAt, parkedBy }: ParkedEvent): PublishOptions {
  return {
    contentType: "application/json",
    messageId: event.occurrenceId,
    timestamp: Math.floor(parkedAt / 1000),
    headers: {
      rule_id: event.ruleId,
      rule_ref: event.ruleRef,
      trigger_ref: event.triggerRef,
      occurrence_id: event.occurrenceId,
      scheduled_at: rfc3339(event.scheduledAt),
      due_at: rfc3339(event.dueAt),
      parked_at: rfc3339(parkedAt),
      parked_by: parkedBy,
    },
  };
}

/** Reads an event's message. Throws a `ZodError` or a `TypeError`. */
export function parkedEventFrom({ properties, content }: Message): ParkedEvent {
  const headers = Headers.parse(properties.headers);
  const body = new TextDecoder("utf-8", { fatal: true }).decode(content);
  return {
    event: {
      ruleId: headers.rule_id,
      ruleRef: headers.rule_ref,
      triggerRef: headers.trigger_ref,
      occurrenceId: headers.occurrence_id,
      scheduledAt: headers.scheduled_at,
      dueAt: headers.due_at,
      coversFrom: headers.due_at,
      body,
    },
    parkedAt: headers.parked_at,
    parkedBy: headers.parked_by,
  };
}
