import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import type { OutboundEvent, PostResult } from "../../src/domain/event.ts";
import { ApiClient } from "../../src/platform/api_client.ts";
import { ApiError } from "../../src/platform/api_error.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { ruleId } from "../support/rules.ts";
import { TcpProxy } from "../support/tcp_proxy.ts";
import { BEARER, fakeApi, held, json, NEVER, rawApi, text, TOKEN } from "./fake_api.ts";

const EVENT: OutboundEvent = {
  ruleId: ruleId(7),
  ruleRef: "mypack.every5",
  triggerRef: "core.timer",
  occurrenceId: "rule_7@2025-01-01T00:00:05.000Z",
  scheduledAt: Date.UTC(2025, 0, 1, 0, 0, 5),
  dueAt: Date.UTC(2025, 0, 1, 0, 0, 5),
  coversFrom: Date.UTC(2025, 0, 1, 0, 0, 5),
  body: '{"trigger_ref":"core.timer","trigger_instance_id":"rule_7","payload":{"x":"ä"}}',
};
const CREATED = { data: { id: 456, rule: 7, rule_ref: "mypack.every5" } };
const SHAPE_2 = { error: { code: 401, message: "Authentication token expired" } };

async function post(answer: () => Response): Promise<PostResult> {
  await using api = fakeApi(answer);
  return await api.client.createEvent(EVENT, NEVER);
}

Deno.test("an event is posted with the token, its identity and its body as it stands", async () => {
  await using api = fakeApi(() => json(201, CREATED));
  const result = await api.client.createEvent(EVENT, NEVER);
  assertEquals(result, { kind: "stored", eventId: 456, ruleGone: false });
  const [request] = api.received;
  assertEquals(request?.method, "POST");
  assertEquals(request?.path, "/api/v1/events");
  assertEquals(request?.body, EVENT.body);
  assertEquals(request?.headers.get("content-type"), "application/json");
  assertEquals(request?.headers.get("authorization"), `Bearer ${TOKEN}`);
  assertEquals(request?.headers.get("idempotency-key"), EVENT.occurrenceId);
});

Deno.test("a base address may have a path, with a slash at the end or without", async () => {
  for (const path of ["/base/api", "/base/api/"]) {
    await using api = fakeApi(() => json(200, { status: "ok" }), path);
    await api.client.health(NEVER);
    assertEquals(api.received[0]?.path, "/base/api/health");
  }
});

Deno.test("each request asks for the token anew", async () => {
  const token = { ...BEARER, value: "first" };
  const seen: (string | null)[] = [];
  const clock = new FakeClock();
  using client = new ApiClient({
    baseUrl: "http://api.example.com",
    token,
    clock,
    fetch: (_, init) => {
      seen.push(new Headers(init.headers).get("authorization"));
      return Promise.resolve(json(201, CREATED));
    },
  });
  await client.createEvent(EVENT, NEVER);
  token.value = "second";
  await client.createEvent(EVENT, NEVER);
  assertEquals(seen, ["Bearer first", "Bearer second"]);
});

/** A bearer whose refused token is replaced by `next`, and a client that records what it sends. */
function renewing(next: string | null, statuses: readonly number[]) {
  const seen: string[] = [];
  const bearer = {
    value: "first",
    renew(refused: string) {
      if (next !== null) bearer.value = next;
      return Promise.resolve(bearer.value !== refused);
    },
  };
  const client = new ApiClient({
    baseUrl: "http://api.example.com",
    token: bearer,
    clock: new FakeClock(),
    fetch: (_, init) => {
      seen.push(new Headers(init.headers).get("authorization") ?? "");
      const status = statuses[seen.length - 1] ?? 500;
      return Promise.resolve(json(status, status === 401 ? SHAPE_2 : CREATED));
    },
  });
  return { client, seen };
}

Deno.test("a request whose token is refused is repeated once with another token", async () => {
  const { client, seen } = renewing("second", [401, 201]);
  using _ = client;
  assertEquals((await client.createEvent(EVENT, NEVER)).kind, "stored");
  assertEquals(seen, ["Bearer first", "Bearer second"]);
});

Deno.test("a request whose second token is refused as well is not repeated again", async () => {
  const { client, seen } = renewing("second", [401, 401, 201]);
  using _ = client;
  assertEquals((await client.createEvent(EVENT, NEVER)).kind, "unauthorized");
  assertEquals(seen.length, 2);
});

