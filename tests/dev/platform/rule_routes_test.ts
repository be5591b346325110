import { assertEquals, assertMatch } from "@std/assert";
import { type Platform, startPlatform } from "../../../src/dev/platform/platform.ts";
import { ask, member, names, type Reply } from "./ask.ts";

const EVERY_MINUTE = { unit: "seconds", interval: 60 };

function ruleBody(changes: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    ref: "tests.first",
    pack_ref: "tests",
    label: "First",
    action_ref: "core.echo",
    trigger_ref: "core.intervaltimer",
    trigger_params: EVERY_MINUTE,
    ...changes,
  };
}

async function post(platform: Platform, body: Readonly<Record<string, unknown>>): Promise<Reply> {
  platform.rules.silently.install({ pack_ref: "tests", action_ref: "core.echo" });
  return await ask(platform, "POST /api/v1/rules", { token: await platform.adminToken(), body });
}

async function get(platform: Platform, path: string): Promise<string> {
  return (await ask(platform, `GET ${path}`, { token: await platform.sensorToken() })).text;
}

function refs(text: string): unknown[] {
  const items = member(text, "items");
  return Array.isArray(items) ? items.map((item: { ref: string }) => item.ref) : [];
}

Deno.test("A new rule is answered with every member of its row", async () => {
  await using platform = await startPlatform({ older: true });
  const { status, type, text } = await post(platform, ruleBody());
  assertEquals([status, type], [201, "application/json"]);
  assertEquals(member(text, "message"), "Rule created successfully");
  assertEquals(names(text, "data"), [
    "action",
    "action_params",
    "action_ref",
    "conditions",
    "created",
    "description",
    "enabled",
    "id",
    "is_adhoc",
    "label",
    "owner_identity",
    "pack",
    "pack_ref",
    "permission_set_refs",
    "ref",
    "trigger",
    "trigger_params",
    "trigger_ref",
    "updated",
  ]);
  assertEquals(member(text, "data.id"), 1);
  assertEquals(member(text, "data.enabled"), true);
  assertEquals(member(text, "data.conditions"), {});
  assertMatch(String(member(text, "data.created")), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
  const shown = await get(platform, "/api/v1/rules/tests.first");
  assertEquals(member(shown, "data"), member(text, "data"));
});

Deno.test("A list shows fewer members than a single rule", async () => {
  await using platform = await startPlatform({ older: true });
  await platform.rules.create({ ref: "tests.a", trigger_ref: "core.timer" });
  assertEquals(names(await get(platform, "/api/v1/triggers/core.timer/rules"), "items.0"), [
    "action_params",
    "action_ref",
    "created",
    "description",
    "enabled",
    "id",
    "label",
    "pack_ref",
    "permission_set_refs",
    "ref",
    "trigger_params",
    "trigger_ref",
    "updated",
  ]);
});

/** Bodies of POST /api/v1/rules that are refused by the application: status, code, message. */
const REFUSALS: readonly (readonly [string, Record<string, unknown>, number, string, string])[] = [
  [
    "an empty label",
    { label: "" },
    422,
    "VALIDATION_ERROR",
    "Validation failed: label: Validation error: length",
  ],
  [
    "a ref of 256 characters",
    { ref: "x".repeat(256) },
    422,
    "VALIDATION_ERROR",
    "Validation failed: ref: Validation error: length",
  ],
  [
    "an unknown trigger",
    { trigger_ref: "no.trigger" },
    404,
    "NOT_FOUND",
    "Trigger 'no.trigger' not found",
  ],
  [
    "a ref with an upper case letter",
    { ref: "tests.First" },
    422,
    "UNPROCESSABLE_ENTITY",
    "Validation constraint failed: rule_ref_lowercase",
  ],
  [
    "a ref without a dot",
    { ref: "first" },
    422,
    "UNPROCESSABLE_ENTITY",
    "Validation constraint failed: rule_ref_format",
  ],
  [
    "a ref with two dots",
    { ref: "tests.first.rule" },
    422,
    "UNPROCESSABLE_ENTITY",
    "Validation constraint failed: rule_ref_format",
  ],
];

for (const [what, changes, status, code, error] of REFUSALS) {
  Deno.test(`A rule with ${what} is refused with ${status} ${code}`, async () => {
    await using platform = await startPlatform({ older: true });
    const reply = await post(platform, ruleBody(changes));
    assertEquals([reply.status, reply.type], [status, "application/json"]);
    assertEquals(JSON.parse(reply.text), { error, code });
    assertEquals(platform.rules.silently.count(), 0);
  });
}

Deno.test("A second rule with the same ref is refused with 409 CONFLICT", async () => {
  await using platform = await startPlatform({ older: true });
  await post(platform, ruleBody());
  const reply = await post(platform, ruleBody({ label: "Second" }));
  assertEquals(reply.status, 409);
  assertEquals(JSON.parse(reply.text), {
    error: "Rule with ref 'tests.first' already exists",
    code: "CONFLICT",
  });
});

Deno.test("A body without a required member is refused by the framework", async () => {
  await using platform = await startPlatform({ older: true });
  const { trigger_ref: _, ...rest } = ruleBody();
  const reply = await post(platform, rest);
  assertEquals([reply.status, reply.type], [422, "text/plain; charset=utf-8"]);
});

Deno.test("Unknown rules are 404 on every route that names one", async () => {
  await using platform = await startPlatform({ older: true });
  const token = await platform.adminToken();
  for (
    const request of [
      "GET /api/v1/rules/no.rule",
      "PUT /api/v1/rules/no.rule",
      "DELETE /api/v1/rules/no.rule",
      "POST /api/v1/rules/no.rule/enable",
      "POST /api/v1/rules/no.rule/disable",
    ]
  ) {
    const body = request.startsWith("PUT") ? { label: "x" } : undefined;
    const reply = await ask(platform, request, { token, body });
    assertEquals(reply.status, 404, request);
    assertEquals(JSON.parse(reply.text), {
      error: "Rule 'no.rule' not found",
      code: "NOT_FOUND",
    });
  }
});

Deno.test("Every change of a rule bears the time of its transaction, also one that changes nothing", async () => {
  let now = 1_800_000_000_000;
  await using platform = await startPlatform({ older: true, now: () => now });
  const token = await platform.adminToken();
  const { updated: first } = await platform.rules.create(
    { ref: "tests.a", trigger_ref: "core.timer" },
  );
  const stamps = [first];
  for (
    const [request, body] of [
      ["PUT /api/v1/rules/tests.a", { label: "tests.a" }],
      ["PUT /api/v1/rules/tests.a", { description: "What it is for" }],
      ["POST /api/v1/rules/tests.a/enable", undefined],
      ["POST /api/v1/rules/tests.a/disable", undefined],
    ] as const
  ) {
    now++;
    const reply = await ask(platform, request, { token, body });
    assertEquals(reply.status, 200);
    stamps.push(String(member(reply.text, "data.updated")));
    assertEquals(member(reply.text, "data.created"), first);
  }
  assertEquals(stamps, [
    "2027-01-15T08:00:00.000000Z",
    "2027-01-15T08:00:00.001000Z",
    "2027-01-15T08:00:00.002000Z",
    "2027-01-15T08:00:00.003000Z",
    "2027-01-15T08:00:00.004000Z",
  ]);
});

Deno.test("A transaction that began earlier and ends later leaves the earlier stamp", async () => {
  const now = 1_800_000_000_000;
  await using platform = await startPlatform({ now: () => now });
  const { silently } = platform.rules;
  const before = silently.create({ ref: "tests.a", trigger_ref: "core.intervaltimer" });
  const off = silently.transaction(now - 700, () => silently.update("tests.a", { enabled: false }));
  assertEquals([before.updated, off.updated], [
    "2027-01-15T08:00:00.000000Z",
    "2027-01-15T07:59:59.300000Z",
  ]);
  assertEquals(silently.update("tests.a", {}).updated, before.updated);
});

Deno.test("A pack or an action that is not installed is unknown", async () => {
  await using platform = await startPlatform();
  for (
    const [parts, error] of [
      [{ pack_ref: "nowhere" }, "Pack 'nowhere' not found"],
      [{ action_ref: "core.nothing" }, "Action 'core.nothing' not found"],
    ] as const
  ) {
    const { status, text } = await post(platform, ruleBody(parts));
    assertEquals([status, JSON.parse(text)], [404, { error, code: "NOT_FOUND" }]);
  }
});

Deno.test("Today's platform has neither core.timer nor service accounts, and core.alert", async () => {
  await using today = await startPlatform();
  await using older = await startPlatform({ older: true });
  const statusOf = async (platform: Platform, request: string) =>
    (await ask(platform, request, {
      token: await platform.adminToken(),
      ...(request.startsWith("GET") ? {} : { body: {} }),
    })).status;
  for (
    const [request, then, now] of [
      ["GET /api/v1/triggers/core.timer/rules", 200, 404],
      ["POST /service-accounts", 422, 404],
    ] as const
  ) {
    assertEquals([await statusOf(older, request), await statusOf(today, request)], [then, now]);
  }
  const sensorOf = async (ref: string) =>
    member(await get(today, `/api/v1/triggers/${ref}`), "data.sensor_ref");
  assertEquals(await sensorOf("core.crontimer"), "core.timer_sensor");
  assertEquals(await sensorOf("core.alert"), null);
});

Deno.test("An update without members is no update, and nobody can change a ref", async () => {
  await using platform = await startPlatform({ older: true });
  const token = await platform.adminToken();
  const before = await platform.rules.create({ ref: "tests.a", trigger_ref: "core.timer" });
  for (const body of [{}, { label: null }, { ref: "tests.b" }]) {
    const reply = await ask(platform, "PUT /api/v1/rules/tests.a", { token, body });
    assertEquals(member(reply.text, "data"), JSON.parse(JSON.stringify(before)));
  }
});

Deno.test("A rule made again with the ref of a deleted one has another id", async () => {
  await using platform = await startPlatform({ older: true });
  const token = await platform.adminToken();
  await post(platform, ruleBody());
  const reply = await ask(platform, "DELETE /api/v1/rules/tests.first", { token });
  assertEquals(reply.status, 200);
  assertEquals(JSON.parse(reply.text), {
    success: true,
    message: "Rule 'tests.first' deleted successfully",
  });
  assertEquals(member((await post(platform, ruleBody())).text, "data.id"), 2);
});

Deno.test("Lists come in ascending order of refs, enabled or not, whatever the order of making", async () => {
  await using platform = await startPlatform({ older: true });
  for (const ref of ["tests.b", "tests.a_b", "tests.a-b", "tests.ab", "tests.a", "other.z"]) {
    await platform.rules.create({ ref, trigger_ref: "core.timer", enabled: ref !== "tests.ab" });
  }
  await platform.rules.create({
    ref: "tests.aa",
    trigger_ref: "core.crontimer",
    trigger_params: { expression: "* * * * * *" },
  });
  const ofTimer = ["other.z", "tests.a", "tests.a-b", "tests.a_b", "tests.ab", "tests.b"];
  assertEquals(refs(await get(platform, "/api/v1/triggers/core.timer/rules")), ofTimer);
  assertEquals(
    refs(await get(platform, "/api/v1/rules?trigger_type=core.timer")),
    [...ofTimer, "tests.aa"].toSorted(),
  );
  assertEquals(
    refs(await get(platform, "/api/v1/rules/enabled")),
    [...ofTimer, "tests.aa"].filter((ref) => ref !== "tests.ab").toSorted(),
  );
});

/** 250 rules `r000` to `r249`: query, first and last ref of the items, pagination. */
const PAGES: readonly (readonly [string, string | undefined, string | undefined, object])[] = [
  ["", "r000", "r049", page(1, 50, 5, false, true)],
  ["?page=2", "r050", "r099", page(2, 50, 5, true, true)],
  ["?page=5", "r200", "r249", page(5, 50, 5, true, false)],
  ["?page=6", undefined, undefined, page(6, 50, 5, true, false)],
  ["?page=0", "r000", "r049", page(0, 50, 5, false, true)],
  ["?page_size=100&page=3", "r200", "r249", page(3, 100, 3, true, false)],
  ["?page_size=200", "r000", "r099", page(1, 200, 2, false, true)],
  ["?page_size=200&page=2", "r200", "r249", page(2, 200, 2, true, false)],
  ["?page_size=1000", "r000", "r099", page(1, 1000, 1, false, false)],
  ["?page_size=0", undefined, undefined, page(1, 0, 0, false, false)],
  ["?per_page=7&unknown=x", "r000", "r049", page(1, 50, 5, false, true)],
];

function page(
  number: number,
  size: number,
  pages: number,
  hasPrevious: boolean,
  hasNext: boolean,
): object {
  return {
    page: number,
    page_size: size,
    total_items: 250,
    total_pages: pages,
    has_previous: hasPrevious,
    has_next: hasNext,
  };
}

for (const [query, first, last, pagination] of PAGES) {
  Deno.test(`Rules are paged with the platform's quirks: '${query}'`, async () => {
    await using platform = await startPlatform({ older: true });
    for (let index = 249; index >= 0; index--) {
      const ref = `tests.r${String(index).padStart(3, "0")}`;
      platform.rules.silently.create({ ref, trigger_ref: "core.timer" });
    }
    const text = await get(platform, `/api/v1/triggers/core.timer/rules${query}`);
    const found = refs(text);
    const prefixed = (name?: string) => name === undefined ? undefined : `tests.${name}`;
    assertEquals([found[0], found.at(-1)], [prefixed(first), prefixed(last)]);
    assertEquals(member(text, "pagination"), pagination);
  });
}

Deno.test("A rule deleted between two page reads makes another one be skipped", async () => {
  await using platform = await startPlatform({ older: true });
  for (const name of ["a", "b", "c", "d"]) {
    platform.rules.silently.create({ ref: `tests.${name}`, trigger_ref: "core.timer" });
  }
  const path = "/api/v1/triggers/core.timer/rules?page_size=2&page=";
  const before = refs(await get(platform, `${path}1`));
  platform.rules.silently.delete("tests.a");
  assertEquals([...before, ...refs(await get(platform, `${path}2`))], [
    "tests.a",
    "tests.b",
    "tests.d",
  ]);
});

Deno.test("A rule moves between its triggers' lists, and out of them when its trigger is deleted", async () => {
  await using platform = await startPlatform({ older: true });
  const lists = async () => [
    refs(await get(platform, "/api/v1/triggers/core.timer/rules")),
    refs(await get(platform, "/api/v1/triggers/core.intervaltimer/rules")),
    refs(await get(platform, "/api/v1/rules")),
  ];
  const changes = { trigger_ref: "core.intervaltimer", trigger_params: EVERY_MINUTE };
  await platform.rules.create({ ref: "tests.a", trigger_ref: "core.timer" });
  assertEquals(await lists(), [["tests.a"], [], ["tests.a"]]);
  await platform.rules.update("tests.a", changes);
  assertEquals(await lists(), [[], ["tests.a"], ["tests.a"]]);
  platform.rules.silently.clearTrigger("tests.a");
  assertEquals(await lists(), [[], [], ["tests.a"]]);
  assertEquals(member(await get(platform, "/api/v1/rules/tests.a"), "data.trigger"), null);
});

Deno.test("A trigger is shown with its schema; one that was left out is unknown", async () => {
  await using platform = await startPlatform({
    older: true,
    triggers: ["core.intervaltimer", "core.timer"],
  });
  const text = await get(platform, "/api/v1/triggers/core.intervaltimer");
  assertEquals(member(text, "data.enabled"), true);
  assertEquals(member(text, "data.param_schema.unit.enum"), ["seconds", "minutes", "hours"]);
  const older = await get(platform, "/api/v1/triggers/core.timer");
  assertEquals(member(older, "data.param_schema"), null);
  const token = await platform.sensorToken();
  for (const path of ["/api/v1/triggers/core.crontimer", "/api/v1/triggers/core.crontimer/rules"]) {
    const reply = await ask(platform, `GET ${path}`, { token });
    assertEquals(reply.status, 404);
    assertEquals(JSON.parse(reply.text), {
      error: "Trigger 'core.crontimer' not found",
      code: "NOT_FOUND",
    });
  }
});
