import { Buffer } from "node:buffer";
import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  messageOptions,
  type ParkedEvent,
  parkedEventFrom,
} from "../../src/broker/outbox_message.ts";
import type { Message } from "../../src/broker/channel.ts";
import { problemText } from "../../src/ground/error_text.ts";
import { eventOf } from "../integration/store_watched.ts";
import { ruleId } from "../support/rules.ts";

const PARKED: ParkedEvent = {
  event: eventOf(1),
  parkedAt: Date.UTC(2025, 0, 2, 3, 4, 7, 999),
  parkedBy: "me",
};
const HEADERS = {
  rule_id: 7,
  rule_ref: "pack.rule_7",
  trigger_ref: "core.crontimer",
  occurrence_id: "rule_7@2025-01-02T03:04:06.678Z",
  scheduled_at: "2025-01-02T03:04:06.678Z",
  due_at: "2025-01-02T03:04:06.928Z",
  parked_at: "2025-01-02T03:04:07.999Z",
  parked_by: "me",
};

function messageOf(headers: Record<string, unknown> | undefined, content: Buffer): Message {
  return {
    fields: { deliveryTag: 1 },
    content,
    properties: { headers, correlationId: undefined, timestamp: undefined },
  };
}

Deno.test("An event's message names the event, and says when and by whom it was put there", () => {
  assertEquals(messageOptions(PARKED), {
    contentType: "application/json",
    messageId: "rule_7@2025-01-02T03:04:06.678Z",
    timestamp: Date.UTC(2025, 0, 2, 3, 4, 7) / 1000,
    headers: HEADERS,
  });
});

Deno.test("Any event comes out of its message as it went in", () => {
  const instant = fc.integer({ min: 0, max: Date.UTC(9999, 0) });
  const text = fc.string({ minLength: 1, unit: "grapheme" });
  const parked = fc.record<ParkedEvent>({
    event: fc.record({
      ruleId: fc.integer({ min: 1 }).map(ruleId),
      ruleRef: text,
      triggerRef: text,
      occurrenceId: text,
      scheduledAt: instant,
      dueAt: instant,
      body: fc.string({ unit: "grapheme" }),
    }).map((event) => ({ ...event, coversFrom: event.dueAt })),
    parkedAt: instant,
    parkedBy: fc.string(),
  });
  fc.assert(fc.property(parked, (parked) => {
    const message = messageOf(messageOptions(parked).headers, Buffer.from(parked.event.body));
    assertEquals(parkedEventFrom(message), parked);
  }));
});

const SENSELESS: Readonly<Record<string, readonly [Message, problem: string]>> = {
  "no headers": [
    messageOf(undefined, Buffer.from("{}")),
    "Invalid input: expected object, received undefined",
  ],
  "a rule that is no rule": [
    messageOf({ ...HEADERS, rule_id: -7 }, Buffer.from("{}")),
    "rule_id: Too small: expected number to be >0",
  ],
  "an instant that is none, and no name": [
    messageOf({ ...HEADERS, due_at: "2025-01-02", rule_ref: "" }, Buffer.from("{}")),
    "rule_ref: Too small: expected string to have >=1 characters; due_at: Invalid ISO datetime",
  ],
  "a body that is no UTF-8": [
    messageOf(HEADERS, Buffer.of(0x22, 0xff, 0x22)),
    "The encoded data is not valid",
  ],
};

for (const [name, [message, problem]] of Object.entries(SENSELESS)) {
  Deno.test(`A message with ${name} is refused with the reason`, () => {
    const error = assertThrows(() => parkedEventFrom(message));
    assertEquals(problemText(error), problem);
  });
}
