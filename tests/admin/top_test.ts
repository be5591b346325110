import { assertEquals } from "@std/assert";
import * as fc from "fast-check";
import { type Ranked, Top } from "../../src/admin/top.ts";

const ranked = fc.uniqueArray(
  fc.record({ key: fc.integer({ min: 0, max: 20 }), id: fc.integer({ min: 0, max: 1000 }) }),
  { selector: ({ id }) => id },
);

Deno.test("Top keeps the first of very many that come in the worst order", () => {
  for (const size of [1, 10, 300]) {
    const top = new Top<Ranked>(size, "asc");
    for (let n = 2000; n > 0; n--) top.offer({ id: n, key: n });
    assertEquals(top.take().map(({ key }) => key), Array.from({ length: size }, (_, n) => n + 1));
  }
});

for (const order of ["asc", "desc"] as const) {
  Deno.test(`Top keeps what a whole sort would put first, ${order}`, () => {
    fc.assert(fc.property(ranked, fc.integer({ min: 1, max: 15 }), (all, size) => {
      const top = new Top<Ranked>(size, order);
      for (const it of all) top.offer(it);
      const sign = order === "asc" ? 1 : -1;
      const sorted = all.toSorted((a, b) => (a.key - b.key) * sign || a.id - b.id);
      assertEquals(top.take(), sorted.slice(0, size));
    }));
  });
}

Deno.test("Top orders texts as well", () => {
  const top = new Top<Ranked>(2, "asc");
  for (const [id, key] of ["c", "a", "b"].entries()) top.offer({ id, key });
  assertEquals(top.take().map(({ key }) => key), ["a", "b"]);
});
