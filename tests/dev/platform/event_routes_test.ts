import { assert, assertEquals, assertMatch } from "@std/assert";
import { type Platform, startPlatform } from "../../../src/dev/platform/platform.ts";
import { ask, member, names, type Reply } from "./ask.ts";

const TRIGGER = "core.timer";

async function post(platform: Platform, body: Readonly<Record<string, unknown>>): Promise<Reply> {
  return await ask(platform, "POST /api/v1/events", { token: await platform.sensorToken(), body });
}

async function get(platform: Platform, path: string): Promise<Reply> {
  return await ask(platform, `GET ${path}`, { token: await platform.sensorToken() });
}

function ids(text: string): readonly unknown[] {
  const items = member(text, "items");
  return Array.isArray(items) ? items.map((item: { id: number }) => item.id) : [];
}

Deno.test("A stored event is answered with every member, nulls too", async () => {
  await using platform = await startPlatform({ older: true });
  const { status, type, text } = await post(platform, { trigger_ref: TRIGGER });
  assertEquals([status, type], [201, "application/json"]);
  const { created, ...rest } = JSON.parse(text).data;
  assertMatch(created, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
  assertEquals(rest, {
    id: 1,
    trigger: 5,
    trigger_ref: TRIGGER,
    config: null,
    payload: null,
    source: 1,
    source_ref: "core.timer_sensor",
    rule: null,
    rule_ref: null,
  });
});

Deno.test("`trigger_type` stands for `trigger_ref`, but not beside it; unknown members are ignored", async () => {
  await using platform = await startPlatform({ older: true });
  const stored = await post(platform, { trigger_type: TRIGGER, payload: [1], colour: "red" });
  assertEquals(stored.status, 201);
  assertEquals(member(stored.text, "data.payload"), [1]);
  const both = await post(platform, { trigger_type: TRIGGER, trigger_ref: TRIGGER });
  assertEquals([both.status, both.type], [422, "text/plain; charset=utf-8"]);
});

/** What the application refuses: body, status, answer. */
const REFUSALS: readonly (readonly [string, Record<string, unknown>, number, object])[] = [
  [
    "an unknown trigger",
    { trigger_ref: "no.trigger" },
    404,
    { error: "Trigger 'no.trigger' not found", code: "NOT_FOUND" },
  ],
  [
    "an empty trigger",
    { trigger_ref: "" },
    422,
    {
      error: "Invalid event request: trigger_ref: Validation error: length",
      code: "VALIDATION_ERROR",
    },
  ],
  [
    "a NUL in the payload",
    { trigger_ref: TRIGGER, payload: { deep: ["a\0b"] } },
    500,
    { error: "Database error: unsupported Unicode escape sequence", code: "DATABASE_ERROR" },
  ],
];

for (const [what, body, status, answer] of REFUSALS) {
  Deno.test(`An event with ${what} is refused with ${status}`, async () => {
    await using platform = await startPlatform({ older: true });
    const reply = await post(platform, body);
    assertEquals([reply.status, reply.type], [status, "application/json"]);
    assertEquals(JSON.parse(reply.text), answer);
    assertEquals(platform.events.all, []);
  });
}

Deno.test("A backslash before u0000 is no NUL", async () => {
  await using platform = await startPlatform({ older: true });
  assertEquals((await post(platform, { trigger_ref: TRIGGER, payload: "\\u0000" })).status, 201);
});

Deno.test("A user's token stores no event", async () => {
  await using platform = await startPlatform({ older: true });
  const token = await platform.adminToken();
  const reply = await ask(platform, "POST /api/v1/events", { token, body: { trigger_ref: "no" } });
  assertEquals(reply.status, 403);
  assertEquals(member(reply.text, "code"), "FORBIDDEN");
});

/** Which rules an event runs, of 1 (enabled), 2 (enabled), 3 (disabled) on the trigger and 4 on another. */
const MATCHES: readonly (readonly [unknown, number | null, readonly number[]])[] = [
  ["rule_1", 1, [1]],
  ["rule_01", 1, [1]],
  ["rule_3", 3, []],
  ["rule_4", 4, [4]],
  ["rule_99", null, [1, 2]],
  ["rule_0", null, [1, 2]],
  ["rule_", null, [1, 2]],
  ["rule_1 ", null, [1, 2]],
  ["1", null, [1, 2]],
  ["Rule_1", null, [1, 2]],
  [null, null, [1, 2]],
  [undefined, null, [1, 2]],
];

for (const [trigger_instance_id, rule, matched] of MATCHES) {
  const outcome = rule === null ? "no rule and so fans out" : `rule ${rule}`;
  Deno.test(`An event for ${trigger_instance_id} has ${outcome}`, async () => {
    await using platform = await startPlatform({ older: true });
    const { silently } = platform.rules;
    for (const name of ["a", "b", "c"]) {
      silently.create({ ref: `tests.${name}`, trigger_ref: TRIGGER, enabled: name !== "c" });
    }
    silently.create({ ref: "tests.d", trigger_ref: "core.crontimer" });
    const { status, text } = await post(platform, { trigger_ref: TRIGGER, trigger_instance_id });
    assertEquals(status, 201);
    assertEquals(member(text, "data.rule"), rule);
    assertEquals(member(text, "data.rule_ref"), rule && `tests.${" abcd"[rule]}`);
    assertEquals(platform.events.all[0]?.matchedRuleIds, matched);
  });
}

Deno.test("The fan-out is that of the moment, not of the last event's", async () => {
  await using platform = await startPlatform({ older: true });
  const { silently } = platform.rules;
  const matched = async () => {
    await post(platform, { trigger_ref: TRIGGER });
    return platform.events.all.at(-1)?.matchedRuleIds;
  };
  assertEquals(await matched(), []);
  silently.create({ ref: "tests.a", trigger_ref: TRIGGER });
  silently.create({ ref: "tests.b", trigger_ref: TRIGGER });
  assertEquals(await matched(), [1, 2]);
  silently.update("tests.a", { enabled: false });
  assertEquals(await matched(), [2]);
  silently.update("tests.b", { trigger_ref: "core.crontimer" });
  assertEquals(await matched(), []);
  silently.update("tests.a", { enabled: true });
  silently.delete("tests.a");
  assertEquals(await matched(), []);
});

Deno.test("The deletion of a rule leaves its events without a rule, but with its ref", async () => {
  await using platform = await startPlatform({ older: true });
  platform.rules.silently.create({ ref: "tests.a", trigger_ref: TRIGGER });
  await post(platform, { trigger_ref: TRIGGER, trigger_instance_id: "rule_1" });
  platform.rules.silently.delete("tests.a");
  const { text } = await get(platform, "/api/v1/events/1");
  assertEquals(member(text, "data.rule"), null);
  assertEquals(member(text, "data.rule_ref"), "tests.a");
});

Deno.test("The same request twice makes two events, whatever its Idempotency-Key", async () => {
  await using platform = await startPlatform({ older: true });
  const asking = {
    token: await platform.sensorToken(),
    body: { trigger_ref: TRIGGER },
    headers: { "Idempotency-Key": "rule_1@2026-06-01T10:00:00.000Z" },
  };
  await ask(platform, "POST /api/v1/events", asking);
  await ask(platform, "POST /api/v1/events", asking);
  assertEquals(platform.events.all.map((event) => event.headers["idempotency-key"]), [
    "rule_1@2026-06-01T10:00:00.000Z",
    "rule_1@2026-06-01T10:00:00.000Z",
  ]);
});

Deno.test("A kept event has its payload, headers and instant, and never the token", async () => {
  const now = Date.UTC(2026, 5, 1, 10);
  await using platform = await startPlatform({ older: true, now: () => now });
  await post(platform, { trigger_ref: TRIGGER, payload: { a: 1 }, config: { b: 2 } });
  const [event] = platform.events.all;
  assert(event !== undefined);
  assertEquals(event.payload, { a: 1 });
  assertEquals(event.config, { b: 2 });
  assertEquals(event.receivedAt, now);
  assertEquals(event.headers["content-type"], "application/json");
  assertEquals(event.headers["authorization"], undefined);
});

Deno.test("Events can be waited for and listened to", async () => {
  await using platform = await startPlatform({ older: true });
  const heard: number[] = [];
  const third = platform.events.when(({ id }) => id === 3);
  using _ = platform.events.subscribe(({ id }) => void heard.push(id));
  for (let count = 0; count < 3; count++) await post(platform, { trigger_ref: TRIGGER });
  assertEquals((await third).id, 3);
  assertEquals((await platform.events.when(({ id }) => id === 1)).id, 1);
  assertEquals(heard, [1, 2, 3]);
  platform.events.clear();
  assertEquals(platform.events.all, []);
  await post(platform, { trigger_ref: TRIGGER });
  assertEquals((await get(platform, "/api/v1/events/4")).status, 200);
  assertEquals((await get(platform, "/api/v1/events/3")).status, 404);
});

Deno.test("A list of events shows no payload, only whether there is one", async () => {
  await using platform = await startPlatform({ older: true });
  await post(platform, { trigger_ref: TRIGGER, payload: null });
  await post(platform, { trigger_ref: TRIGGER, payload: {} });
  const { text } = await get(platform, "/api/v1/events");
  assertEquals(names(text, "items.0"), [
    "created",
    "has_payload",
    "id",
    "rule",
    "rule_ref",
    "source",
    "source_ref",
    "trigger",
    "trigger_ref",
  ]);
  assertEquals(member(text, "items.0.has_payload"), true);
  assertEquals(member(text, "items.1.has_payload"), false);
});

Deno.test("An unknown event is 404", async () => {
  await using platform = await startPlatform({ older: true });
  const reply = await get(platform, "/api/v1/events/7");
  assertEquals(reply.status, 404);
  assertEquals(JSON.parse(reply.text), { error: "Event with ID 7 not found", code: "NOT_FOUND" });
});

/** Seven events, of core.timer and core.crontimer in turn, the rules tests.a, other.b, none in turn. */
const LISTS: readonly (readonly [string, readonly number[], object])[] = [
  ["", [7, 6, 5, 4, 3, 2, 1], { page: 1, page_size: 50, has_previous: false, has_next: false }],
  ["?per_page=3", [7, 6, 5], { page: 1, page_size: 3, has_previous: false, has_next: true }],
  ["?per_page=3&page=3", [1], { page: 3, page_size: 3, has_previous: true, has_next: false }],
  [
    "?per_page=1000&page_size=2",
    [7, 6, 5, 4, 3, 2, 1],
    { page: 1, page_size: 1000, has_previous: false, has_next: false },
  ],
  ["?page=0", [], { page: 0, page_size: 50, has_previous: false, has_next: false }],
  [
    "?per_page=2&page=2&include_total=true",
    [5, 4],
    {
      page: 2,
      page_size: 2,
      total_items: 7,
      total_pages: 4,
      has_previous: true,
      has_next: true,
    },
  ],
  ["?trigger_ref=core.timer", [7, 5, 3, 1], first(false)],
  ["?trigger_ref=core.*timer", [7, 6, 5, 4, 3, 2, 1], first(false)],
  ["?trigger_ref=core.t", [], first(false)],
  ["?trigger=2", [6, 4, 2], first(false)],
  ["?rule_ref=tests.a", [7, 4, 1], first(false)],
  ["?rule_ref=*.b", [5, 2], first(false)],
  ["?rule_ref=*&trigger_ref=core.crontimer", [4, 2], first(false)],
  ["?source=1", [7, 6, 5, 4, 3, 2, 1], first(false)],
  ["?source=2", [], first(false)],
];

function first(hasNext: boolean): object {
  return { page: 1, page_size: 50, has_previous: false, has_next: hasNext };
}

for (const [query, expected, pagination] of LISTS) {
  Deno.test(`Events are listed newest first: '${query}'`, async () => {
    await using platform = await startPlatform({ older: true });
    platform.rules.silently.create({ ref: "tests.a", trigger_ref: TRIGGER });
    platform.rules.silently.create({ ref: "other.b", trigger_ref: TRIGGER });
    for (let index = 0; index < 7; index++) {
      await post(platform, {
        trigger_ref: index % 2 === 0 ? TRIGGER : "core.crontimer",
        trigger_instance_id: `rule_${index % 3 + 1}`,
      });
    }
    const { text } = await get(platform, `/api/v1/events${query}`);
    assertEquals(ids(text), expected);
    assertEquals(member(text, "pagination"), pagination);
  });
}