Deno.test("a request whose token is refused is not repeated where there is no other", async () => {
  const { client, seen } = renewing(null, [401, 201]);
  using _ = client;
  assertEquals((await client.createEvent(EVENT, NEVER)).kind, "unauthorized");
  assertEquals(seen.length, 1);
});

const STORED: [name: string, answer: () => Response, eventId: number, ruleGone: boolean][] = [
  ["stored without its rule", () => json(201, { data: { id: 5, rule: null } }), 5, true],
  ["answered by a platform that names no rule", () => json(201, { data: { id: 5 } }), 5, false],
  ["answered with 200", () => json(200, CREATED), 456, false],
  [
    "as long as the platform takes",
    () => json(201, { ...CREATED, x: "x".repeat(2 ** 21) }),
    456,
    false,
  ],
];

for (const [name, answer, eventId, ruleGone] of STORED) {
  Deno.test(`an event ${name} is stored`, async () => {
    assertEquals(await post(answer), { kind: "stored", eventId, ruleGone });
  });
}

Deno.test("an event is tried again if the connection breaks within the answer", async () => {
  await using api = rawApi('HTTP/1.1 201 Created\r\ncontent-length: 999\r\n\r\n{"data":');
  const result = await api.client.createEvent(EVENT, NEVER);
  const reason = "POST /api/v1/events: TypeError: error reading a body from connection";
  assertEquals(result, retry(reason));
});

const TEXT = "text/plain; charset=utf-8";
const INSUFFICIENT = "Insufficient permissions to create event for trigger type 'core.timer'";
const GATEWAY = "<!doctype html><html><head><title> 502 Bad Gateway\n</title></head></html>";
const HTML = { "content-type": "text/html" };
const NGINX = { ...HTML, server: "nginx/1.25.3" };
const UNREADABLE = "Failed to deserialize the JSON body into the target type";

const NOT_STORED: [answer: () => Response, result: PostResult][] = [
  [
    () => text(400, "Failed to parse the request body as JSON: EOF"),
    refused(400, "400: Failed to parse the request body as JSON: EOF"),
  ],
  [() => json(401, SHAPE_2), {
    kind: "unauthorized",
    reason: "401: Authentication token expired",
  }],
  [() => json(401, { error: "Invalid token type", code: "UNAUTHORIZED" }), {
    kind: "unauthorized",
    reason: "401 UNAUTHORIZED: Invalid token type",
  }],
  [
    () => json(403, { error: "Users cannot", code: "FORBIDDEN" }),
    refused(403, `${INSUFFICIENT}: 403 FORBIDDEN: Users cannot`),
  ],
  [
    () => json(403, { error: INSUFFICIENT, code: "FORBIDDEN" }),
    refused(403, INSUFFICIENT),
  ],
  [
    () => json(404, { error: "Trigger 'core.timer' not found", code: "NOT_FOUND" }),
    refused(404, "404 NOT_FOUND: Trigger 'core.timer' not found"),
  ],
  [() => json(408, { error: "slow", code: "TIMEOUT" }), retry("408 TIMEOUT: slow")],
  [
    () => json(409, { error: "Conflict", code: "CONFLICT" }),
    refused(409, "409 CONFLICT: Conflict"),
  ],
  [
    () => text(413, "Failed to buffer the request body: length limit exceeded"),
    refused(413, "413: Failed to buffer the request body: length limit exceeded"),
  ],
  [
    () => text(415, "Expected request with `Content-Type: application/json`"),
    refused(415, "415: Expected request with `Content-Type: application/json`"),
  ],
  [
    () => text(422, `${UNREADABLE}: missing field \`trigger_ref\``),
    refused(422, `422: ${UNREADABLE}: missing field \`trigger_ref\``),
  ],
  [
    () => json(422, { error: "too short", code: "VALIDATION_ERROR", details: null }),
    refused(422, "422 VALIDATION_ERROR: too short"),
  ],
  [
    () => json(429, { error: "Slow down", code: "TOO_MANY_REQUESTS" }, { "retry-after": "7" }),
    retry("429 TOO_MANY_REQUESTS: Slow down", 7000),
  ],
  [
    () => json(500, { error: "pool timed out", code: "DATABASE_ERROR" }),
    retry("500 DATABASE_ERROR: pool timed out"),
  ],
];

