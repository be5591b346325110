import { assertEquals } from "@std/assert";
import { settle } from "../support/fake_clock.ts";
import { RETRY, retryAfter, Rig, UNAUTHORIZED } from "./rig.ts";

/** Drains; `isOver` tells whether that has ended. */
function drain(rig: Rig): { isOver: () => boolean } {
  let isOver = false;
  rig.delivery.drain(4000, 500).then(() => isOver = true);
  return { isOver: () => isOver };
}

Deno.test("Delivery ends at once when there is nothing to deliver, and may end twice", async () => {
  const rig = new Rig();
  await rig.delivery.drain(4000, 500);
  await rig.delivery.drain(4000, 500);
  assertEquals(rig.clock.pending, 0);
});

Deno.test("Delivery delivers what is in flight and what waits before it ends", async () => {
  const rig = new Rig();
  rig.submit("1.1", "1.2");
  const { isOver } = drain(rig);
  await rig.answer("1.1");
  assertEquals(isOver(), false);
  await rig.answer("1.2");
  assertEquals([isOver(), rig.news, rig.clock.pending], [true, ["stored 1.1", "stored 1.2"], 0]);
});

Deno.test("Delivery puts into the outbox what it cannot deliver in time", async () => {
  const rig = new Rig({ concurrency: 2 });
  rig.submit("1.1", "1.2", "2.1", "3.1", "4.1");
  await rig.answer("2.1", RETRY);
  rig.forget();
  const { isOver } = drain(rig);
  await rig.clock.advance(1000);
  assertEquals([isOver(), rig.outbox.ids], [false, []]);
  // It is clear by now that these will not be delivered; the others are in flight, or come after one that is.
  await rig.clock.advance(250);
  assertEquals([isOver(), rig.outbox.ids.toSorted()], [false, ["2.1", "4.1"]]);
  await rig.clock.advance(2749);
  assertEquals(isOver(), false);
  await rig.clock.advance(1);
  assertEquals([isOver(), rig.delivery.waiting, rig.clock.pending], [true, 0, 0]);
  assertEquals(rig.outbox.ids.toSorted(), ["1.1", "1.2", "2.1", "3.1", "4.1"]);
});

Deno.test("Delivery parks a long backlog of one rule in a stream, in order, while the API is slow", async () => {
  const rig = new Rig({ concurrency: 1 });
  rig.outbox.isPrompt = false;
  const ids = Array.from({ length: 3000 }, (_, n) => `1.${n + 1}`);
  rig.submit(...ids);
  const { isOver } = drain(rig);
  await rig.clock.advance(250);
  assertEquals(rig.outbox.pending.size, 0);
  await rig.answer("1.1");
  assertEquals(rig.outbox.pending.size, 1000);
  while (rig.outbox.pending.size > 0) {
    for (const it of [...rig.outbox.pending]) it.confirm();
    await settle();
  }
  assertEquals([isOver(), rig.outbox.ids], [true, ids.slice(1)]);
});

Deno.test("Delivery that gets through what waits in time parks nothing", async () => {
  const rig = new Rig({ concurrency: 1 });
  const ids = Array.from({ length: 20 }, (_, n) => `1.${n + 1}`);
  rig.submit(...ids);
  const { isOver } = drain(rig);
  for (const id of ids) {
    await rig.clock.advance(190);
    await rig.answer(id);
  }
  assertEquals([isOver(), rig.outbox.ids, rig.delivery.waiting], [true, [], 0]);
});

Deno.test("Delivery sends nothing more once the time is up", async () => {
  const rig = new Rig({ concurrency: 2, isDown: true });
  rig.submit("1.1", "2.1", "3.1", "4.1", "5.1");
  await rig.answer("1.1", retryAfter(30_000));
  const { isOver } = drain(rig);
  rig.forget();
  await rig.clock.advance(4500);
  assertEquals([isOver(), rig.posts, rig.inFlight], [true, [], []]);
  assertEquals([rig.delivery.waiting, rig.clock.pending], [5, 0]);
});

