import {
  assert,
  assertEquals,
  assertLessOrEqual,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { ApiError } from "../../src/platform/api_error.ts";
import type { RulePage } from "../../src/sync/rule_source.ts";
import { fakeApi, held, json, NEVER, rawApi, type Received, text } from "./fake_api.ts";

type Row = Record<string, unknown>;

function rowOf(id: number, parts: Row = {}): Row {
  return {
    id,
    ref: `mypack.rule${String(id).padStart(4, "0")}`,
    "trigger_ref": "core.timer",
    "trigger_params": { type: "interval", interval: 5 },
    enabled: id % 2 === 1,
    created: "2025-01-01T00:00:00.000001Z",
    updated: "2025-01-02T00:00:00.123456Z",
    label: "not ours",
    ...parts,
  };
}

function rowsOf(count: number): Row[] {
  return Array.from({ length: count }, (_, index) => rowOf(index + 1));
}

/** The list as the platform pages it (contract 2.4). */
function listOf(rows: readonly Row[], { path }: Received, counted = rows.length): Response {
  const query = new URL(path, "http://h").searchParams;
  const page = Number(query.get("page"));
  const size = Number(query.get("page_size"));
  const items = rows.slice((page - 1) * size, (page - 1) * size + Math.min(size, 100));
  const total = Math.ceil(counted / size);
  return json(200, { items, pagination: { total_items: counted, total_pages: total } });
}

async function allOf(pages: AsyncIterable<RulePage>): Promise<RulePage[]> {
  return await Array.fromAsync(pages);
}

function idsOf(pages: readonly RulePage[]): number[] {
  return pages.flatMap(({ rules }) => rules.map(({ id }) => Number(id))).toSorted((a, b) => a - b);
}

for (
  const [count, requests] of [[0, 1], [1, 1], [100, 1], [101, 2], [250, 3], [1234, 13]] as const
) {
  Deno.test(`${count} rules are read in ${requests} pages, each rule once`, async () => {
    const rows = rowsOf(count);
    await using api = fakeApi((request) => listOf(rows, request));
    const pages = await allOf(api.client.rulePages("core.timer", BEGIN, NEVER));
    assertEquals(idsOf(pages), rows.map(({ id }) => id));
    assertEquals(pages.map(({ totalItems }) => totalItems), Array(requests).fill(count));
    assertEquals(
      api.received.map(({ path }) => path).toSorted((a, b) => pageNumber(a) - pageNumber(b)),
      Array.from(
        { length: requests },
        (_, page) => `/api/v1/triggers/core.timer/rules?page=${page + 1}&page_size=100`,
      ),
    );
    assertEquals(api.clock.pending, 0);
  });
}

function pageNumber(path: string): number {
  return Number(new URL(path, "http://h").searchParams.get("page"));
}

/** All reads begin at once. */
const BEGIN = () => 0;

Deno.test("a rule is read with its instants in the units of the domain", async () => {
  await using api = fakeApi((request) => listOf([rowOf(1)], request));
  const [page] = await allOf(api.client.rulePages("core.timer", BEGIN, NEVER));
  assertEquals(page?.rules[0]?.createdAt, Date.UTC(2025, 0, 1));
  assertEquals(page?.rules[0]?.version, Date.UTC(2025, 0, 2) * 1000 + 123_456);
  assertEquals(page?.rules[0]?.params, { type: "interval", interval: 5 });
});

Deno.test("pages are read four at a time, and given out as they come", async () => {
  const rows = rowsOf(900);
  const waiting: PromiseWithResolvers<void>[] = [];
  let isHolding = true;
  let open = 0;
  let most = 0;
  await using api = fakeApi(async (request) => {
    const page = pageNumber(request.path);
    most = Math.max(most, ++open);
    if (isHolding && page > 1 && page !== 5) {
      const hold = Promise.withResolvers<void>();
      waiting.push(hold);
      await hold.promise;
    }
    open--;
    return listOf(rows, request);
  });
  const order: number[] = [];
  for await (const page of api.client.rulePages("core.timer", BEGIN, NEVER)) {
    order.push(Math.ceil((idsOf([page])[0] ?? 0) / 100));
    if (order.length < 2) continue;
    isHolding = false;
    for (const hold of waiting) hold.resolve();
  }
  assertEquals(order.slice(0, 2), [1, 5]);
  assertEquals(order.toSorted((a, b) => a - b), [1, 2, 3, 4, 5, 6, 7, 8, 9]);
  assertEquals(most, 4);
});

const NESTED = Array.from({ length: 50 }).reduce<unknown>((x) => ({ x }), 1);
const UNREADABLE: [name: string, parts: Row, reason: string][] = [
  ["parameters of text", { trigger_params: "x" }, 'expected object, received "x"'],
  ["parameters of a list", { trigger_params: [] }, "expected object, received array"],
  ["no parameters", { trigger_params: null }, "expected object, received null"],
  ["parameters that nest too deep", { trigger_params: NESTED }, "expected at most 32"],
  [
    "no time of making",
    { created: null },
    "created: Invalid input: expected string, received null",
  ],
  ["a time of making in words", { created: "yesterday" }, "created: Invalid ISO datetime"],
  ["neither on nor off", { enabled: null }, "enabled: Invalid input: expected boolean"],
  ["a trigger without a name", { trigger_ref: "" }, "trigger_ref: Invalid ref"],
];

for (const [name, parts, reason] of UNREADABLE) {
  Deno.test(`a row with ${name} costs only itself, and its rule is told to be unreadable`, async () => {
    const rows = [rowOf(1), rowOf(3, parts), rowOf(5)];
    await using api = fakeApi((request) => listOf(rows, request));
    const [page] = await allOf(api.client.rulePages("core.timer", BEGIN, NEVER));
    assertEquals(page?.rules.map(({ id }) => Number(id)), [1, 3, 5]);
    assertEquals(page?.unreadable, []);
    const [first, second] = page?.rules ?? [];
    assertEquals(first?.unreadable, undefined);
    assertStringIncludes(second?.unreadable ?? "", reason);
    assertEquals([second?.enabled, second?.params], [true, {}]);
    assertEquals([second?.ref, second?.triggerRef], ["mypack.rule0003", "core.timer"]);
  });
}

Deno.test("a row that does not say whose it is costs only itself", async () => {
  const rows = [
    rowOf(1),
    rowOf(2, { ref: "x".repeat(256) }),
    rowOf(4, { id: "4" }),
    { id: "x", ref: 5 },
    null,
    rowOf(6),
  ];
  await using api = fakeApi(() =>
    json(200, { items: rows, pagination: { total_items: 6, total_pages: 1 } })
  );
  const [page] = await allOf(api.client.rulePages("core.timer", BEGIN, NEVER));
  assertEquals(page?.rules.map(({ id }) => Number(id)), [1, 6]);
  assertEquals(page?.unreadable.map(({ id, ref }) => [id && Number(id), ref]), [
    [2, null],
    [null, "mypack.rule0004"],
    [null, null],
    [null, null],
  ]);
  const reasons = page?.unreadable.map(({ reason }) => reason) ?? [];
  assertEquals(reasons[0], "ref: Invalid ref");
  assert(reasons[2]?.startsWith("id: Invalid input: expected number"), reasons[2]);
  assertEquals(reasons[3], "Invalid input: expected object, received null");
});

Deno.test("a ref is as long as the platform allows, in characters", async () => {
  for (const ref of ["x".repeat(255), "\u{1f600}".repeat(255)]) {
    await using api = fakeApi((request) => listOf([rowOf(1, { ref })], request));
    const [page] = await allOf(api.client.rulePages("core.timer", BEGIN, NEVER));
    assertEquals(page?.rules.map((rule) => rule.ref), [ref]);
  }
});

Deno.test("a stamp that cannot be read costs nothing", async () => {
  await using api = fakeApi((request) => listOf([rowOf(1, { updated: null })], request));
  const [page] = await allOf(api.client.rulePages("core.timer", BEGIN, NEVER));
  assertEquals(page?.rules.map(({ version, unreadable }) => [version, unreadable]), [
    [null, undefined],
  ]);
});

Deno.test("a page that a proxy compressed is read", async () => {
  const rows = rowsOf(3);
  await using api = fakeApi(async (request) =>
    gzipped(await gzip(await listOf(rows, request).text()))
  );
  assertEquals(idsOf(await allOf(api.client.rulePages("core.timer", BEGIN, NEVER))), [1, 2, 3]);
});

Deno.test("a trigger that is not installed has no pages", async () => {
  await using api = fakeApi(() =>
    json(404, { error: "Trigger 'core.timer' not found", code: "NOT_FOUND" })
  );
  assertEquals(await allOf(api.client.rulePages("core.timer", BEGIN, NEVER)), []);
});

const TOO_LONG =
  "the answer is longer than 16777216 bytes, or than 1048576 without what is not needed";
const NO_LIST: [name: string, answer: () => Response, message: string, retriable: boolean][] = [
  [
    "a 404 of a proxy",
    () => text(404, "default backend - 404"),
    "404 is not the platform's answer: 'default backend - 404' (text/plain; charset=utf-8)",
    true,
  ],
  [
    "a 404 of another program",
    () => json(404, { error: "Not Found", status: 404 }),
    '404 is not the platform\'s answer: \'{"error":"Not Found","status":404}\' (application/json)',
    true,
  ],
  ["an expired token", () => json(401, { error: { code: 401, message: "x" } }), "401: x", false],
  [
    "a failing database",
    () => json(500, { error: "db", code: "DATABASE_ERROR" }),
    "500 DATABASE_ERROR: db",
    true,
  ],
  [
    "a redirect",
    () => text(301, "", { location: "/login" }),
    "301 is not the platform's answer: a redirect to host '127.0.0.1:PORT' (text/plain; charset=utf-8)",
    true,
  ],
  [
    "text",
    () => text(200, "fine"),
    "200 is not the platform's answer: 'fine' (text/plain; charset=utf-8)",
    true,
  ],
  [
    "another object",
    () => json(200, { items: [], pagination: { total_items: -1 } }),
    "the answer is not as expected: pagination.total_pages: Invalid input: expected number, received undefined (application/json)",
    true,
  ],
  ["more than 16 MiB", huge, TOO_LONG, true],
  [
    "more than 16 MiB, compressed to a few kilobytes",
    () => gzipped(hugeText),
    TOO_LONG,
    true,
  ],
];

const hugeText = await gzip(" ".repeat(17 * 1024 * 1024));

async function gzip(text: string): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"));
  return await new Response(stream).bytes();
}

