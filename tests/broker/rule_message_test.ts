import { assert, assertEquals, assertMatch } from "@std/assert";
import fc from "fast-check";
import type { RuleChange } from "../../src/domain/rule.ts";
import { readRuleMessage } from "../../src/broker/rule_message.ts";
import { ruleId } from "../support/rules.ts";

const ENVELOPE = {
  message_id: "5f2b2c0e-52a4-4d5e-9f0a-0d6f0f0c9f11",
  message_type: "RuleCreated",
  version: "1.0",
  timestamp: "2025-01-02T03:04:05.123456789Z",
  headers: { retry_count: 0, source_service: "api-service" },
  payload: {
    rule_id: 7,
    rule_ref: "pack.rule",
    trigger_ref: "core.intervaltimer",
    trigger_params: { interval: 5, unit: "seconds" },
    enabled: true,
  },
};
const NATIVE = { event_type: "RuleDisabled", rule_id: 7, trigger_type: "core.timer" };
const SECONDS = 1_735_700_000;

function bytes(value: unknown): Uint8Array {
  return new TextEncoder().encode(typeof value === "string" ? value : JSON.stringify(value));
}

function changeOf(value: unknown, timestamp?: unknown) {
  const read = readRuleMessage(bytes(value), timestamp);
  assert(read.ok, read.ok ? "" : read.unreadable.reason);
  return read.change;
}

function unreadable(content: Uint8Array) {
  const read = readRuleMessage(content, undefined);
  assert(!read.ok, "was read");
  return read.unreadable;
}

Deno.test("The platform's envelope is read", () => {
  assertEquals(changeOf(ENVELOPE, SECONDS), {
    kind: "created",
    ruleId: ruleId(7),
    ruleRef: "pack.rule",
    triggerRef: "core.intervaltimer",
    params: { interval: 5, unit: "seconds" },
    enabled: true,
    sentAt: Date.UTC(2025, 0, 2, 3, 4, 5, 123),
  });
});

Deno.test("The native form is read, after a byte order mark too", () => {
  const expected = {
    kind: "disabled" as const,
    ruleId: ruleId(7),
    ruleRef: null,
    triggerRef: "core.timer",
    params: null,
    enabled: false,
    sentAt: null,
  };
  assertEquals(changeOf(NATIVE), expected);
  assertEquals(changeOf(`\u{feff}${JSON.stringify(NATIVE)}`), expected);
});

const TIMESTAMPS: readonly (readonly [unknown, number | null])[] = [
  [SECONDS, SECONDS * 1000],
  [undefined, null],
  [0, null],
  [-1, null],
  [NaN, null],
  [Infinity, null],
  [Number.MAX_SAFE_INTEGER, null],
  ["1735700000", null],
  [{ "!": "timestamp", value: SECONDS }, null],
];

for (const [timestamp, sentAt] of TIMESTAMPS) {
  Deno.test(`A body without a time was sent at ${sentAt} by the property ${timestamp}`, () => {
    assertEquals(changeOf(NATIVE, timestamp).sentAt, sentAt);
  });
}

const NAMELESS = "rule_id: Invalid input: expected number, received undefined; " +
  "rule_ref: Invalid input: expected string, received undefined";
const UNREADABLE: readonly (readonly [string, Uint8Array, string])[] = [
  ["nothing", new Uint8Array(), "it is no JSON"],
  ["text", bytes("hello"), "it is no JSON"],
  ["half an object", bytes('{"event_type":'), "it is no JSON"],
  ["Latin-1", new Uint8Array([0x22, 0xe5, 0x22]), "it is no UTF-8"],
  ["UTF-16", new Uint8Array([0xff, 0xfe, 0x7b, 0x00]), "it is no UTF-8"],
  ["gzip", new Uint8Array([0x1f, 0x8b, 0x08, 0x00]), "it is no UTF-8"],
  ["null", bytes(null), "Invalid input: expected object, received null"],
  ["a number", bytes(5), "Invalid input: expected object, received number"],
  ["an array", bytes([ENVELOPE]), "Invalid input: expected object, received array"],
  [
    "another message of the platform",
    bytes({ message_type: "EventCreated", payload: {} }),
    NAMELESS,
  ],
  ["a rule with neither id nor ref", bytes({ ...ENVELOPE, payload: { enabled: true } }), NAMELESS],
  ["a payload of text", bytes({ ...ENVELOPE, payload: "RuleCreated" }), NAMELESS],
  [
    "neither an id nor a ref that is one",
    bytes({ ...NATIVE, rule_id: 0, rule_ref: ".." }),
    "rule_id: Too small: expected number to be >0; rule_ref: Invalid ref",
  ],
  [
    "too much",
    bytes(JSON.stringify({ ...NATIVE, rule_ref: "x".repeat(4 * 1024 * 1024) })),
    "it is longer than 4194304 bytes (4194387)",
  ],
  ["a hundred thousand brackets", bytes("[".repeat(100_000)), "it is no JSON"],
];