Deno.test("Delivery leaves to the outbox what that has handed out, but for what is in flight", async () => {
  const rig = new Rig({ isDown: true });
  rig.inherit("1.1", "1.2", "2.1", "3.1");
  rig.outbox.up();
  await settle();
  const { isOver } = drain(rig);
  await rig.answer("1.1");
  await rig.answer("2.1", RETRY);
  await rig.clock.advance(1000);
  assertEquals([isOver(), rig.inFlight], [false, ["3.1"]]);
  await rig.clock.advance(3000);
  assertEquals([isOver(), rig.posts], [true, ["1.1", "2.1", "3.1"]]);
  assertEquals([rig.outbox.ids, rig.clock.pending], [["1.2", "2.1", "3.1"], 0]);
});

Deno.test("Delivery takes nothing more from the outbox once it is to end", async () => {
  const rig = new Rig();
  const drained = rig.delivery.drain(4000, 500);
  rig.inherit("1.1");
  await drained;
  await settle();
  assertEquals([rig.posts, rig.outbox.ids], [[], ["1.1"]]);
});

Deno.test("Delivery waits for the outbox no longer than it may, and counts what it leaves behind", async () => {
  const rig = new Rig();
  rig.outbox.isPrompt = false;
  rig.submit("1.1", "1.2", "2.1");
  const { isOver } = drain(rig);
  await rig.clock.advance(4000);
  rig.outbox.putting("2.1").confirm();
  await rig.clock.advance(499);
  assertEquals(isOver(), false);
  await rig.clock.advance(1);
  assertEquals([isOver(), rig.delivery.waiting, rig.earliest], [true, 2, 1]);
  assertEquals(rig.clock.pending, 0);
  rig.outbox.putting("1.1").confirm();
  await settle();
  assertEquals([rig.delivery.waiting, rig.outbox.pending.size], [1, 1]);
});

Deno.test("Delivery sets no alarm after its end, whatever comes back then", async () => {
  const rig = new Rig();
  rig.outbox.isPrompt = false;
  rig.submit("1.1", "2.1");
  drain(rig);
  await rig.clock.advance(4500);
  rig.outbox.putting("1.1").refuse();
  await settle();
  rig.outbox.down();
  rig.outbox.up();
  await settle();
  rig.submit("3.1");
  assertEquals([rig.clock.pending, rig.outbox.pending.size, rig.delivery.waiting], [0, 0, 3]);
});

Deno.test("Delivery counts what it could put nowhere", async () => {
  const rig = new Rig({ isDown: true });
  rig.submit("1.1", "1.2");
  await rig.spend("1.1");
  const { isOver } = drain(rig);
  await rig.clock.advance(4500);
  assertEquals([isOver(), rig.delivery.waiting, rig.clock.pending], [true, 2, 0]);
});

Deno.test("Delivery goes on with quick attempts and probes while it drains", async () => {
  const rig = new Rig({ isDown: true });
  rig.submit("1.1", "2.1");
  await rig.answer("1.1", retryAfter(61_000));
  drain(rig);
  await rig.answer("2.1");
  await rig.answer("1.1", RETRY);
  await rig.clock.advance(200);
  assertEquals(rig.inFlight, ["1.1"]);
});

Deno.test("Delivery puts into the outbox what is submitted while it drains, if the platform is down", async () => {
  const rig = new Rig();
  await rig.goDown();
  rig.submit("1.1");
  const { isOver } = drain(rig);
  rig.submit("2.1");
  await settle();
  assertEquals([isOver(), rig.outbox.ids], [true, ["9.0", "1.1", "2.1"]]);
});

Deno.test("Delivery parks everything when it drains because the token is of no use", async () => {
  const rig: Rig = new Rig({ unauthorized: () => void rig.delivery.drain(4000, 500) });
  rig.submit("1.1", "1.2", "2.1");
  await rig.answer("1.1", UNAUTHORIZED);
  await rig.answer("2.1", UNAUTHORIZED);
  assertEquals([rig.delivery.waiting, rig.outbox.ids.toSorted()], [0, ["1.1", "1.2", "2.1"]]);
});

Deno.test("Delivery that is abandoned posts, parks and waits for nothing more", async () => {
  const rig = new Rig({ concurrency: 1 });
  rig.submit("1.1", "2.1");
  rig.outbox.down();
  rig.delivery.abandon();
  rig.outbox.up();
  rig.submit("3.1");
  await rig.clock.advance(10_000);
  assertEquals([rig.news, rig.inFlight, rig.outbox.ids, rig.clock.pending], [[], [], [], 0]);
});