/** Answers of somebody in between, with what is told of them. */
const STRANGERS: [answer: () => Response, told: string, retryAfterMs?: number][] = [
  [
    () => text(200, "<html><body>down for <b>maintenance</b></body></html>", NGINX),
    "200 is not the platform's answer: an HTML page, 'down for maintenance' " +
    "(text/html, Server: nginx/1.25.3)",
  ],
  [() => text(200, "", HTML), "200 is not the platform's answer: an empty body (text/html)"],
  [() => json(200, ["odd"]), "200 is not the platform's answer: '[\"odd\"]' (application/json)"],
  [
    () => json(201, { data: { id: "5" } }),
    stranger(201, '\'{"data":{"id":"5"}}\'', "application/json"),
  ],
  [
    () => json(201, { data: { rule: null } }),
    stranger(201, '\'{"data":{"rule":null}}\'', "application/json"),
  ],
  [() => json(201, { success: true }), stranger(201, "'{\"success\":true}'", "application/json")],
  [() => text(201, ""), stranger(201, "an empty body")],
  [() => text(201, " \n"), stranger(201, "an empty body")],
  [() => text(201, '{"data":{"id":5'), stranger(201, '\'{"data":{"id":5\'')],
  [() => json(202, {}), stranger(202, "'{}'", "application/json")],
  [() => text(202, "queued"), stranger(202, "'queued'")],
  [() => new Response(null, { status: 204 }), stranger(204, "an empty body", "no content type")],
  [
    () => text(301, "", { location: `https://login.example.com/?token=${TOKEN}` }),
    stranger(301, "a redirect to host 'login.example.com'"),
  ],
  [
    () => text(302, "<html>moved</html>", NGINX),
    stranger(302, "a redirect nowhere", "text/html, Server: nginx/1.25.3"),
  ],
  [() => text(307, "", { location: "http://[" }), stranger(307, "a redirect nowhere")],
  [() => text(400, "Bad Request"), stranger(400, "'Bad Request'")],
  [
    () => text(400, `${UNREADABLE}: no`, HTML),
    stranger(400, `an HTML page, '${UNREADABLE}: no'`, "text/html"),
  ],
  [
    () => text(401, "<h1>Sign in</h1>", HTML),
    stranger(401, "an HTML page, 'Sign in'", "text/html"),
  ],
  [() => text(401, ""), stranger(401, "an empty body")],
  [
    () => text(403, "RBAC: access denied", { server: "envoy" }),
    stranger(403, "'RBAC: access denied'", `${TEXT}, Server: envoy`),
  ],
  [
    () => text(403, "<title>\nForbidden </title><h1>No</h1>", HTML),
    stranger(403, "an HTML page, 'Forbidden'", "text/html"),
  ],
  [
    () => json(403, { message: "Forbidden" }),
    stranger(403, '\'{"message":"Forbidden"}\'', "application/json"),
  ],
  [
    () => json(403, { error: { code: 403, message: "no" } }),
    stranger(403, '\'{"error":{"code":403,"message":"no"}}\'', "application/json"),
  ],
  [() => text(404, "404 page not found"), stranger(404, "'404 page not found'")],
  [() => text(404, ""), stranger(404, "an empty body")],
  [
    () => json(404, { error: "Not Found", status: 404 }),
    stranger(404, '\'{"error":"Not Found","status":404}\'', "application/json"),
  ],
  [() => text(405, ""), stranger(405, "an empty body")],
  [() => text(407, "proxy authentication"), stranger(407, "'proxy authentication'")],
  [
    () => text(413, "<html><h1>413 Too Large</h1></html>", HTML),
    stranger(413, "an HTML page, '413 Too Large'", "text/html"),
  ],
  [() => text(421, "misdirected"), stranger(421, "'misdirected'")],
  [() => text(451, ""), stranger(451, "an empty body")],
  [() => text(502, GATEWAY, HTML), stranger(502, "an HTML page, '502 Bad Gateway'", "text/html")],
  [
    () => text(503, "", { "retry-after": "Wed, 01 Jan 2025 00:00:20 GMT" }),
    stranger(503, "an empty body"),
    20_000,
  ],
  [() => text(504, "<p>", {}), stranger(504, "an HTML page")],
  [
    () => text(520, "", { server: "\u00a0".repeat(3) + "x".repeat(200) }),
    stranger(520, "an empty body", `${TEXT}, Server: ${"x".repeat(77)}...`),
  ],
];

