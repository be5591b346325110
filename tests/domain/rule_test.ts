import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import * as z from "zod";
import { changeFromMessage } from "../../src/broker/rule_envelope.ts";
import { ruleFromRow } from "../../src/platform/rule_rows.ts";
import { ruleId } from "../support/rules.ts";

const row = {
  id: 7,
  ref: "mypack.every5",
  pack_ref: "mypack",
  label: "Every 5",
  description: null,
  action_ref: "core.echo",
  trigger_ref: "core.intervaltimer",
  action_params: {},
  trigger_params: { interval: 5, unit: "seconds" },
  permission_set_refs: null,
  enabled: true,
  created: "2026-06-01T10:00:00.123456Z",
  updated: "2026-06-01T10:00:00.123457Z",
};

const envelope = {
  message_id: "5b3a0f0e-6f5e-4d2c-9a38-1f0b6d0f6c11",
  message_type: "RuleEnabled",
  version: "1.0",
  timestamp: "2026-06-01T10:00:01.123456789Z",
  headers: { retry_count: 0, source_service: "api-service" },
  payload: {
    rule_id: 7,
    rule_ref: "mypack.every5",
    trigger_ref: "core.intervaltimer",
    trigger_params: { interval: 5 },
  },
};

const native = {
  event_type: "RuleCreated",
  rule_id: 123,
  rule_ref: "timers.every5",
  trigger_type: "core.timer",
  trigger_params: { interval_seconds: 5 },
  enabled: true,
  timestamp: "2025-01-27T12:34:56Z",
};

Deno.test("Instants of the API are read as Temporal reads them, whatever their fraction and offset", () => {
  const instant = fc.record({
    second: fc.integer({ min: 86_400, max: 4_102_444_800 }),
    fraction: fc.option(fc.stringMatching(/^\d{1,9}$/), { nil: "" }),
    offset: fc.constantFrom("Z", "+00:00", "+05:30", "-11:45"),
  });
  fc.assert(fc.property(instant, ({ second, fraction, offset }) => {
    const text = new Date(second * 1000).toISOString().slice(0, 19) +
      (fraction === "" ? "" : `.${fraction}`) + offset;
    const { createdAt, version } = ruleFromRow({ ...row, created: text, updated: text });
    const expected = Temporal.Instant.from(text);
    assertEquals(createdAt, expected.epochMilliseconds);
    assertEquals(version, Number(expected.epochNanoseconds / 1000n));
  }));
});

Deno.test("Digits beyond the microseconds change nothing, however many there are", () => {
  const [created, updated] = [
    "2026-06-01T10:00:00.1239999999999Z",
    `2026-06-01T10:00:00.123456${"9".repeat(40)}Z`,
  ];
  const { createdAt, version } = ruleFromRow({ ...row, created, updated });
  const at = Date.parse("2026-06-01T10:00:00.123Z");
  assertEquals([createdAt, version], [at, at * 1000 + 456]);
});

Deno.test("A rule of the API keeps what a timer needs, its version to the microsecond", () => {
  assertEquals(ruleFromRow(row), {
    id: ruleId(7),
    ref: "mypack.every5",
    triggerRef: "core.intervaltimer",
    params: { interval: 5, unit: "seconds" },
    enabled: true,
    createdAt: Date.UTC(2026, 5, 1, 10, 0, 0, 123),
    version: Date.UTC(2026, 5, 1, 10) * 1000 + 123457,
  });
});

Deno.test("A rule whose trigger was deleted counts as disabled", () => {
  assertEquals(ruleFromRow({ ...row, trigger: 3 }).enabled, true);
  assertEquals(ruleFromRow({ ...row, trigger: null }).enabled, false);
});

for (
  const [name, change] of Object.entries({
    "no id": { id: undefined },
    "a fractional id": { id: 1.5 },
    "a time without offset": { created: "2026-06-01T10:00:00" },
    "parameters that are a list": { trigger_params: [] },
    "no word on being enabled": { enabled: undefined },
  })
) {
  Deno.test(`A row with ${name} is refused`, () => {
    assertThrows(() => ruleFromRow({ ...row, ...change }), z.ZodError);
  });
}

Deno.test("A message in the platform's envelope is read", () => {
  assertEquals(changeFromMessage(envelope), {
    kind: "enabled",
    ruleId: ruleId(7),
    ruleRef: "mypack.every5",
    triggerRef: "core.intervaltimer",
    params: { interval: 5 },
    enabled: true,
    sentAt: Date.UTC(2026, 5, 1, 10, 0, 1, 123),
  });
});

Deno.test("A message of the native form is read", () => {
  assertEquals(changeFromMessage(native), {
    kind: "created",
    ruleId: ruleId(123),
    ruleRef: "timers.every5",
    triggerRef: "core.timer",
    params: { interval_seconds: 5 },
    enabled: true,
    sentAt: Date.UTC(2025, 0, 27, 12, 34, 56),
  });
});

Deno.test("A native message need not name the rule's ref, nor the time", () => {
  const bare = { event_type: "RuleDeleted", rule_id: 123, trigger_type: "core.timer" };
  const { kind, ruleRef, enabled, params, sentAt } = changeFromMessage(bare);
  assertEquals([kind, ruleRef, enabled, params, sentAt], ["deleted", null, false, null, null]);
});

Deno.test("A created message of a disabled rule says so", () => {
  const payload = { ...envelope.payload, enabled: false, trigger_params: null };
  const created = { ...envelope, message_type: "RuleCreated", payload };
  assertEquals(changeFromMessage(created).enabled, false);
});

for (
  const [name, message] of Object.entries({
    "nothing": null,
    "a text": "RuleCreated",
    "neither id nor ref": { ...native, rule_id: null, rule_ref: undefined },
    "no payload": { ...envelope, payload: undefined },
  })
) {
  Deno.test(`A message with ${name} is refused`, () => {
    assertThrows(() => changeFromMessage(message), z.ZodError);
  });
}