for (const [name, content, reason] of UNREADABLE) {
  Deno.test(`A message of ${name} is unreadable`, () => {
    assertEquals(unreadable(content).reason, reason);
  });
}

const { payload } = ENVELOPE;
const { rule_id, rule_ref, ...unnamed } = payload;
/** What is wrong with a message, and what is then not known of its change. */
const FORMALITIES: readonly (readonly [string, unknown, Partial<RuleChange>])[] = [
  ["no time", { ...ENVELOPE, timestamp: undefined }, { sentAt: null }],
  ["a time of null", { ...ENVELOPE, timestamp: null }, { sentAt: null }],
  ["a time without an offset", { ...ENVELOPE, timestamp: "2025-01-02T03:04:05" }, { sentAt: null }],
  ["an offset of +0000", { ...ENVELOPE, timestamp: "2025-01-02T03:04:05+0000" }, { sentAt: null }],
  ["a time in seconds", { ...ENVELOPE, timestamp: 1_735_700_000 }, { sentAt: null }],
  ["a leap second", { ...ENVELOPE, timestamp: "2016-12-31T23:59:60Z" }, { sentAt: null }],
  ["a day that does not exist", { ...ENVELOPE, timestamp: "2025-02-30T00:00:00Z" }, {
    sentAt: null,
  }],
  ["an enabled of null", { ...ENVELOPE, payload: { ...payload, enabled: null } }, {}],
  ["an enabled of text", { ...ENVELOPE, payload: { ...payload, enabled: "yes" } }, {}],
  ["an id of text", { ...ENVELOPE, payload: { ...payload, rule_id: "7" } }, {}],
  ["no id", { ...ENVELOPE, payload: { ...payload, rule_id: undefined } }, { ruleId: null }],
  ["an id that is none", { ...ENVELOPE, payload: { ...payload, rule_id: "7.5" } }, {
    ruleId: null,
  }],
  ["no ref", { ...ENVELOPE, payload: { ...unnamed, rule_id } }, { ruleRef: null }],
  ["a ref that is none", { ...ENVELOPE, payload: { ...payload, rule_ref: 7 } }, { ruleRef: null }],
  ["no trigger", { ...ENVELOPE, payload: { ...payload, trigger_ref: null } }, { triggerRef: null }],
  ["parameters of a list", { ...ENVELOPE, payload: { ...payload, trigger_params: [] } }, {
    params: null,
  }],
  ["no type", { ...ENVELOPE, message_type: null }, { kind: "updated", params: null }],
  ["an unknown type", { ...ENVELOPE, message_type: "RuleCloned" }, {
    kind: "updated",
    params: null,
  }],
  ["its rule beside the payload", { ...ENVELOPE, ...payload, payload: null }, {}],
];

for (const [name, message, unknown] of FORMALITIES) {
  Deno.test(`A message with ${name} costs no hint`, () => {
    assertEquals(changeOf(message), { ...changeOf(ENVELOPE), ...unknown });
  });
}

Deno.test("A message that names a rule by its ref alone is a hint", () => {
  const { ruleId, ruleRef, kind } = changeOf({ event_type: "RuleDeleted", rule_ref });
  assertEquals([ruleId, ruleRef, kind], [null, "pack.rule", "deleted"]);
});

Deno.test("A message of exactly the greatest length is read", () => {
  const messageOf = (description: string) => ({ ...NATIVE, trigger_params: { description } });
  const rest = JSON.stringify(messageOf("")).length;
  const change = changeOf(messageOf("x".repeat(4 * 1024 * 1024 - rest)));
  // Read, but not kept as a whole.
  assertEquals([change.ruleId, change.params], [ruleId(7), null]);
});

Deno.test("The excerpt holds the first 200 bytes without the half of a character", () => {
  assertEquals(unreadable(bytes("a".repeat(300))).excerpt, "a".repeat(200));
  assertEquals(unreadable(bytes("a".repeat(199) + "å")).excerpt, "a".repeat(199));
});

Deno.test("The excerpt cannot forge lines or colour a terminal", () => {
  assertEquals(
    unreadable(bytes("x\n\x1b[31mFATAL\u2028\u202e\u0000")).excerpt,
    "x\u{fffd}\u{fffd}[31mFATAL\u{fffd}\u{fffd}\u{fffd}",
  );
});

Deno.test("Whatever the bytes, reading tells of one line or a change", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), (content) => {
    const { reason, excerpt } = unreadable(content);
    assertMatch(reason, /^[^\n]+$/);
    assertMatch(excerpt, /^[^\p{Cc}\p{Cf}]{0,200}$/u);
  }));
});
