import { assertEquals } from "@std/assert";
import { Recent } from "../../src/collections/recent.ts";

Deno.test("Recent knows the last ids and forgets the oldest first", () => {
  const recent = new Recent(3);
  for (const id of ["a", "b", "c", "d"]) recent.add(id);
  assertEquals(["a", "b", "c", "d", "e"].map((id) => recent.has(id)), [
    false,
    true,
    true,
    true,
    false,
  ]);
});

Deno.test("Recent takes up no room for an id that comes again", () => {
  const recent = new Recent(2);
  for (const id of ["a", "b", "b", "b"]) recent.add(id);
  assertEquals([recent.has("a"), recent.has("b")], [true, true]);
});
