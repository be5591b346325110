import { assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { startPlatform } from "../../../src/dev/platform/platform.ts";
import { Tokens } from "../../../src/dev/platform/tokens.ts";
import { ask, member } from "./ask.ts";

const NOW = Date.UTC(2026, 5, 1, 10);
const NOW_SECONDS = NOW / 1000;
const SECRET = "secret of these tests";
const PROTECTED = "GET /api/v1/rules";

const SENSOR = { sensor_ref: "core.timer_sensor", trigger_types: ["core.intervaltimer"] };
const ACCOUNT = {
  name: "sensor:core.timer",
  scope: "sensor",
  description: "Timer sensor for interval-based triggers",
  ttl_hours: 72,
  metadata: { trigger_types: ["core.timer"] },
};

function claimsOf(token: string): unknown {
  const [, payload = ""] = token.split(".");
  const bytes = Uint8Array.fromBase64(payload, { alphabet: "base64url" });
  return JSON.parse(new TextDecoder().decode(bytes));
}

async function signed(token_type: "access" | "refresh" | "sensor" | "execution" | "worker") {
  const tokens = await Tokens.open(SECRET, () => NOW);
  const exp = NOW_SECONDS + 60;
  return await tokens.sign({ sub: "9", login: "someone", iat: NOW_SECONDS, exp, token_type });
}

function start() {
  return startPlatform({ older: true, jwtSecret: SECRET, now: () => NOW });
}

/** Authorization headers and what the extractor says of them. */
const HEADERS: readonly (readonly [string, string | undefined, string])[] = [
  ["no header", undefined, "Missing authentication token"],
  ["another scheme", "Basic YTpi", "Invalid authentication token"],
  ["a scheme in lower case", "bearer x.y.z", "Invalid authentication token"],
  ["an empty token", "Bearer ", "Invalid authentication token"],
  ["no token at all", "Bearer x", "Invalid authentication token"],
  ["a token of three broken parts", "Bearer a.b.c", "Invalid authentication token"],
];

for (const [what, authorization, message] of HEADERS) {
  Deno.test(`The extractor refuses ${what}`, async () => {
    await using platform = await start();
    const headers: Record<string, string> = authorization === undefined ? {} : { authorization };
    const reply = await ask(platform, PROTECTED, { headers });
    assertEquals([reply.status, reply.type], [401, "application/json"]);
    assertEquals(JSON.parse(reply.text), { error: { code: 401, message } });
    assertEquals(reply.headers.get("www-authenticate"), null);
  });
}

for (const type of ["access", "sensor", "execution", "worker"] as const) {
  Deno.test(`The extractor accepts a token of type ${type}`, async () => {
    await using platform = await start();
    assertEquals((await ask(platform, PROTECTED, { token: await signed(type) })).status, 200);
  });
}

Deno.test("The extractor refuses refresh tokens, other secrets, other algorithms, changed claims", async () => {
  await using platform = await start();
  await using other = await startPlatform({ older: true, now: () => NOW });
  const [header = "", payload = "", signature = ""] = (await platform.sensorToken()).split(".");
  const none = btoa(JSON.stringify({ typ: "JWT", alg: "none" }));
  const [, admin = ""] = (await platform.adminToken()).split(".");
  for (
    const token of [
      await signed("refresh"),
      await other.sensorToken(),
      `${none}.${payload}.`,
      `${header}.${admin}.${signature}`,
      `${header}.${payload}.${signature}.${signature}`,
    ]
  ) {
    const { status, text } = await ask(platform, PROTECTED, { token });
    assertEquals(status, 401);
    assertEquals(member(text, "error.message"), "Invalid authentication token");
  }
});

Deno.test("A token works until 60 seconds after its end, also when it was seen before", async () => {
  let now = NOW;
  await using platform = await startPlatform({ older: true, now: () => now });
  const token = await platform.sensorToken({ ttlSeconds: 100 });
  for (const [seconds, status] of [[0, 200], [100, 200], [160, 200], [161, 401]] as const) {
    now = NOW + seconds * 1000;
    const reply = await ask(platform, PROTECTED, { token });
    assertEquals(reply.status, status, `after ${seconds} s`);
    if (status === 200) continue;
    assertEquals(JSON.parse(reply.text), {
      error: { code: 401, message: "Authentication token expired" },
    });
  }
});

Deno.test("A sensor's token has the platform's claims", async () => {
  await using platform = await start();
  const token = await platform.sensorToken({ triggerTypes: ["core.timer"], issuedAt: 1000 });
  assertEquals(claimsOf(token), {
    sub: "2",
    login: "core.timer_sensor",
    iat: 1000,
    exp: 87_400,
    token_type: "sensor",
    scope: "sensor",
    metadata: { trigger_types: ["core.timer"] },
  });
  assertEquals(atob(token.split(".", 1)[0] ?? ""), '{"typ":"JWT","alg":"HS256"}');
});

Deno.test("A sensor renews its token with the one it has", async () => {
  await using platform = await start();
  const token = await platform.sensorToken();
  const reply = await ask(platform, "POST /auth/sensor-token", { token, body: SENSOR });
  assertEquals([reply.status, reply.type], [200, "application/json"]);
  const { token: fresh, ...rest } = JSON.parse(reply.text).data;
  assertEquals(rest, {
    identity_id: 2,
    sensor_ref: "core.timer_sensor",
    expires_at: "2026-06-02T10:00:00.000000000+00:00",
    trigger_types: ["core.intervaltimer"],
  });
  assertNotEquals(fresh, token);
  assertEquals((await ask(platform, PROTECTED, { token: fresh })).status, 200);
});

Deno.test("The internal route needs no token, the other one does", async () => {
  await using platform = await start();
  const body = SENSOR;
  assertEquals((await ask(platform, "POST /auth/internal/sensor-token", { body })).status, 200);
  assertEquals((await ask(platform, "POST /auth/sensor-token", { body })).status, 401);
});

/** Bodies for a sensor's token, and what is wrong with them; `null`: nothing. */
const TOKEN_BODIES: readonly (readonly [Record<string, unknown>, string | null])[] = [
  [{ ttl_seconds: 3600 }, null],
  [{ ttl_seconds: 259_200 }, null],
  [{ ttl_seconds: null }, null],
  [{ ttl_seconds: 3599 }, "ttl_seconds: Validation error: range"],
  [{ ttl_seconds: 259_201 }, "ttl_seconds: Validation error: range"],
  [{ trigger_types: [] }, "trigger_types: Validation error: length"],
  [{ sensor_ref: "" }, "sensor_ref: Validation error: length"],
  [{ sensor_ref: "x".repeat(256) }, "sensor_ref: Validation error: length"],
];

for (const [changes, problem] of TOKEN_BODIES) {
  const verdict = problem === null ? "is granted" : "is refused";
  Deno.test(`A sensor's token with ${JSON.stringify(changes).slice(0, 40)} ${verdict}`, async () => {
    await using platform = await start();
    const body = { ...SENSOR, ...changes };
    const reply = await ask(platform, "POST /auth/internal/sensor-token", { body });
    assertEquals(reply.status, problem === null ? 200 : 422);
    if (problem === null) return;
    const error = `Invalid sensor token request: ${problem}`;
    assertEquals(JSON.parse(reply.text), { error, code: "VALIDATION_ERROR" });
  });
}

Deno.test("/auth/refresh serves no sensor, whatever it is given", async () => {
  await using platform = await start();
  const refresh = (body: unknown) => ask(platform, "POST /auth/refresh", { body });
  const refusal = (error: string) => ({ error, code: "UNAUTHORIZED" });
  const own = await refresh({ refresh_token: await platform.sensorToken() });
  assertEquals([own.status, JSON.parse(own.text)], [401, refusal("Invalid token type")]);
  const strange = await refresh({ refresh_token: "x" });
  const invalid = refusal("Invalid or expired refresh token");
  assertEquals([strange.status, JSON.parse(strange.text)], [401, invalid]);
  const bare = await refresh(undefined);
  assertEquals([bare.status, JSON.parse(bare.text)], [401, refusal("Missing refresh token")]);
  const without = await refresh({});
  assertEquals([without.status, without.type], [422, "text/plain; charset=utf-8"]);
});

Deno.test("An admin makes a service account as in the README", async () => {
  await using platform = await start();
  const token = await platform.adminToken();
  const reply = await ask(platform, "POST /service-accounts", { token, body: ACCOUNT });
  assertEquals([reply.status, reply.type], [201, "application/json"]);
  const { token: issued, ...rest } = JSON.parse(reply.text);
  assertEquals(rest, {
    identity_id: 2,
    name: "sensor:core.timer",
    scope: "sensor",
    expires_at: "2026-06-04T10:00:00Z",
  });
  assertMatch(issued, /^eyJ/);
  assertEquals((await ask(platform, PROTECTED, { token: issued })).status, 200);
});

Deno.test("A service account is made again with the same identity and another token", async () => {
  await using platform = await start();
  const token = await platform.adminToken();
  const make = async () =>
    JSON.parse((await ask(platform, "POST /service-accounts", { token, body: ACCOUNT })).text);
  const [first, second] = [await make(), await make()];
  assertEquals(first.identity_id, second.identity_id);
  assertNotEquals(first.token, second.token);
});

Deno.test("Service accounts need an admin, a name and a life of at most 72 hours", async () => {
  await using platform = await start();
  const admin = await platform.adminToken();
  const make = async (token: string | undefined, body: unknown) => {
    const asking = token === undefined ? { body } : { token, body };
    const { status, text } = await ask(platform, "POST /service-accounts", asking);
    return [status, member(text, "code")];
  };
  assertEquals(await make(undefined, ACCOUNT), [401, undefined]);
  assertEquals(await make(await platform.sensorToken(), ACCOUNT), [403, "FORBIDDEN"]);
  const invalid = [422, "VALIDATION_ERROR"];
  assertEquals(await make(admin, { ...ACCOUNT, name: "" }), invalid);
  assertEquals(await make(admin, { ...ACCOUNT, ttl_hours: 73 }), invalid);
  assertEquals(await make(admin, { ...ACCOUNT, ttl_hours: 0 }), invalid);
});

Deno.test("A service account is held to its trigger types, a sensor of the platform is not", async () => {
  await using platform = await start();
  const admin = await platform.adminToken();
  const issue = async (changes: object) =>
    String(member(
      (await ask(platform, "POST /service-accounts", {
        token: admin,
        body: { ...ACCOUNT, ...changes },
      })).text,
      "token",
    ));
  const store = (token: string, trigger_ref: string) =>
    ask(platform, "POST /api/v1/events", { token, body: { trigger_ref } });
  const account = await issue({});
  const stored = await store(account, "core.timer");
  assertEquals(stored.status, 201);
  assertEquals(member(stored.text, "data.source_ref"), "sensor:core.timer");
  const refused = await store(account, "core.crontimer");
  assertEquals(refused.status, 403);
  assertEquals(JSON.parse(refused.text), {
    error: "Insufficient permissions to create event for trigger type 'core.crontimer'",
    code: "FORBIDDEN",
  });
  assertEquals((await store(await issue({ metadata: {} }), "core.crontimer")).status, 201);
  const sensor = await platform.sensorToken({ triggerTypes: ["core.timer"] });
  assertEquals((await store(sensor, "core.crontimer")).status, 201);
});
