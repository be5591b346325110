import { assert, assertEquals } from "@std/assert";
import * as fc from "fast-check";
import type { Entry } from "../../../src/dev/amqp/backlog.ts";
import type { FieldTable } from "../../../src/dev/amqp/field_table.ts";
import type { Message } from "../../../src/dev/amqp/message.ts";
import { type Consumer, Queue } from "../../../src/dev/amqp/queue.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { messageOf, textOf } from "./messages.ts";

/** A queue whose messages that expire, overflow or are rejected are noted. */
class Scene {
  readonly clock = new FakeClock();
  readonly deaths: string[] = [];
  readonly queue: Queue;

  constructor(args: FieldTable = {}) {
    this.queue = new Queue("q", { durable: true, autoDelete: false, owner: null, args }, {
      clock: this.clock,
      onDeath: ({ message, reason }) => this.deaths.push(`${textOf(message)} ${reason}`),
    });
  }

  enqueue(...texts: string[]): void {
    for (const text of texts) this.queue.enqueue(messageOf(text), null);
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

Deno.test("Queue lets a message expire once it is the oldest and its time is over", async () => {
  const { clock, deaths, queue } = new Scene();
  queue.enqueue(messageOf("short"), 100);
  queue.enqueue(messageOf("long"), 300);
  queue.enqueue(messageOf("behind it"), 100);
  await clock.advance(99);
  assertEquals(queue.depth, 3);
  await clock.advance(1);
  assertEquals(deaths, ["short expired"]);
  await clock.advance(200);
  assertEquals(deaths, ["short expired", "long expired", "behind it expired"]);
  assertEquals(clock.pending, 0);
});

Deno.test("Queue takes the shorter of its own time to live and the message's", async () => {
  const { clock, deaths, queue } = new Scene({ "x-message-ttl": 200 });
  queue.enqueue(messageOf("own"), 100);
  await clock.advance(100);
  queue.enqueue(messageOf("queue's"), 1000);
  await clock.advance(200);
  assertEquals(deaths, ["own expired", "queue's expired"]);
});

Deno.test("Queue hands out a message that may not wait only to a consumer that is ready", () => {
  const { deaths, queue } = new Scene({ "x-message-ttl": 0 });
  const taker = new Taker(1);
  queue.addConsumer(taker, false);
  queue.enqueue(messageOf("taken"), null);
  queue.enqueue(messageOf("late"), null);
  assertEquals([taker.taken.length, deaths], [1, ["late expired"]]);
});

Deno.test("Queue waits longer than a timer of the runtime can", async () => {
  const fortyDaysMs = 40 * 86_400_000;
  const { clock, deaths, queue } = new Scene({ "x-message-ttl": fortyDaysMs });
  queue.enqueue(messageOf("patient"), null);
  await clock.advance(fortyDaysMs - 1);
  assertEquals(deaths, []);
  await clock.advance(1);
  assertEquals(deaths, ["patient expired"]);
});

Deno.test("Queue drops the oldest beyond its length, also when some are given back", () => {
  const scene = new Scene({ "x-max-length": 2 });
  scene.enqueue("a", "b", "c");
  const held = scene.queue.take();
  assert(held);
  scene.enqueue("d");
  scene.queue.requeue([held]);
  assertEquals(scene.deaths, ["a maxlen", "b maxlen"]);
  assertEquals(scene.takeAll(), ["c", "d"]);
});

Deno.test("Queue counts against its length only what no consumer takes", () => {
  const { deaths, queue } = new Scene({ "x-max-length": 0 });
  const taker = new Taker(1);
  queue.addConsumer(taker, false);
  for (const text of ["taken", "surplus"]) queue.enqueue(messageOf(text), null);
  assertEquals([taker.taken.map(textOf), deaths], [["taken"], ["surplus maxlen"]]);
});

Deno.test("Queue serves one consumer at a time where it is to, in the order they came", () => {
  const { queue } = new Scene({ "x-single-active-consumer": true });
  const [first, second] = [new Taker(9), new Taker(9)];
  queue.addConsumer(first, false);
  queue.addConsumer(second, false);
  queue.enqueue(messageOf("a"), null);
  queue.removeConsumer(first);
  queue.enqueue(messageOf("b"), null);
  assertEquals([first.taken.map(textOf), second.taken.map(textOf)], [["a"], ["b"]]);
});

Deno.test("Queue does nothing more once it is closed", () => {
  const scene = new Scene({ "x-message-ttl": 100 });
  scene.enqueue("a", "b");
  const held = scene.queue.take();
  assert(held);
  scene.queue.close();
  scene.queue.requeue([held]);
  scene.queue.reject(held);
  assertEquals([scene.queue.depth, scene.deaths, scene.clock.pending], [0, [], 0]);
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
