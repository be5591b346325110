import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { InstantQueue } from "../../src/timers/instant_queue.ts";
import { slotSteps, takeStep } from "../support/slot_steps.ts";

/** Few, so that they are shared. */
const instants = Array.from({ length: 12 }, (_, index) => 1_800_000_000_000 + index * 97_843_271);
const anySteps = slotSteps(40, fc.constantFrom(...instants));

/** All slots as they come out. */
function takeAll(queue: InstantQueue): { slots: number[]; keys: number[] } {
  const taken = { slots: [] as number[], keys: [] as number[] };
  for (let slot = queue.firstSlot; slot !== undefined; slot = queue.firstSlot) {
    taken.slots.push(slot);
    taken.keys.push(queue.firstKey);
    queue.remove(slot);
  }
  return taken;
}

Deno.test("InstantQueue is empty at first", () => {
  const queue = new InstantQueue();
  assertEquals([queue.firstKey, queue.firstSlot, queue.has(0), queue.first(3)], [
    Infinity,
    undefined,
    false,
    [],
  ]);
});

Deno.test("InstantQueue agrees with a sorted list after any steps", () => {
  fc.assert(fc.property(anySteps, (steps) => {
    const queue = new InstantQueue();
    const model = new Map<number, number>();
    for (const it of steps) {
      takeStep(it, queue, model);
      assertEquals(queue.firstKey, Math.min(Infinity, ...model.values()));
      assertEquals(queue.has(it.slot), model.has(it.slot));
    }
    const sorted = [...model.values()].toSorted((a, b) => a - b);
    assertEquals(queue.first(7).map((slot) => model.get(slot)), sorted.slice(0, 7));
    const { slots, keys } = takeAll(queue);
    assertEquals(keys, sorted);
    assertEquals(slots.map((slot) => model.get(slot)), sorted);
    assertEquals(new Set(slots), new Set(model.keys()));
  }));
});

Deno.test("InstantQueue gives the slots of an instant back in the order in which they came", () => {
  const queue = new InstantQueue();
  for (const slot of [5, 2, 9, 7]) queue.set(slot, 1000);
  queue.set(5, 1000);
  queue.remove(9);
  queue.set(9, 1000);
  assertEquals(queue.first(9), [5, 2, 7, 9]);
  queue.remove(5);
  assertEquals(takeAll(queue).slots, [2, 7, 9]);
});

Deno.test("InstantQueue is right about more instants than it can tell apart by their hash", () => {
  const queue = new InstantQueue();
  const keys = Array.from({ length: 300_000 }, (_, slot) => slot * 7919 % 150_000);
  keys.forEach((_, slot) => queue.set(slot, slot % 1000));
  keys.forEach((key, slot) => queue.set(slot, key));
  assertEquals(takeAll(queue).keys, keys.toSorted((a, b) => a - b));
});
