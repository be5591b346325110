import { assertEquals } from "@std/assert";
import { SlotRings } from "../../src/timers/slot_rings.ts";

function ringOf(...slots: number[]): SlotRings {
  const rings = new SlotRings();
  const [first = 0, ...others] = slots;
  rings.open(first);
  for (const slot of others) rings.append(first, slot);
  return rings;
}

Deno.test("SlotRings has no slot at first", () => {
  const rings = new SlotRings();
  assertEquals([rings.has(0), rings.isAlone(0), rings.has(100_000)], [false, false, false]);
});

Deno.test("SlotRings tells a slot that is alone", () => {
  const rings = ringOf(3);
  assertEquals([rings.has(3), rings.isAlone(3), rings.after(3)], [true, true, 3]);
});

Deno.test("SlotRings goes around from any slot", () => {
  const rings = ringOf(4, 0, 8);
  assertEquals([...rings.from(4)], [4, 0, 8]);
  assertEquals([...rings.from(8)], [8, 4, 0]);
  assertEquals(rings.isAlone(4), false);
});

for (const [gone, rest] of [[4, [0, 8]], [0, [4, 8]], [8, [4, 0]]] as const) {
  Deno.test(`SlotRings closes the ring of 4, 0 and 8 when ${gone} leaves`, () => {
    const rings = ringOf(4, 0, 8);
    rings.remove(gone);
    assertEquals([...rings.from(rest[0])], [...rest]);
    assertEquals(rings.has(gone), false);
  });
}

Deno.test("SlotRings keeps its rings when it grows", () => {
  const rings = ringOf(1, 2);
  rings.open(50_000);
  rings.append(50_000, 49_999);
  assertEquals([...rings.from(1)], [1, 2]);
  assertEquals([...rings.from(49_999)], [49_999, 50_000]);
});

Deno.test("SlotRings lets a slot that is in no ring be taken out", () => {
  const rings = ringOf(1, 2);
  rings.remove(7);
  assertEquals([...rings.from(1)], [1, 2]);
});