for (const [answer, told, retryAfterMs = null] of STRANGERS) {
  Deno.test(`what ${told} is tried again`, async () => {
    assertEquals(await post(answer), retry(told, retryAfterMs));
  });
}

Deno.test("an answer longer than any of the platform's is none", async () => {
  const result = await post(() => text(201, "x".repeat(5 * 2 ** 20)));
  assertEquals(result, retry("POST /api/v1/events: the answer is longer than 4194304 bytes"));
});

function stranger(status: number, words: string, sender: string = TEXT): string {
  return `${status} is not the platform's answer: ${words} (${sender})`;
}

function refused(status: number, reason: string): PostResult {
  return { kind: "refused", status, reason };
}

function retry(reason: string, retryAfterMs: number | null = null): PostResult {
  return { kind: "retry", reason, retryAfterMs };
}

for (const [answer, result] of NOT_STORED) {
  const { status } = answer();
  const summary = result.kind === "stored" ? "" : result.reason;
  Deno.test(`status ${status} is ${result.kind}: ${summary}`, async () => {
    assertEquals(await post(answer), result);
  });
}

Deno.test("a redirect is not followed", async () => {
  await using target = fakeApi(() => json(201, CREATED));
  await using api = fakeApi(() => text(307, "", { location: `${target.url}/api/v1/events` }));
  assertEquals((await api.client.createEvent(EVENT, NEVER)).kind, "retry");
  assertEquals(target.received, []);
});

Deno.test("no answer can bring the token into a reason", async () => {
  const echoes = [
    () => json(400, { error: `bad token ${TOKEN}`, code: "X" }),
    () => json(401, { error: { code: 401, message: TOKEN } }),
    () => text(403, `Bearer ${TOKEN}`),
    () => text(422, "x".repeat(480) + TOKEN),
    () => text(500, `<title>${TOKEN}</title>`, HTML),
    () => json(500, [TOKEN]),
  ];
  for (const echo of echoes) {
    const result = await post(echo);
    assert(result.kind !== "stored");
    assert(!result.reason.includes(TOKEN.slice(0, 12)), result.reason);
  }
});

for (const start of ["", "xy"]) {
  Deno.test(`a reason is one line of at most 500 characters: ${start}`, async () => {
    const long = "\u{1f600}".repeat(400);
    const error = `${start}\u0000b\r\n\u001b[31mc\u2028d${long}`;
    const result = await post(() => json(400, { error, code: "BAD_REQUEST" }));
    assert(result.kind === "refused");
    const told = "400 BAD_REQUEST: ";
    assert(result.reason.startsWith(`${told}${start} b [31mc d\u{1f600}`.replace("  ", " ")));
    assert(result.reason.endsWith("..."));
    assertEquals(result.reason.length, told.length + 500);
    assert(result.reason.isWellFormed());
  });
}

Deno.test("a network failure is to be retried, and its reason tells place and fault", async () => {
  const listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const baseUrl = `http://127.0.0.1:${listener.addr.port}`;
  listener.close();
  using client = new ApiClient({ baseUrl, token: BEARER, clock: new FakeClock() });
  const reason = "POST /api/v1/events: tcp connect error: Connection refused (os error 111)";
  assertEquals(await client.createEvent(EVENT, NEVER), retry(reason));
});

const BROKEN: [name: string, bytes: string, fault: string][] = [
  ["closes without a word", "", "connection closed before message completed"],
  ["does not speak HTTP", "SSH-2.0-OpenSSH\r\n\r\n", "invalid HTTP version parsed"],
];

for (const [name, bytes, fault] of BROKEN) {
  Deno.test(`a server that ${name} is to be retried`, async () => {
    await using api = rawApi(bytes);
    const result = await api.client.createEvent(EVENT, NEVER);
    assertEquals(result, retry(`POST /api/v1/events: ${fault}`));
    assertEquals(api.clock.pending, 0);
  });
}

