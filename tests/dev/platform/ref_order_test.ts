import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { RefOrder } from "../../../src/dev/platform/ref_order.ts";

Deno.test("Refs come in order whatever was added and deleted between the reads", () => {
  const step = fc.record({
    ref: fc.constantFrom("a", "ab", "b", "c", "ca", "d", "e.f", "e_f"),
    reads: fc.boolean(),
  });
  fc.assert(fc.property(fc.array(step), fc.nat(8), fc.nat(8), (steps, offset, limit) => {
    const order = new RefOrder();
    const model = new Set<string>();
    for (const { ref, reads } of steps) {
      if (model.delete(ref)) order.delete(ref);
      else {
        model.add(ref);
        order.add(ref);
      }
      if (!reads) continue;
      const expected = [...model].toSorted().slice(offset, offset + limit);
      assertEquals([...order.slice(offset, limit)], expected);
    }
    assertEquals(order.size, model.size);
  }));
});

Deno.test("Refs come in order after a bulk load, and after single ones on top of it", () => {
  const order = new RefOrder();
  const refs = Array.from({ length: 1000 }, (_, index) => `r${(index * 617) % 1000}`);
  for (const ref of refs) order.add(ref);
  assertEquals(order.slice(0, 1000), refs.toSorted());
  order.add("a");
  order.add("r5000");
  order.delete("r0");
  assertEquals(
    order.slice(0, 2000),
    ["a", ...refs.filter((ref) => ref !== "r0"), "r5000"].toSorted(),
  );
});
