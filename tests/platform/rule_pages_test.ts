import { assertEquals, assertLess, assertLessOrEqual, assertRejects } from "@std/assert";
import { ApiError } from "../../src/platform/api_error.ts";
import { allPages, type PageSpan } from "../../src/platform/paging.ts";
import type { RulePage } from "../../src/sync/rule_source.ts";
import { ruleId } from "../support/rules.ts";
import { fakeApi, json, NEVER, type Received } from "./fake_api.ts";

type Row = Record<string, unknown>;

const MB = 1_000_000;

function rowOf(id: number, parts: Row = {}): Row {
  return {
    id,
    ref: `mypack.rule${String(id).padStart(4, "0")}`,
    "trigger_ref": "core.timer",
    "action_params": {},
    "trigger_params": { type: "interval", interval: 5 },
    enabled: true,
    created: "2025-01-01T00:00:00Z",
    updated: "2025-01-02T00:00:00Z",
    ...parts,
  };
}

function rowsOf(count: number, parts: Row = {}): Row[] {
  return Array.from({ length: count }, (_, index) => rowOf(index + 1, parts));
}

interface Span {
  readonly page: number;
  readonly size: number;
}

function spanOf({ path }: Received): Span {
  const query = new URL(path, "http://h").searchParams;
  return { page: Number(query.get("page")), size: Number(query.get("page_size")) };
}

/** The list as the platform pages it (contract 2.4), with what is told of it. */
function listOf(rows: readonly Row[], { page, size }: Span, told: Row = {}): Response {
  const items = rows.slice((page - 1) * size, page * size);
  const total = { total_items: rows.length, total_pages: Math.ceil(rows.length / size) };
  return json(200, { items, pagination: { ...total, ...told } });
}

interface Read {
  readonly pages: readonly RulePage[];
  /** The sizes of pages that were asked for, each once. */
  readonly sizes: readonly number[];
  readonly requests: number;
}

async function readAll(answer: (span: Span) => Response): Promise<Read> {
  await using api = fakeApi((request) => answer(spanOf(request)));
  const pages = await Array.fromAsync(api.client.rulePages("core.timer", () => 1, NEVER));
  const sizes = [...new Set(api.received.map((request) => spanOf(request).size))];
  return { pages, sizes, requests: api.received.length };
}

function idsOf({ pages }: Read): number[] {
  return pages.flatMap(({ rules }) => rules.map(({ id }) => Number(id))).toSorted((a, b) => a - b);
}

function oddities({ pages }: Read): (string | null)[] {
  return [...new Set(pages.map(({ oddity }) => oddity))];
}

const heavy = "x".repeat(1.9 * MB);

Deno.test("rules with much that is not needed are read like any other", async () => {
  const read = await readAll((span) => listOf(rowsOf(8, { action_params: heavy }), span));
  assertEquals(idsOf(read), [1, 2, 3, 4, 5, 6, 7, 8]);
  assertEquals(read.sizes, [100]);
});

Deno.test("a page that is too long is read in smaller ones", async () => {
  const rows = rowsOf(250).map((row, index) =>
    index >= 120 && index < 130 ? { ...row, action_params: heavy } : row
  );
  const read = await readAll((span) => listOf(rows, span));
  assertEquals(idsOf(read), rows.map(({ id }) => id));
  assertEquals(read.sizes, [100, 10, 1]);
  assertEquals(read.requests, 3 + 10 + 10);
});

Deno.test("a first page that is too long is read in smaller ones, and so are those after it", async () => {
  const params = { type: "interval", interval: 5, note: "y".repeat(60_000) };
  const rows = rowsOf(105, { trigger_params: params });
  const read = await readAll((span) => listOf(rows, span));
  assertEquals(idsOf(read), rows.map(({ id }) => id));
  assertEquals(read.sizes, [100, 10]);
});

Deno.test("a rule that alone is too long costs only itself, and is told", async () => {
  const rows = rowsOf(12).map((row, index) =>
    index === 3 ? { ...row, action_params: "x".repeat(17 * MB) } : row
  );
  const read = await readAll((span) => listOf(rows, span));
  assertEquals(idsOf(read), rows.map(({ id }) => id));
  const unreadable = read.pages.flatMap(({ rules }) => rules)
    .filter((rule) => rule.unreadable !== undefined);
  assertEquals(unreadable.map(({ ref, unreadable }) => [ref, unreadable]), [
    ["mypack.rule0004", "its row is too long"],
  ]);
});

Deno.test("parameters that are too long cost only their rule", async () => {
  const params = { list: Array(100_000).fill([]) };
  const rows = [rowOf(1), rowOf(2, { trigger_params: params }), rowOf(3)];
  const read = await readAll((span) => listOf(rows, span));
  assertEquals(idsOf(read), [1, 2, 3]);
  assertEquals(read.pages[0]?.rules.map(({ unreadable }) => unreadable), [
    undefined,
    'trigger_params: Invalid input: expected object, received "longer than 65536 bytes"',
    undefined,
  ]);
});

Deno.test("a single rule that is too long is told to be so", async () => {
  const data = rowOf(5, { ref: "a.b", action_params: "x".repeat(17 * MB) });
  await using api = fakeApi(() => json(200, { data }));
  assertEquals(await api.client.rule("a.b", NEVER), {
    id: ruleId(5),
    ref: "a.b",
    reason: "its row is too long",
  });
  await assertRejects(() => api.client.rule("a.c", NEVER), ApiError, "is longer than");
});

Deno.test("a page that repeats is the last one, and told", async () => {
  for (const total_pages of [9, 2 ** 53 - 1, 1e300]) {
    const rows = rowsOf(100);
    const read = await readAll(({ size }) => listOf(rows, { page: 1, size }, { total_pages }));
    assertEquals([...new Set(idsOf(read))], rows.map(({ id }) => id));
    assertLessOrEqual(read.requests, 9);
    assertEquals(read.pages.some(({ oddity }) => oddity === "repeated"), true);
  }
});

Deno.test("pages that never end come to an end, and are told", async () => {
  let requests = 0;
  const read = ({ number }: PageSpan) => {
    requests++;
    return Promise.resolve({ rows: 1, firstId: number, lastPage: number + 1 });
  };
  const pages = await Array.fromAsync(allPages(read, NEVER));
  assertEquals([requests, pages.length], [20_000, 20_000]);
  assertEquals(pages.at(-1)?.oddity, "endless");
});

const TOTALS: [told: Row, oddity: (string | null)[]][] = [
  [{ total_items: 0, total_pages: 0 }, [null]],
  [{ total_items: -5, total_pages: -1 }, [null]],
  [{ total_items: 7 }, [null]],
  [{ total_pages: 1 }, [null]],
  [{ total_items: 0.5, total_pages: 0.5 }, [null]],
  [{ total_items: 100, total_pages: 1, has_next: true }, [null]],
  [{ total_pages: 2 ** 53 - 1 }, ["endless"]],
];

for (const [told, oddity] of TOTALS) {
  Deno.test(`all rules are read though the list tells ${JSON.stringify(told)}`, async () => {
    const rows = rowsOf(250);
    const read = await readAll((span) => {
      const isLast = span.page * span.size >= rows.length;
      return listOf(rows, span, { ...told, ...(isLast ? { has_next: false } : {}) });
    });
    assertEquals(idsOf(read), rows.map(({ id }) => id));
    assertEquals(oddities(read).toSorted(), oddity.toSorted());
    assertLess(read.requests, 10);
  });
}