function gzipped(bytes: Uint8Array<ArrayBuffer>): Response {
  return new Response(bytes, { headers: { "content-encoding": "gzip" } });
}

function huge(): Response {
  const chunk = new Uint8Array(1024 * 1024).fill(32);
  let left = 20;
  const body = new ReadableStream({
    pull(controller) {
      if (left-- > 0) controller.enqueue(chunk);
      else controller.close();
    },
  });
  return new Response(body, { status: 200 });
}

for (const [name, answer, message, retriable] of NO_LIST) {
  Deno.test(`${name} in place of a list is an error`, async () => {
    await using api = fakeApi(answer);
    const reading = allOf(api.client.rulePages("core.timer", BEGIN, NEVER));
    const error = await assertRejects(() => reading, ApiError);
    const expected = message.replace("PORT", new URL(api.url).port);
    assertEquals(error.message, `GET /api/v1/triggers/core.timer/rules: ${expected}`);
    assertEquals(error.retriable, retriable);
  });
}

Deno.test("a connection that breaks within a list is an error to be retried", async () => {
  await using api = rawApi('HTTP/1.1 200 OK\r\ncontent-length: 999\r\n\r\n{"items":[]');
  const reading = allOf(api.client.rulePages("core.timer", BEGIN, NEVER));
  const error = await assertRejects(() => reading, ApiError);
  assertEquals(
    error.message,
    "GET /api/v1/triggers/core.timer/rules: TypeError: error reading a body from connection",
  );
  assertEquals(error.retriable, true);
});

