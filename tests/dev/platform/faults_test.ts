import { assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import type { FaultSpec } from "../../../src/dev/platform/faults.ts";
import { type Platform, startPlatform } from "../../../src/dev/platform/platform.ts";
import { ask, type Reply } from "./ask.ts";

const POST = "POST /api/v1/events";
const EVENTS = { method: "POST", path: "/api/v1/events" };
const LONG_MS = 600_000;

async function store(platform: Platform, signal?: AbortSignal): Promise<Reply> {
  const token = await platform.sensorToken();
  const asking = { token, body: { trigger_ref: "core.timer" } };
  return await ask(platform, POST, signal === undefined ? asking : { ...asking, signal });
}

/** What the client is told of a request that fails on the wire. */
async function failure(request: Promise<unknown>): Promise<string> {
  const error = await assertRejects(() => request, TypeError);
  return error.cause instanceof Error ? error.cause.message : error.message;
}

for (const [after_commit, kept] of [[false, 0], [true, 1]] as const) {
  const moment = after_commit ? "after" : "before";

  Deno.test(`A reset ${moment} the commit keeps ${kept} events`, async () => {
    await using platform = await startPlatform({ older: true });
    using fault = platform.faults.add({ ...EVENTS, kind: "reset", after_commit });
    assertEquals(await failure(store(platform)), "Connection reset by peer (os error 104)");
    assertEquals(platform.events.all.length, kept);
    assertEquals(fault.hits, 1);
  });

  Deno.test(`A request that hangs ${moment} the commit keeps ${kept} events`, async () => {
    await using platform = await startPlatform({ older: true });
    platform.faults.add({ ...EVENTS, kind: "hang", times: 1, after_commit });
    const abort = new AbortController();
    const hanging = assertRejects(() => store(platform, abort.signal), DOMException);
    while (platform.requests.size === 0) await ask(platform, "GET /_dev/requests");
    assertEquals((await store(platform)).status, 201);
    assertEquals(platform.events.all.length, kept + 1);
    abort.abort();
    await hanging;
  });

  Deno.test(`An answer in place of the platform's ${moment} the commit keeps ${kept} events`, async () => {
    await using platform = await startPlatform({ older: true });
    const headers = { "content-type": "text/html", "retry-after": "7" };
    const body = "<h1>503 Service Temporarily Unavailable</h1>";
    platform.faults.add({ ...EVENTS, kind: "answer", status: 503, headers, body, after_commit });
    const reply = await store(platform);
    assertEquals([reply.status, reply.type, reply.text], [503, "text/html", body]);
    assertEquals(reply.headers.get("retry-after"), "7");
    assertEquals(platform.events.all.length, kept);
  });

  Deno.test(`A request delayed ${moment} the commit goes on afterwards`, async () => {
    await using platform = await startPlatform({ older: true });
    platform.faults.add({ ...EVENTS, kind: "latency", ms: 1, after_commit });
    assertEquals((await store(platform)).status, 201);
    assertEquals(platform.events.all.length, 1);
  });
}

Deno.test("A delayed request delays no other one and ends with the platform", async () => {
  const platform = await startPlatform({ older: true });
  platform.faults.add({ ...EVENTS, kind: "latency", ms: LONG_MS, times: 1 });
  const delayed = assertRejects(() => store(platform), TypeError);
  while (platform.requests.size === 0) await ask(platform, "GET /_dev/requests");
  assertEquals((await store(platform)).status, 201);
  assertEquals(platform.events.all.length, 1);
  await platform[Symbol.asyncDispose]();
  await delayed;
});

/** How an answer is spoilt, and what arrives. */
const GARBAGE = [
  ["text", (text: string) => assertEquals(text, "<html>It works!</html>")],
  ["truncated", (text: string) => assertEquals(text.startsWith('{"data":{"id":1,'), true)],
  ["wrong_type", (text: string) => assertEquals(text, '"It works!"')],
] as const;

for (const [form, check] of GARBAGE) {
  Deno.test(`Garbage of the form ${form} is a success that cannot be read`, async () => {
    await using platform = await startPlatform({ older: true });
    platform.faults.add({ ...EVENTS, kind: "garbage", form });
    const { status, type, text } = await store(platform);
    assertEquals([status, type], [201, "application/json"]);
    check(text);
    assertEquals(text.endsWith("}}"), false);
    assertEquals(platform.events.all.length, 1);
  });
}

Deno.test("An answer that is cut short fails while its body is read", async () => {
  await using platform = await startPlatform({ older: true });
  platform.faults.add({ ...EVENTS, kind: "garbage", form: "cut" });
  assertEquals(await failure(store(platform)), "error reading a body from connection");
  assertEquals(platform.events.all.length, 1);
});

Deno.test("A platform that is down refuses connections, and comes up on the same port as it was", async () => {
  await using platform = await startPlatform({ older: true });
  await store(platform);
  await platform.down();
  await platform.down();
  const refused = await failure(store(platform));
  assertEquals(refused.includes("Connection refused"), true, refused);
  await platform.up();
  await platform.up();
  assertEquals((await store(platform)).status, 201);
  assertEquals(platform.events.all.length, 2);
});

Deno.test("Going down cuts the requests in hand", async () => {
  await using platform = await startPlatform({ older: true });
  platform.faults.add({ ...EVENTS, kind: "hang" });
  const cut = assertRejects(() => store(platform), TypeError);
  while (platform.requests.size === 0) await ask(platform, "GET /_dev/requests");
  await platform.down();
  await cut;
});

/** Which of five requests are struck: POST events, GET events, GET events/1, GET rules, DELETE rules/a.b. */
const SCOPES: readonly (readonly [Partial<FaultSpec>, readonly boolean[]])[] = [
  [{}, [true, true, true, true, true]],
  [{ method: "GET" }, [false, true, true, true, false]],
  [{ path: "/api/v1/events" }, [true, true, false, false, false]],
  [{ path: "/api/v1/events*" }, [true, true, true, false, false]],
  [{ path: "/api/v1/*/*" }, [false, false, true, false, true]],
  [{ method: "POST", path: "*/events" }, [true, false, false, false, false]],
  [{ times: 2 }, [true, true, false, false, false]],
  [{ path: "/api/v1/rules*", times: 1 }, [false, false, false, true, false]],
  [{ probability: 0 }, [false, false, false, false, false]],
];

for (const [scope, expected] of SCOPES) {
  Deno.test(`A fault with the scope ${JSON.stringify(scope)} strikes those requests alone`, async () => {
    await using platform = await startPlatform({ older: true });
    const fault = platform.faults.add({ ...scope, kind: "answer", status: 418 });
    const struck: boolean[] = [];
    for (
      const request of [
        POST,
        "GET /api/v1/events",
        "GET /api/v1/events/1",
        "GET /api/v1/rules",
        "DELETE /api/v1/rules/a.b",
      ]
    ) {
      struck.push((await ask(platform, `${request}`)).status === 418);
    }
    assertEquals(struck, [...expected]);
    assertEquals(fault.hits, expected.filter(Boolean).length);
  });
}

Deno.test("Dice with the same seed strike the same requests", async () => {
  await using platform = await startPlatform({ older: true });
  const throws = async (seed: number) => {
    using fault = platform.faults.add({ kind: "answer", status: 418, probability: 0.5, seed });
    let struck = "";
    for (let count = 0; count < 64; count++) {
      struck += (await ask(platform, "GET /health")).status === 418 ? "x" : ".";
    }
    return { struck, hits: fault.hits };
  };
  const first = await throws(1);
  assertEquals(await throws(1), first);
  assertNotEquals((await throws(2)).struck, first.struck);
  assertEquals(first.hits > 16 && first.hits < 48, true, first.struck);
});

Deno.test("Delays come before another fault, of which the oldest strikes", async () => {
  await using platform = await startPlatform({ older: true });
  const later = platform.faults.add({ kind: "latency", ms: 1 });
  const first = platform.faults.add({ kind: "answer", status: 418 });
  const second = platform.faults.add({ kind: "answer", status: 503 });
  assertEquals((await ask(platform, "GET /health")).status, 418);
  assertEquals([later.hits, first.hits, second.hits], [1, 1, 0]);
  first[Symbol.dispose]();
  assertEquals((await ask(platform, "GET /health")).status, 503);
  platform.faults.clear();
  assertEquals((await ask(platform, "GET /health")).status, 200);
  assertEquals(platform.faults.all, []);
});
