import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { InstantHeap } from "../../src/collections/instant_heap.ts";
import { slotSteps, takeStep } from "../support/slot_steps.ts";

const anySteps = slotSteps(60, fc.integer({ min: -5, max: 40 }));

Deno.test("InstantHeap is empty at first", () => {
  const heap = new InstantHeap();
  assertEquals([heap.firstKey, heap.firstSlot, heap.keyOf(3)], [
    Infinity,
    undefined,
    undefined,
  ]);
});

Deno.test("InstantHeap agrees with a sorted list after any steps", () => {
  fc.assert(fc.property(anySteps, (steps) => {
    const heap = new InstantHeap();
    const model = new Map<number, number>();
    for (const it of steps) {
      takeStep(it, heap, model);
      assertEquals(heap.firstKey, Math.min(Infinity, ...model.values()));
    }
    for (const [slot, key] of model) assertEquals(heap.keyOf(slot), key);
    assertEquals(new Set(heap.first(99)), new Set(model.keys()));
    const firstKeys = heap.first(7).map((slot) => model.get(slot));
    assertEquals(firstKeys, [...model.values()].toSorted((a, b) => a - b).slice(0, 7));
  }));
});

Deno.test("InstantHeap gives back all slots in the order of their keys, beyond its first capacity", () => {
  const heap = new InstantHeap();
  const keys = Array.from({ length: 5000 }, (_, slot) => (slot * 7919) % 5000);
  keys.forEach((key, slot) => heap.set(slot, key));
  const taken: number[] = [];
  for (let slot = heap.firstSlot; slot !== undefined; slot = heap.firstSlot) {
    taken.push(heap.firstKey);
    heap.remove(slot);
  }
  assertEquals(taken, keys.toSorted((a, b) => a - b));
});

Deno.test("InstantHeap accepts a slot far beyond its capacity", () => {
  const heap = new InstantHeap();
  heap.set(100_000, 5);
  assertEquals([heap.firstSlot, heap.keyOf(99_999)], [100_000, undefined]);
});

Deno.test("InstantHeap puts another slot in the place of one", () => {
  const heap = new InstantHeap();
  [7, 3, 5].forEach((key, slot) => heap.set(slot, key));
  heap.replace(1, 40_000);
  heap.replace(1, 8);
  assertEquals([heap.first(9), heap.firstKey], [[40_000, 2, 0], 3]);
  assertEquals([heap.keyOf(1), heap.keyOf(8), heap.keyOf(40_000)], [undefined, undefined, 3]);
});