Deno.test("one page that fails fails all, and the requests for the others are ended", async () => {
  const rows = rowsOf(900);
  await using api = fakeApi((request) => {
    const page = pageNumber(request.path);
    if (page === 1) return listOf(rows, request);
    return page === 3 ? text(500, "broken") : hold.answer;
  });
  using hold = held();
  const reading = allOf(api.client.rulePages("core.timer", BEGIN, NEVER));
  const error = await assertRejects(() => reading, ApiError);
  assertEquals(
    error.message,
    "GET /api/v1/triggers/core.timer/rules: 500 is not the platform's answer: 'broken' " +
      "(text/plain; charset=utf-8)",
  );
  assertEquals(api.clock.pending, 0);
  assertLessOrEqual(api.received.length, 5);
});

Deno.test("a reader that loses interest ends the requests that are under way", async () => {
  const rows = rowsOf(900);
  await using api = fakeApi((request) =>
    pageNumber(request.path) < 3 ? listOf(rows, request) : hold.answer
  );
  using hold = held();
  let seen = 0;
  for await (const _ of api.client.rulePages("core.timer", BEGIN, NEVER)) if (++seen === 2) break;
  assertEquals(api.clock.pending, 0);
});

Deno.test("an aborted reading rejects with the reason", async () => {
  const rows = rowsOf(250);
  const stop = new AbortController();
  const reason = new Error("The sensor is stopping");
  await using api = fakeApi((request) => {
    if (pageNumber(request.path) === 2) stop.abort(reason);
    return listOf(rows, request);
  });
  const error = await assertRejects(() =>
    allOf(api.client.rulePages("core.timer", BEGIN, stop.signal))
  );
  assertEquals(error, reason);
});

