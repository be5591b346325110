import { assert, assertEquals, assertRejects } from "@std/assert";
import { systemClock } from "../../src/ground/clock.ts";
import { startPlatform } from "../../src/dev/platform/platform.ts";
import { errorText } from "../../src/ground/error_text.ts";
import { ApiClient } from "../../src/platform/api_client.ts";
import { ApiError } from "../../src/platform/api_error.ts";
import { ClockSkew } from "../../src/platform/clock_skew.ts";
import { openToken } from "../../src/platform/token.ts";
import { TokenKeeper } from "../../src/platform/token_keeper.ts";
import { fakeApi, json, NEVER, text, TOKEN } from "./fake_api.ts";
import { sensorToken } from "./tokens.ts";

const REQUEST = { sensorRef: "core.timer", triggerTypes: ["core.timer"], ttlSeconds: 7200 };
const PLACE = "POST /auth/sensor-token";

Deno.test("A token is asked for with the present one", async () => {
  const token = sensorToken(Date.UTC(2025, 0, 1), 7200);
  await using api = fakeApi(() =>
    json(200, { data: { token, "expires_at": "2025-01-01T02:00:00.123456789+00:00" } })
  );
  const reading = await api.client.issueToken(REQUEST, NEVER);
  assertEquals([reading.value, reading.expiresAt], [token, Date.UTC(2025, 0, 1, 2)]);
  const [request] = api.received;
  assertEquals([request?.method, request?.path], ["POST", "/auth/sensor-token"]);
  assertEquals(request?.headers.get("authorization"), `Bearer ${TOKEN}`);
  assertEquals(request?.headers.get("content-type"), "application/json");
  assertEquals(JSON.parse(request?.body ?? ""), {
    "sensor_ref": "core.timer",
    "trigger_types": ["core.timer"],
    "ttl_seconds": 7200,
  });
});

Deno.test("A token that says nothing of itself expires when the answer says", async () => {
  for (
    const [stamp, expiresAt] of [["2025-01-01T02:00:00Z", Date.UTC(2025, 0, 1, 2)], ["", null]]
  ) {
    await using api = fakeApi(() => json(200, { data: { token: "opaque", "expires_at": stamp } }));
    assertEquals((await api.client.issueToken(REQUEST, NEVER)).expiresAt, expiresAt);
  }
});

const FAILURES: [answer: () => Response, message: string, retriable: boolean][] = [
  [
    () => text(404, ""),
    "404 is not the platform's answer: an empty body (text/plain; charset=utf-8)",
    true,
  ],
  [() => json(401, { error: { code: 401, message: `${TOKEN}?` } }), "401: ***?", false],
  [
    () => json(422, { error: "ttl", code: "VALIDATION_ERROR" }),
    "422 VALIDATION_ERROR: ttl",
    false,
  ],
  [
    () => text(503, TOKEN),
    "503 is not the platform's answer: '***' (text/plain; charset=utf-8)",
    true,
  ],
  [
    () => text(200, "secret"),
    "200 is not the platform's answer: 'what is not shown, it may hold a token' " +
    "(text/plain; charset=utf-8)",
    true,
  ],
  [
    () => json(200, { data: { "access_token": "secret" } }),
    "the answer is not as expected: data.token: Invalid input: expected string, received undefined " +
    "(application/json)",
    true,
  ],
  [
    () => json(200, { data: { token: "se cret" } }),
    "the answer is not as expected: data.token: Invalid string: must match pattern " +
    "/^[\\x21-\\x7e]+$/ (application/json)",
    true,
  ],
  [() => text(200, "secret".repeat(20_000)), "the answer is longer than 65536 bytes", true],
];

for (const [answer, message, retriable] of FAILURES) {
  Deno.test(`No token is given: ${message}`, async () => {
    await using api = fakeApi(answer);
    const error = await assertRejects(() => api.client.issueToken(REQUEST, NEVER), ApiError);
    assertEquals([error.message, error.retriable], [`${PLACE}: ${message}`, retriable]);
    assert(!/se ?cret|c2lnbmF0dXJl/.test(errorText(error)), errorText(error));
  });
}

Deno.test("The stand-in platform renews a token that is due, and takes the new one", async () => {
  await using platform = await startPlatform();
  const issuedAt = Math.floor(systemClock.now() / 1000) - 6000;
  const value = await platform.sensorToken({ issuedAt, ttlSeconds: 7200 });
  const token = await openToken({ value, file: null });
  const skew = new ClockSkew(systemClock);
  const stop = new AbortController();
  const renewed = Promise.withResolvers<number | null>();
  const keeper: TokenKeeper = new TokenKeeper({
    token,
    issue: (request, signal) => api.issueToken(request, signal),
    clock: systemClock,
    skew,
    backoff: () => 0,
    tell: (news) => news.kind === "token_renewed" ? renewed.resolve(news.expiresAt) : unexpected(),
    expired: unexpected,
    signal: stop.signal,
  });
  using api = new ApiClient({ baseUrl: platform.url, token: keeper, clock: systemClock, skew });
  const running = keeper.run();
  const expiresAt = await renewed.promise;
  assert(expiresAt !== null && Math.abs(expiresAt - systemClock.now() - 7_200_000) < 60_000);
  assert(keeper.value !== value);
  using _refusal = platform.faults.add({
    kind: "answer",
    path: "/api/v1/rules/a.b",
    status: 401,
    body: JSON.stringify({ error: { code: 401, message: "Invalid authentication token" } }),
  });
  await assertRejects(() => api.rule("a.b", NEVER), ApiError, "401");
  platform.faults.clear();
  assertEquals(await api.rule("a.b", NEVER), null);
  assertEquals([token.triggerTypes?.length, skew.ms], [4, 0]);
  assertEquals(platform.requests.get("POST /auth/sensor-token"), 1);
  stop.abort();
  await running;

  function unexpected(): never {
    throw new Error("The token was not simply renewed");
  }
});
