import { assert, assertEquals } from "@std/assert";
import * as fc from "fast-check";
import type { Entry } from "../../../src/dev/amqp/backlog.ts";
import type { FieldTable } from "../../../src/dev/amqp/field_table.ts";
import type { Message } from "../../../src/dev/amqp/message.ts";
import { type Consumer, Queue } from "../../../src/dev/amqp/queue.ts";
import { messageOf, textOf } from "./messages.ts";

/** A queue of texts. */
class Scene {
  readonly queue: Queue;

  constructor(args: FieldTable = {}) {
    this.queue = new Queue("q", { durable: true, autoDelete: false, owner: null, args });
  }

  enqueue(...texts: string[]): void {
    for (const text of texts) this.queue.enqueue(messageOf(text));
  }

  takeAll(): string[] {
    const texts: string[] = [];
    for (let entry = this.queue.take(); entry; entry = this.queue.take()) {
      texts.push(textOf(entry.message));
    }
    return texts;
  }
}

/** A consumer that takes so many messages. */
class Taker implements Consumer {
  readonly taken: Message[] = [];
  readonly #room: number;

  constructor(room: number) {
    this.#room = room;
  }

  isReady(): boolean {
    return this.taken.length < this.#room;
  }

  deliver({ message }: Entry): void {
    this.taken.push(message);
  }

  cancelled(): void {}
}

Deno.test("Queue drops the oldest beyond its length, also when some are given back", () => {
  const scene = new Scene({ "x-max-length": 2 });
  scene.enqueue("a", "b", "c");
  const held = scene.queue.take();
  assert(held);
  scene.enqueue("d");
  scene.queue.requeue([held]);
  assertEquals(scene.takeAll(), ["c", "d"]);
});

Deno.test("Queue counts against its length only what no consumer takes", () => {
  const { queue } = new Scene({ "x-max-length": 0 });
  const taker = new Taker(1);
  queue.addConsumer(taker, false);
  for (const text of ["taken", "surplus"]) queue.enqueue(messageOf(text));
  assertEquals([taker.taken.map(textOf), queue.depth], [["taken"], 0]);
});

Deno.test("Queue does nothing more once it is closed", () => {
  const scene = new Scene();
  scene.enqueue("a", "b");
  const held = scene.queue.take();
  assert(held);
  scene.queue.close();
  scene.queue.requeue([held]);
  assertEquals(scene.queue.depth, 0);
});

Deno.test("Queue keeps the order of arrival whatever is taken and given back, and when", () => {
  const step = fc.oneof(
    fc.constant("enqueue"),
    fc.constant("take"),
    fc.nat({ max: 9 }),
  );
  fc.assert(fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
    const scene = new Scene();
    let waiting: number[] = [];
    const held: Entry[] = [];
    let next = 0;
    for (const step of steps) {
      if (step === "enqueue") {
        scene.enqueue(String(next));
        waiting.push(next++);
      } else if (step === "take") {
        const entry = scene.queue.take();
        assertEquals(entry?.position, waiting.shift());
        if (entry) held.push(entry);
      } else {
        const back = held.splice(0, step).toReversed();
        scene.queue.requeue(back);
        const positions = back.map(({ position }) => position);
        waiting = [...waiting, ...positions].toSorted((a, b) => a - b);
      }
    }
    assertEquals(scene.takeAll(), waiting.map(String));
  }));
});

Deno.test("Queue forgets what was taken however many have gone through it", () => {
  const scene = new Scene();
  for (let round = 0; round < 5; round++) {
    const texts = Array.from({ length: 1500 }, (_, index) => `${round} ${index}`);
    scene.enqueue(...texts);
    assertEquals(scene.takeAll(), texts);
  }
  assertEquals(scene.queue.depth, 0);
});