Deno.test("pages that appear while others are read are read too", async () => {
  await using api = fakeApi((request) =>
    listOf(rowsOf(350), request, pageNumber(request.path) === 1 ? 150 : 350)
  );
  const pages = await allOf(api.client.rulePages("core.timer", BEGIN, NEVER));
  assertEquals(idsOf(pages).length, 350);
});

Deno.test("an empty page ends the reading, whatever number of pages was promised", async () => {
  await using api = fakeApi((request) => listOf(rowsOf(150), request, 1_000_000_000));
  const pages = await allOf(api.client.rulePages("core.timer", BEGIN, NEVER));
  assertEquals(idsOf(pages).length, 150);
  assertLessOrEqual(api.received.length, 9);
});

Deno.test("a rule is found by its ref, whatever characters that has", async () => {
  const ref = "mypack/../x?y.ü";
  await using api = fakeApi(() => json(200, { data: rowOf(5, { ref, trigger: 3 }) }));
  const rule = await api.client.rule(ref, NEVER);
  assertEquals(Number(rule?.id), 5);
  assert(rule !== null && "enabled" in rule && rule.enabled);
  assertEquals(api.received[0]?.path, "/api/v1/rules/mypack%2F..%2Fx%3Fy.%C3%BC");
});

Deno.test("a rule that the platform does not know is null", async () => {
  await using api = fakeApi(() => json(404, { error: "Rule 'a.b' not found", code: "NOT_FOUND" }));
  assertEquals(await api.client.rule("a.b", NEVER), null);
});

Deno.test("a rule that cannot be told to be absent is an error", async () => {
  const answers = [
    () => text(404, ""),
    () => json(404, { error: "Not Found" }),
    () => text(410, ""),
  ];
  for (const answer of answers) {
    await using api = fakeApi(answer);
    await assertRejects(() => api.client.rule("a.b", NEVER), ApiError, "GET /api/v1/rules/a.b: 4");
  }
});

Deno.test("another rule than the one asked for is an answer of somebody else", async () => {
  await using api = fakeApi(() => json(200, { data: rowOf(5, { ref: "a.c" }) }));
  const reading = api.client.rule("a.b", NEVER);
  const error = await assertRejects(() => reading, ApiError);
  assertEquals(
    error.message,
    "GET /api/v1/rules/a.b: the answer is not as expected: ref: Invalid input: expected 'a.b', " +
      "received 'a.c' (application/json)",
  );
  assertEquals([error.status, error.retriable], [null, true]);
});

Deno.test("a single rule that cannot be read is told as much of as can be", async () => {
  for (const [id, isKnown] of [[5, true], ["5", false]]) {
    const data = rowOf(5, { id, ref: "a.b", enabled: "yes" });
    await using api = fakeApi(() => json(200, { data }));
    const rule = await api.client.rule("a.b", NEVER);
    assert(rule !== null);
    assertEquals("params" in rule, isKnown);
    const reason = "params" in rule ? rule.unreadable : rule.reason;
    assertStringIncludes(reason ?? "", "enabled: Invalid input: expected boolean, received string");
  }
});
