import { assertEquals, assertLess } from "@std/assert";
import fc from "fast-check";
import { RowSieve } from "../../src/platform/row_sieve.ts";

const WANTED = new Set(["id", "ref", "params"]);
const encoder = new TextEncoder();

/** What is kept of a text that comes in pieces of these sizes, again and again. */
function keptOf(text: string, sizes: readonly number[] = [65_536], longestMember = 1000): string {
  const sieve = new RowSieve({ depth: 3, wanted: WANTED, longestMember });
  const bytes = encoder.encode(text);
  let from = 0;
  for (let n = 0; from < bytes.length; n++) {
    const size = sizes[n % sizes.length] ?? 1;
    sieve.push(bytes.subarray(from, from + size));
    from += size;
  }
  const kept = sieve.text();
  assertEquals(sieve.size, encoder.encode(kept).length);
  return kept;
}

const strings = fc.oneof(
  fc.constantFrom("id", "ref", "params", "items", '"', "\\", '\\"', "}", "]", ",", ":", '{"id":1'),
  fc.string({ unit: "binary" }),
);
const { value: anything } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(null, true, 0, -1.5e300, ""),
    strings,
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(strings, tie("value"), { maxKeys: 4 }),
  ),
}));
const row = fc.dictionary(strings, anything, { maxKeys: 6 });
const list = fc.record({
  items: fc.array(fc.oneof({ weight: 4, arbitrary: row }, { weight: 1, arbitrary: anything })),
  pagination: fc.record({ total: fc.nat(), ids: fc.array(fc.nat()) }),
});

/** What a sieve leaves of a row, if nothing is too long. */
function sieved(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, WANTED.has(name) ? member : null]),
  );
}

Deno.test("Of each row the wanted members are kept as they are, and nothing of the others", () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(list, sizes, fc.constantFrom(undefined, 1, "\t"), (value, sizes, indent) => {
      const kept: unknown = JSON.parse(
        keptOf(JSON.stringify(value, null, indent), sizes, Infinity),
      );
      const expected = { ...value, items: value.items.map(sieved) };
      assertEquals(kept, JSON.parse(JSON.stringify(expected)));
    }),
    { numRuns: 300 },
  );
});

Deno.test("A wanted member that is too long is told to be so", () => {
  for (const long of ["x".repeat(1001), Array(1001).fill(0), { x: { y: "x".repeat(2000) } }]) {
    const text = JSON.stringify({
      items: [{ id: 1, params: long, ref: "a" }, { id: 2, params: {} }],
    });
    assertEquals(JSON.parse(keptOf(text, [7])), {
      items: [{ id: 1, params: "longer than 1000 bytes", ref: "a" }, { id: 2, params: {} }],
    });
  }
});

Deno.test("What is not wanted costs nothing, however long or deep it is", () => {
  const deep = "[".repeat(500_000) + "]".repeat(500_000);
  const text = `{"items":[{"id":1,"x":${deep},"y":"${"z".repeat(500_000)}","ref":"a"}]}`;
  const kept = keptOf(text);
  assertEquals(JSON.parse(kept), { items: [{ id: 1, x: null, y: null, ref: "a" }] });
  assertLess(kept.length, 100);
});

Deno.test("What is no JSON stays none", () => {
  for (
    const text of ["", "<html>down</html>", '{"items":[{"id":1', '{"items":[{"x":1}', '{"a" 1}']
  ) {
    let isJson = true;
    try {
      JSON.parse(keptOf(text));
    } catch {
      isJson = false;
    }
    assertEquals(isJson, false, text);
  }
});
