import { assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { type Platform, startPlatform } from "../../../src/dev/platform/platform.ts";
import { ask, type Asking } from "./ask.ts";

type Message = Readonly<Record<string, unknown>>;

const UUID_V4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const FIVE = { unit: "seconds", interval: 5 };
const SIX = { unit: "seconds", interval: 6 };
const OLD = "core.intervaltimer";
const NEW = "core.timer";

async function recorded(): Promise<{ platform: Platform; sent: [string, Message][] }> {
  const sent: [string, Message][] = [];
  const platform = await startPlatform({
    older: true,
    publish: (routingKey, message) => void sent.push([routingKey, message]),
  });
  return { platform, sent };
}

function enabled(trigger_ref: string, trigger_params: object): [string, Message] {
  return ["rule.enabled", { rule_id: 1, rule_ref: "tests.a", trigger_ref, trigger_params }];
}

function disabled(trigger_ref: string): [string, Message] {
  return ["rule.disabled", { rule_id: 1, rule_ref: "tests.a", trigger_ref }];
}

/** Contract 3.4: whether the rule is enabled before, the operation, the payloads published. */
const PUBLISHED: readonly (readonly [boolean, string, object | undefined, [string, Message][]])[] =
  [
    [true, "PUT", { enabled: false }, [disabled(OLD)]],
    [true, "PUT", { enabled: true }, []],
    [true, "PUT", { trigger_ref: NEW }, [disabled(OLD), enabled(NEW, FIVE)]],
    [true, "PUT", { trigger_ref: NEW, trigger_params: SIX }, [disabled(OLD), enabled(NEW, SIX)]],
    [true, "PUT", { trigger_ref: NEW, enabled: false }, [disabled(OLD)]],
    [true, "PUT", { trigger_params: SIX }, [enabled(OLD, SIX)]],
    [true, "PUT", { trigger_params: { interval: 5, unit: "seconds" } }, []],
    [true, "PUT", { trigger_params: SIX, enabled: false }, [disabled(OLD)]],
    [
      true,
      "PUT",
      { label: "x", description: "y", conditions: { z: 1 }, action_ref: "core.echo" },
      [],
    ],
    [true, "PUT", { action_params: { z: 1 }, permission_set_refs: ["a.b"] }, []],
    [true, "POST enable", undefined, [enabled(OLD, FIVE)]],
    [true, "POST disable", undefined, [disabled(OLD)]],
    [true, "DELETE", undefined, []],
    [false, "PUT", { enabled: true }, [enabled(OLD, FIVE)]],
    [false, "PUT", { enabled: true, trigger_params: SIX }, [enabled(OLD, SIX)]],
    [false, "PUT", { enabled: true, trigger_ref: NEW }, [enabled(NEW, FIVE)]],
    [false, "PUT", { trigger_params: SIX }, []],
    [false, "PUT", { trigger_ref: NEW }, []],
    [false, "POST enable", undefined, [enabled(OLD, FIVE)]],
    [false, "POST disable", undefined, [disabled(OLD)]],
    [false, "DELETE", undefined, []],
  ];

for (const [wasEnabled, operation, body, expected] of PUBLISHED) {
  const before = wasEnabled ? "enabled" : "disabled";
  const what = `${operation} ${JSON.stringify(body) ?? ""}`.trim();
  const outcome = expected.map(([key]) => key).join(", ") || "nothing";
  Deno.test(`On ${before} rule, ${what} publishes ${outcome}`, async () => {
    const { platform, sent } = await recorded();
    await using _ = platform;
    platform.rules.silently.create({
      ref: "tests.a",
      trigger_ref: OLD,
      trigger_params: FIVE,
      enabled: wasEnabled,
    });
    const [method, suffix] = operation.split(" ");
    const path = `/api/v1/rules/tests.a${suffix === undefined ? "" : `/${suffix}`}`;
    const asking: Asking = { token: await platform.adminToken(), body };
    assertEquals((await ask(platform, `${method} ${path}`, asking)).status, 200);
    assertEquals(sent.map(([key, message]) => [key, message["payload"]]), expected);
  });
}

for (const isEnabled of [true, false]) {
  Deno.test(`POST of a rule with enabled=${isEnabled} publishes rule.created`, async () => {
    const { platform, sent } = await recorded();
    await using _ = platform;
    const rule = {
      ref: "tests.a",
      pack_ref: "tests",
      label: "A",
      action_ref: "core.echo",
      trigger_ref: OLD,
      trigger_params: FIVE,
      enabled: isEnabled,
    };
    platform.rules.silently.install({ pack_ref: "tests", action_ref: "core.echo" });
    await ask(platform, "POST /api/v1/rules", { token: await platform.adminToken(), body: rule });
    assertEquals(sent.map(([key, message]) => [key, message["payload"]]), [["rule.created", {
      rule_id: 1,
      rule_ref: "tests.a",
      trigger_id: 1,
      trigger_ref: OLD,
      action_id: 1,
      action_ref: "core.echo",
      trigger_params: FIVE,
      enabled: isEnabled,
    }]]);
  });
}

Deno.test("A message has the platform's envelope", async () => {
  const sent: Message[] = [];
  await using platform = await startPlatform({
    older: true,
    publish: (_, message) => void sent.push(message),
    now: () => Date.UTC(2026, 5, 1, 10, 20, 30, 456),
  });
  await platform.rules.create({ ref: "tests.a", trigger_ref: NEW });
  await platform.rules.enable("tests.a");
  const [created, again] = sent;
  const { message_id, payload: _, ...rest } = created ?? {};
  assertMatch(String(message_id), UUID_V4);
  assertNotEquals(message_id, again?.["message_id"]);
  assertEquals(rest, {
    correlation_id: message_id,
    message_type: "RuleCreated",
    version: "1.0",
    timestamp: "2026-06-01T10:20:30.456000000Z",
    headers: { retry_count: 0, source_service: "api-service" },
  });
  assertEquals(again?.["message_type"], "RuleEnabled");
});

Deno.test("A stored event is published as event.created", async () => {
  const { platform, sent } = await recorded();
  await using _ = platform;
  const token = await platform.sensorToken();
  await ask(platform, "POST /api/v1/events", { token, body: { trigger_ref: NEW } });
  assertEquals(sent.map(([key, message]) => [key, message["message_type"], message["payload"]]), [
    ["event.created", "EventCreated", {
      event_id: 1,
      trigger_id: 5,
      trigger_ref: NEW,
      sensor_id: 1,
      sensor_ref: "core.timer_sensor",
      payload: {},
      config: null,
    }],
  ]);
});

Deno.test("The methods publish as the routes do, and silent changes not at all", async () => {
  const { platform, sent } = await recorded();
  await using _ = platform;
  await platform.rules.create({ ref: "tests.a", trigger_ref: NEW });
  await platform.rules.update("tests.a", { trigger_params: SIX });
  await platform.rules.disable("tests.a");
  await platform.rules.enable("tests.a");
  await platform.rules.delete("tests.a");
  const { silently } = platform.rules;
  silently.create({ ref: "tests.b", trigger_ref: NEW });
  silently.update("tests.b", { trigger_params: SIX, enabled: false });
  silently.delete("tests.b");
  assertEquals(sent.map(([key]) => key), [
    "rule.created",
    "rule.enabled",
    "rule.disabled",
    "rule.enabled",
  ]);
});

Deno.test("The native form tells the same and of deletions too", async () => {
  const sent: [string, Message][] = [];
  await using platform = await startPlatform({
    older: true,
    messages: "native",
    publish: (routingKey, message) => void sent.push([routingKey, message]),
    now: () => Date.UTC(2026, 5, 1, 10, 20, 30, 456),
  });
  await platform.rules.create({ ref: "tests.a", trigger_ref: OLD, trigger_params: FIVE });
  await platform.rules.update("tests.a", { trigger_ref: NEW });
  await platform.rules.delete("tests.a");
  const told = (event_type: string, trigger_type: string, enabled: boolean) => ({
    event_type,
    rule_id: 1,
    rule_ref: "tests.a",
    trigger_type,
    trigger_params: FIVE,
    enabled,
    timestamp: "2026-06-01T10:20:30.456000000Z",
  });
  assertEquals(sent, [
    ["rule.created", told("RuleCreated", OLD, true)],
    ["rule.disabled", told("RuleDisabled", OLD, false)],
    ["rule.enabled", told("RuleEnabled", NEW, true)],
    ["rule.deleted", told("RuleDeleted", NEW, false)],
  ]);
});

Deno.test("A change is committed before it is published", async () => {
  const seen: unknown[] = [];
  await using platform = await startPlatform({
    older: true,
    publish: () => void seen.push(platform.rules.silently.find("tests.a")?.enabled),
  });
  await platform.rules.create({ ref: "tests.a", trigger_ref: NEW });
  await platform.rules.disable("tests.a");
  assertEquals(seen, [true, false]);
});

Deno.test("A message that cannot be published is a warning, and the change a success", async () => {
  const warnings: string[] = [];
  await using platform = await startPlatform({
    older: true,
    publish: () => Promise.reject(new Error("channel closed")),
    warn: (message) => void warnings.push(message),
  });
  await platform.rules.create({ ref: "tests.a", trigger_ref: NEW });
  const body = { trigger_ref: NEW, trigger_instance_id: "rule_1" };
  const token = await platform.sensorToken();
  assertEquals((await ask(platform, "POST /api/v1/events", { token, body })).status, 201);
  assertEquals(warnings, [
    "Failed to publish RuleCreated message: channel closed",
    "Failed to publish EventCreated message: channel closed",
  ]);
});
