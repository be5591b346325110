import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { hashOfInteger, hashOfText } from "../../src/collections/hash.ts";
import { SlotIndex } from "../../src/collections/slot_index.ts";

const step = fc.record({ isIn: fc.boolean(), key: fc.nat(80) });
/** All keys in a few cells: what collides must be told apart, too. */
const crowded = (key: number) => key % 3;

for (const hashOf of [hashOfInteger, crowded]) {
  Deno.test(`SlotIndex agrees with a Map after any steps, with ${hashOf.name}`, () => {
    fc.assert(fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
      const keys: number[] = [];
      const index = new SlotIndex((slot) => keys[slot], hashOf);
      const model = new Map<number, number>();
      for (const { isIn, key } of steps) {
        if (isIn) {
          const slot = keys.push(key) - 1;
          index.add(key, slot);
          model.set(key, slot);
        } else {
          index.delete(key);
          model.delete(key);
        }
      }
      for (let key = 0; key <= 80; key++) assertEquals(index.get(key), model.get(key));
    }));
  });
}

Deno.test("SlotIndex grows, and finds everything still", () => {
  const refs = Array.from({ length: 50_000 }, (_, n) => `pack.rule${n}`);
  const index = new SlotIndex((slot) => refs[slot], hashOfText);
  refs.forEach((ref, slot) => index.add(ref, slot));
  refs.slice(0, 25_000).forEach((ref) => index.delete(ref));
  assertEquals(
    refs.map((ref) => index.get(ref)),
    refs.map((_, slot) => slot < 25_000 ? undefined : slot),
  );
});

Deno.test("Hashes are spread over all bits, of ids beyond 32 bits as well", () => {
  const far = Array.from({ length: 1000 }, (_, n) => 2 ** 40 + n * 2 ** 32);
  for (const hashes of [far.map(hashOfInteger), far.map((n) => hashOfText(`rule${n}`))]) {
    const buckets = new Set(hashes.map((hash) => hash & 1023));
    // 1,000 balls thrown into 1,024 boxes leave 386 empty.
    assertEquals(buckets.size > 580 && buckets.size < 700, true, `${buckets.size} of 1,024`);
    assertEquals(hashes.every((hash) => hash >= 0 && hash < 2 ** 32), true);
  }
});
