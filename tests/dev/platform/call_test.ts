import { assertEquals } from "@std/assert";
import { startPlatform } from "../../../src/dev/platform/platform.ts";
import { ask, type Asking } from "./ask.ts";

const TEXT = "text/plain; charset=utf-8";
const JSON_TYPE = "application/json";
const MIB = 2 ** 20;

const EVENT = JSON.stringify({ trigger_ref: "core.timer" });

/** What the framework refuses before the platform's own code has its say: status, type, body's beginning. */
const REJECTIONS: readonly (readonly [string, string, Asking, number, string | null, string])[] = [
  ["an unknown route", "GET /nowhere", {}, 404, null, ""],
  ["an unknown route of the API", "POST /api/v1/auth/refresh", { body: {} }, 404, null, ""],
  ["a trailing slash", "GET /health/", {}, 404, null, ""],
  ["a wrong method", "DELETE /api/v1/events", {}, 405, null, ""],
  ["a wrong method of a route with a variable part", "PUT /api/v1/events/1", {}, 405, null, ""],
  [
    "another content type",
    "POST /api/v1/events",
    { body: EVENT, headers: { "content-type": "text/plain" } },
    415,
    TEXT,
    "Expected request with `Content-Type: application/json`",
  ],
  ["no content type", "POST /api/v1/events", { body: new Uint8Array([123, 125]) }, 415, TEXT, ""],
  [
    "broken JSON",
    "POST /api/v1/events",
    { body: "{", headers: { "content-type": JSON_TYPE } },
    400,
    TEXT,
    "Failed to parse the request body as JSON: ",
  ],
  [
    "bytes that are no UTF-8",
    "POST /api/v1/events",
    { body: new Uint8Array([34, 255, 34]), headers: { "content-type": JSON_TYPE } },
    400,
    TEXT,
    "Failed to parse the request body as JSON: ",
  ],
  [
    "no body at all",
    "POST /api/v1/events",
    { headers: { "content-type": JSON_TYPE } },
    400,
    TEXT,
    "Failed to parse the request body as JSON: ",
  ],
  [
    "a missing member",
    "POST /api/v1/events",
    { body: { payload: {} } },
    422,
    TEXT,
    "Failed to deserialize the JSON body into the target type: ",
  ],
  [
    "a member of the wrong type",
    "POST /api/v1/events",
    { body: { trigger_ref: "core.timer", trigger_instance_id: 7 } },
    422,
    TEXT,
    "Failed to deserialize the JSON body into the target type: trigger_instance_id: ",
  ],
  [
    "JSON that is no object",
    "POST /api/v1/events",
    { body: [EVENT] },
    422,
    TEXT,
    "Failed to deserialize the JSON body into the target type: body: ",
  ],
  [
    "a body one byte too long",
    "POST /api/v1/events",
    { body: new Uint8Array(2 * MIB + 1), headers: { "content-type": JSON_TYPE } },
    413,
    TEXT,
    "Failed to buffer the request body: length limit exceeded",
  ],
  [
    "a page that is no number",
    "GET /api/v1/rules?page=one",
    {},
    400,
    TEXT,
    "Failed to deserialize query string: page: invalid digit found in string",
  ],
  [
    "a negative page size",
    "GET /api/v1/triggers/core.timer/rules?page_size=-1",
    {},
    400,
    TEXT,
    "Failed to deserialize query string: page_size: invalid digit found in string",
  ],
  [
    "a negative page size for an unknown trigger",
    "GET /api/v1/triggers/no.trigger/rules?page_size=-1",
    {},
    400,
    TEXT,
    "Failed to deserialize query string: page_size: ",
  ],
  [
    "a truth value that is none",
    "GET /api/v1/events?include_total=yes",
    {},
    400,
    TEXT,
    "Failed to deserialize query string: include_total: ",
  ],
  ["an event id that is no number", "GET /api/v1/events/x", {}, 400, TEXT, "Invalid URL: "],
  ["a path that is no UTF-8", "GET /api/v1/rules/%ff", {}, 400, TEXT, "Invalid URL: "],
];

for (const [what, request, asking, status, type, text] of REJECTIONS) {
  Deno.test(`The framework answers ${status} to ${what}`, async () => {
    await using platform = await startPlatform({ older: true });
    const reply = await ask(platform, request, { token: await platform.sensorToken(), ...asking });
    assertEquals([reply.status, reply.type], [status, type]);
    assertEquals(reply.text.slice(0, text.length), text);
    if (type === null) assertEquals(reply.text, "");
  });
}

Deno.test("A body of exactly 2 MiB is read, and so are parameters of the content type", async () => {
  await using platform = await startPlatform({ older: true });
  const reply = await ask(platform, "POST /api/v1/events", {
    token: await platform.sensorToken(),
    body: EVENT + " ".repeat(2 * MIB - EVENT.length),
    headers: { "content-type": "Application/JSON; charset=utf-8" },
  });
  assertEquals(reply.status, 201);
});

Deno.test("A bad token is told before a bad body", async () => {
  await using platform = await startPlatform({ older: true });
  const asking = { body: "{", headers: { "content-type": "text/plain" } };
  assertEquals((await ask(platform, "POST /api/v1/events", asking)).status, 401);
});

Deno.test("A wrong method is told which ones are right", async () => {
  await using platform = await startPlatform({ older: true });
  const reply = await ask(platform, "PUT /api/v1/events");
  assertEquals(reply.headers.get("allow"), "POST,GET");
});
