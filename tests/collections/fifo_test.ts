import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { Fifo } from "../../src/collections/fifo.ts";

Deno.test("Fifo is empty at first", () => {
  const fifo = new Fifo<number>();
  assertEquals([fifo.size, fifo.first, fifo.second, fifo.shift(), fifo.size], [
    0,
    undefined,
    undefined,
    undefined,
    0,
  ]);
  assertEquals(fifo.clear(), []);
});

Deno.test("Fifo agrees with an array after any steps", () => {
  const step = fc.oneof(
    { weight: 5, arbitrary: fc.record({ op: fc.constant("push" as const), count: fc.nat(700) }) },
    { weight: 5, arbitrary: fc.record({ op: fc.constant("shift" as const), count: fc.nat(700) }) },
    { weight: 2, arbitrary: fc.record({ op: fc.constant("second" as const), count: fc.nat(3) }) },
    { weight: 1, arbitrary: fc.record({ op: fc.constant("clear" as const), count: fc.nat(900) }) },
  );
  fc.assert(fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
    const fifo = new Fifo<number>();
    const model: number[] = [];
    let next = 0;
    for (const { op, count } of steps) {
      if (op === "clear") assertEquals(fifo.clear(count), model.splice(count));
      for (let n = 0; n < count && op !== "clear"; n++) {
        if (op === "push") {
          fifo.push(next);
          model.push(next++);
        } else if (op === "shift") assertEquals(fifo.shift(), model.shift());
        else assertEquals(fifo.removeSecond(), model.splice(1, 1)[0]);
      }
      assertEquals([fifo.size, fifo.first, fifo.second], [model.length, model[0], model[1]]);
    }
  }));
});

Deno.test("Fifo takes 200,000 items one after the other in no time worth mentioning", () => {
  const fifo = new Fifo<number>();
  for (let n = 0; n < 200_000; n++) fifo.push(n);
  for (let n = 0; n < 200_000; n++) if (fifo.shift() !== n) throw new Error(`${n} was not next`);
  assertEquals(fifo.size, 0);
});