Deno.test("a connection that is reset while it waits is to be retried", async () => {
  const arrived = Promise.withResolvers<void>();
  await using api = fakeApi(() => {
    arrived.resolve();
    return hold.answer;
  });
  using hold = held();
  await using proxy = await TcpProxy.start(Number(new URL(api.url).port));
  const baseUrl = `http://127.0.0.1:${proxy.port}`;
  using client = new ApiClient({ baseUrl, token: BEARER, clock: new FakeClock() });
  const posting = client.createEvent(EVENT, NEVER);
  await arrived.promise;
  await proxy.reset();
  const reason = "POST /api/v1/events: Connection reset by peer (os error 104)";
  assertEquals(await posting, retry(reason));
});

Deno.test("a request ends after ten seconds without an answer", async () => {
  await using api = fakeApi(() => hold.answer);
  using hold = held();
  const posting = api.client.createEvent(EVENT, NEVER);
  await api.clock.advance(9999);
  assertEquals(api.clock.pending, 1);
  await api.clock.advance(1);
  assertEquals(await posting, retry("POST /api/v1/events: no answer within 10 s"));
});

Deno.test("an answer that never ends is given up after ten seconds, and proves nothing", async () => {
  const body = new ReadableStream({
    start: (controller) => controller.enqueue(new TextEncoder().encode('{"items":')),
  });
  const clock = new FakeClock();
  const reading = Promise.withResolvers<void>();
  const fetch = (_: string, { signal }: RequestInit) => {
    reading.resolve();
    const ended = new TransformStream();
    body.pipeTo(ended.writable, signal ? { signal } : {}).catch(() => {/* ended.readable tells */});
    return Promise.resolve(new Response(ended.readable, { status: 200 }));
  };
  using client = new ApiClient({ baseUrl: "http://h", token: BEARER, clock, fetch });
  const posting = client.createEvent(EVENT, NEVER);
  await reading.promise;
  await clock.advance(10_000);
  assertEquals(await posting, retry("POST /api/v1/events: no answer within 10 s"));
});

Deno.test("an aborted request ends at once and leaves no alarm behind", async () => {
  await using api = fakeApi(() => hold.answer);
  using hold = held();
  const stop = new AbortController();
  const posting = api.client.createEvent(EVENT, stop.signal);
  const reading = api.client.rule("a.b", stop.signal);
  const reason = new Error("The sensor is stopping");
  stop.abort(reason);
  assertEquals(await posting, retry("The sensor is stopping"));
  assertEquals(await assertRejects(() => reading), reason);
  assertEquals(await api.client.createEvent(EVENT, stop.signal), retry("The sensor is stopping"));
  assertEquals(api.clock.pending, 0);
});

Deno.test("a request leaves no listener on the signal, which lives as long as the sensor", async () => {
  await using api = fakeApi(() => json(201, CREATED));
  const { signal } = new AbortController();
  const listeners = new Set<unknown>();
  signal.addEventListener = (_: string, listener: unknown) => void listeners.add(listener);
  signal.removeEventListener = (_: string, listener: unknown) => void listeners.delete(listener);
  await api.client.createEvent(EVENT, signal);
  assertEquals(listeners.size, 0);
});

Deno.test("a missing permission is told and is no reason to try again", async () => {
  const fetch = () => Promise.reject(new Deno.errors.NotCapable('Requires net access to "h:80"'));
  const clock = new FakeClock();
  using client = new ApiClient({ baseUrl: "http://h", token: BEARER, clock, fetch });
  const error = await assertRejects(() => client.health(NEVER), ApiError);
  assertEquals(error.message, 'GET /health: NotCapable: Requires net access to "h:80"');
  assertEquals(error.retriable, false);
});

Deno.test("health is the platform's word, and anything else an error that tells what it was", async () => {
  await using well = fakeApi(() => json(200, { status: "ok" }));
  await well.client.health(NEVER);
  await using portal = fakeApi(() => text(200, "<title>Welcome</title>", HTML));
  await assertRejects(
    () => portal.client.health(NEVER),
    ApiError,
    "GET /health: 200 is not the platform's answer: an HTML page, 'Welcome' (text/html)",
  );
  await using ill = fakeApi(() =>
    json(503, { error: "down", code: "DATABASE_ERROR" }, { "retry-after": "3" })
  );
  const error = await assertRejects(() => ill.client.health(NEVER));
  assertInstanceOf(error, ApiError);
  assertEquals(error.message, "GET /health: 503 DATABASE_ERROR: down");
  const { status, code, retriable, retryAfterMs } = error;
  assertEquals([status, code, retriable, retryAfterMs], [503, "DATABASE_ERROR", true, 3000]);
});
