import { assertEquals } from "@std/assert";
import { startPlatform } from "../../../src/dev/platform/platform.ts";
import { ask } from "./ask.ts";

Deno.test("Another process sets, sees and clears faults", async () => {
  await using platform = await startPlatform({ older: true });
  const body = { kind: "answer", path: "/health", status: 429, headers: { "retry-after": "1" } };
  assertEquals((await ask(platform, "POST /_dev/faults", { body })).status, 201);
  const struck = await ask(platform, "GET /health");
  assertEquals([struck.status, struck.headers.get("retry-after")], [429, "1"]);
  assertEquals(JSON.parse((await ask(platform, "GET /_dev/faults")).text), [{
    ...body,
    body: "",
    probability: 1,
    seed: 1,
    after_commit: false,
    hits: 1,
  }]);
  assertEquals((await ask(platform, "DELETE /_dev/faults")).status, 204);
  assertEquals((await ask(platform, "GET /health")).status, 200);
});

/** Faults that are none. */
const UNREADABLE = [
  { kind: "earthquake" },
  { kind: "latency" },
  { kind: "latency", ms: -1 },
  { kind: "answer", status: 42 },
  { kind: "reset", probability: 2 },
  { kind: "reset", times: 0 },
  { kind: "reset", after: true },
  { kind: "garbage", form: "rotten" },
  { kind: "down" },
];

for (const body of UNREADABLE) {
  Deno.test(`${JSON.stringify(body)} is no fault`, async () => {
    await using platform = await startPlatform({ older: true });
    assertEquals((await ask(platform, "POST /_dev/faults", { body })).status, 422);
    assertEquals(platform.faults.all, []);
  });
}

Deno.test("Another process takes the platform down, which answers before it goes", async () => {
  await using platform = await startPlatform({ older: true });
  const body = { kind: "down", ms: 600_000 };
  assertEquals((await ask(platform, "POST /_dev/faults", { body })).status, 202);
  for (let isUp = true; isUp;) {
    isUp = await ask(platform, "GET /health").then(() => true, () => false);
  }
  await platform.up();
  assertEquals((await ask(platform, "GET /health")).status, 200);
});

Deno.test("A platform that was taken down for a while comes up by itself", async () => {
  await using platform = await startPlatform({ older: true });
  await ask(platform, "POST /_dev/faults", { body: { kind: "down", ms: 50 } });
  for (let isUp = true; isUp;) {
    isUp = await ask(platform, "GET /health").then(() => true, () => false);
  }
  for (let isUp = false; !isUp;) {
    isUp = await ask(platform, "GET /health").then(() => true, () => false);
  }
});

Deno.test("Another process reads events with headers and the rules that they ran", async () => {
  await using platform = await startPlatform({ older: true });
  platform.rules.silently.create({ ref: "tests.a", trigger_ref: "core.timer" });
  const token = await platform.sensorToken();
  for (const key of ["one", "two", "three"]) {
    const body = { trigger_ref: "core.timer", trigger_instance_id: "rule_1", payload: { key } };
    const headers = { "idempotency-key": key };
    await ask(platform, "POST /api/v1/events", { token, body, headers });
  }
  const read = async (query: string) => {
    const events = JSON.parse((await ask(platform, `GET /_dev/events${query}`)).text);
    return events.map((event: { headers: Record<string, string>; matchedRuleIds: number[] }) => [
      event.headers["idempotency-key"],
      event.matchedRuleIds,
    ]);
  };
  assertEquals(await read(""), [["one", [1]], ["two", [1]], ["three", [1]]]);
  assertEquals(await read("?after=1&limit=1"), [["two", [1]]]);
  assertEquals(await read("?after=3"), []);
  platform.events.clear();
  assertEquals(await read(""), []);
});

Deno.test("Requests are counted by route, those of the stand-in's own routes not at all", async () => {
  await using platform = await startPlatform({ older: true });
  const token = await platform.sensorToken();
  await ask(platform, "GET /api/v1/rules/tests.a", { token });
  await ask(platform, "GET /api/v1/rules/tests.b?x=y", { token });
  await ask(platform, "POST /api/v1/events");
  await ask(platform, "GET /nowhere");
  await ask(platform, "DELETE /health");
  const expected = { "GET /api/v1/rules/{ref}": 2, "POST /api/v1/events": 1, unrouted: 2 };
  assertEquals(Object.fromEntries(platform.requests), expected);
  assertEquals(JSON.parse((await ask(platform, "GET /_dev/requests")).text), expected);
});

Deno.test("Another process loads rules as a pack would: unchecked and unannounced", async () => {
  const sent: unknown[] = [];
  await using platform = await startPlatform({
    older: true,
    publish: (key) => void sent.push(key),
  });
  const created = "2026-01-01T00:00:00Z";
  const body = [
    { ref: "tests.a", trigger_ref: "core.intervaltimer", trigger_params: { unit: "days" } },
    { ref: "tests.b", trigger_ref: "core.timer", created },
  ];
  const reply = await ask(platform, "POST /_dev/rules", { body });
  assertEquals([reply.status, reply.text], [201, "[1,2]"]);
  assertEquals(platform.rules.silently.get("tests.b").created, created);
  assertEquals(platform.rules.silently.get("tests.b").is_adhoc, false);
  assertEquals(sent, []);
});
