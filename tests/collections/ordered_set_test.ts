import { assertEquals } from "@std/assert";
import * as fc from "fast-check";
import { OrderedSet } from "../../src/collections/ordered_set.ts";

Deno.test("the first of an ordered set is that of a Set, whatever is added and taken out", () => {
  const items = Array.from({ length: 6 }, (_, n) => ({ n }));
  const step = fc.record({
    item: fc.constantFrom(...items),
    deed: fc.constantFrom("add", "delete", "look"),
  });
  fc.assert(fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
    const [model, subject] = [new Set<object>(), new OrderedSet<object>()];
    for (const { item, deed } of steps) {
      if (deed === "look") assertEquals(subject.first, [...model][0]);
      else {
        model[deed === "add" ? "add" : "delete"](item);
        subject[deed === "add" ? "add" : "delete"](item);
      }
    }
    assertEquals(subject.first, [...model][0]);
  }));
});

Deno.test("the first of very many is found as fast when most were taken out", () => {
  const set = new OrderedSet<object>();
  const items = Array.from({ length: 200_000 }, () => ({}));
  for (const item of items) set.add(item);
  const taken = items.map(() => {
    const { first } = set;
    if (first !== undefined) set.delete(first);
    return first;
  });
  assertEquals(taken.every((item, index) => item === items[index]), true);
  assertEquals(set.first, undefined);
});
