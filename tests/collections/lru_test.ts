import { assertEquals } from "@std/assert";
import { Cache } from "../../src/collections/lru.ts";

Deno.test("Cache drops what was not used for longest, and makes it anew when asked again", () => {
  const made: string[] = [];
  const cache = new Cache<string, string>(2);
  const get = (key: string) =>
    cache.get(key, () => {
      made.push(key);
      return key.toUpperCase();
    });
  assertEquals(["a", "b", "a", "c", "a", "b", "c"].map(get), ["A", "B", "A", "C", "A", "B", "C"]);
  assertEquals(made, ["a", "b", "c", "b", "c"]);
});

Deno.test("Cache keeps nothing of what could not be made", () => {
  const cache = new Cache<string, number>(2);
  const fail = () => {
    throw new Error("no");
  };
  for (let n = 0; n < 3; n++) {
    try {
      cache.get("a", fail);
    } catch (error) {
      assertEquals(String(error), "Error: no");
    }
  }
  assertEquals(cache.get("a", () => 1), 1);
});
