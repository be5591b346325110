import { assertEquals } from "@std/assert";
import { ruleId, START } from "../support/rules.ts";
import {
  eventById,
  MAX_AGE_MS,
  PROBE_MS,
  REFUSED,
  RETRY,
  retryAfter,
  Rig,
  type RigOptions,
} from "./rig.ts";

/** A rig whose outbox had events when this process found it. */
async function rigWith(ids: readonly string[], options: RigOptions = {}) {
  const rig = new Rig({ ...options, isDown: true });
  rig.inherit(...ids);
  rig.outbox.up();
  await rig.clock.advance(0);
  return rig;
}

/** A rig whose rule 1 has an event in the outbox that is not delivered before the test wants it. */
async function rigWithParked(): Promise<Rig> {
  const rig = new Rig();
  rig.submit("1.1");
  await rig.answer("1.1", retryAfter(90_000));
  await rig.clock.advance(90_000);
  rig.forget();
  return rig;
}

Deno.test("Delivery takes the events of the outbox oldest first, the rules in turn", async () => {
  const rig = await rigWith(["1.1", "1.2", "2.1", "3.1", "2.2"], { concurrency: 1 });
  await rig.store("1.1", "2.1", "3.1", "1.2", "2.2");
  assertEquals(rig.outbox.ids, []);
});

Deno.test("Delivery lets live events overtake those of the outbox of other rules", async () => {
  const rig = new Rig({ concurrency: 1 });
  await rig.goDown();
  rig.submit("1.1", "2.1");
  await rig.clock.advance(PROBE_MS);
  rig.outbox.block(true);
  rig.submit("3.1");
  await rig.store("9.0", "3.1", "1.1", "2.1");
});

Deno.test("Delivery works the outbox off at no more than 10,000 events a second", async () => {
  const rig = new Rig({ isDown: true, concurrency: 100 });
  for (let n = 1; n <= 2000; n++) rig.inherit(`${n}.1`);
  rig.outbox.up();
  for (let ms = 0; ms < 100; ms++) {
    await rig.clock.advance(1);
    while (rig.inFlight.length > 0) for (const id of rig.inFlight) await rig.answer(id);
  }
  const count = 2000 - rig.outbox.ids.length;
  assertEquals([count >= 1000, count <= 1200], [true, true]);
});

Deno.test("Delivery does not wait for an inherited event that could not be read", () => {
  const rig = new Rig({ isDown: true });
  rig.delivery.outbox.up(1);
  rig.delivery.outbox.unreadable();
  rig.submit("1.1");
  assertEquals(rig.inFlight, ["1.1"]);
});

Deno.test("Delivery leaves a quarter of the requests to live events", async () => {
  const ids = Array.from({ length: 20 }, (_, n) => `${n + 1}.1`);
  const rig = await rigWith(ids, { concurrency: 12 });
  assertEquals(rig.inFlight.length, 9);
});

Deno.test("Delivery puts the newer events of a rule behind those in the outbox", async () => {
  const rig = await rigWithParked();
  rig.submit("1.2", "2.1");
  await rig.answer("1.1");
  assertEquals([rig.outbox.ids, rig.news], [["1.2", "2.1"], [
    "parked 1.2",
    "parked 2.1",
    "closed after 90000",
    "stored 1.1",
  ]]);
  rig.submit("1.3");
  await rig.store("1.2", "1.3");
  rig.submit("1.4");
  assertEquals([rig.outbox.ids, rig.inFlight], [["2.1"], ["2.1", "1.4"]]);
});

Deno.test("Delivery sends all rules through the outbox while that has events of rules unknown", async () => {
  const rig = await rigWith(["1.1", "2.1"]);
  rig.submit("3.1");
  await rig.answer("1.1");
  rig.submit("4.1");
  await rig.clock.advance(0);
  assertEquals(rig.news, ["parked 3.1", "stored 1.1", "parked 4.1"]);
  await rig.answer("2.1");
  rig.submit("5.1", "3.2");
  await rig.store("5.1", "3.1", "4.1", "3.2");
  assertEquals(rig.news.filter((line) => line.startsWith("parked")), ["parked 3.2"]);
});

Deno.test("Delivery goes on live when the last of what was unknown is not worth posting", async () => {
  const rig = await rigWith(["1.1", "2.1"], { concurrency: 1 });
  rig.unknown.add(2);
  rig.outbox.block(true);
  rig.submit("3.1");
  await rig.answer("1.1");
  assertEquals([rig.inFlight, rig.outbox.ids], [["3.1"], []]);
});

Deno.test("Delivery goes on live when the last of what was unknown is discarded", async () => {
  const rig = await rigWith(["1.1"]);
  rig.outbox.block(true);
  rig.submit("2.1");
  await rig.answer("1.1", RETRY);
  assertEquals(rig.inFlight, []);
  rig.delivery.discard(ruleId(1));
  assertEquals([rig.inFlight, rig.outbox.ids], [["2.1"], []]);
});

Deno.test("Delivery takes an event out of the outbox once it is stored", async () => {
  const rig = await rigWith(["1.1"]);
  assertEquals(rig.outbox.ids, ["1.1"]);
  await rig.answer("1.1");
  assertEquals(rig.outbox.ids, []);
});

Deno.test("Delivery takes an event out of the outbox only once it is buried", async () => {
  const rig = await rigWith(["1.1", "1.2"]);
  rig.outbox.isPrompt = false;
  await rig.answer("1.1", REFUSED);
  assertEquals([rig.outbox.ids, rig.inFlight], [["1.1", "1.2"], ["1.2"]]);
  rig.outbox.putting("1.1").confirm();
  await rig.clock.advance(0);
  assertEquals([rig.outbox.ids, rig.outbox.buried], [["1.2"], ["1.1: no"]]);
});

Deno.test("Delivery tells of an event of the outbox that it could not bury, once", async () => {
  const rig = await rigWith(["1.1"]);
  rig.outbox.isPrompt = false;
  await rig.answer("1.1", REFUSED);
  rig.outbox.down();
  rig.outbox.up();
  await rig.clock.advance(0);
  assertEquals(rig.news, ["refused 1.1", "duplicate 1.1", "unburied 1.1"]);
  assertEquals([rig.outbox.ids, rig.inFlight], [[], []]);
});

Deno.test("Delivery gives up on an event of the outbox that alone does not get through", async () => {
  const rig = await rigWith(["1.1"]);
  for (let n = 1; n <= 10; n++) {
    assertEquals(rig.outbox.buried, []);
    await rig.answer("1.1", RETRY);
    rig.submit(`1.${n + 1}`, `2.${n}`);
    await rig.clock.advance(0);
    for (const id of rig.inFlight) await rig.answer(id);
    await rig.clock.advance(n * 100);
  }
  assertEquals(rig.outbox.buried, ["1.1: 503 (10 attempts, while other events got through)"]);
});

Deno.test("Delivery waits for the retry of an event of the outbox, whatever is put behind it", async () => {
  const rig = await rigWith(["1.1"]);
  await rig.answer("1.1", retryAfter(30_000));
  rig.submit("1.2");
  await rig.clock.advance(29_999);
  assertEquals([rig.inFlight, rig.outbox.ids], [[], ["1.1", "1.2"]]);
  await rig.clock.advance(1);
  assertEquals(rig.inFlight, ["1.1"]);
});

Deno.test("Delivery drops what was in the outbox for too long", async () => {
  const rig = new Rig({ isDown: true });
  const readAt = START + 60_000;
  rig.outbox.add(eventById("1.1"), { parkedAt: readAt - MAX_AGE_MS - 1 });
  rig.outbox.add(eventById("1.2"), { parkedAt: readAt - MAX_AGE_MS });
  await rig.clock.advance(60_000);
  rig.outbox.up();
  await rig.clock.advance(0);
  assertEquals([rig.news, rig.inFlight, rig.outbox.ids], [["expired 1.1"], ["1.2"], ["1.2"]]);
});

for (const aheadMs of [4000, 25 * 3_600_000]) {
  Deno.test(`A clock that is ${aheadMs} ms ahead for some seconds makes nothing in the outbox too old`, async () => {
    const rig = new Rig({ isDown: true });
    for (const id of ["1.1", "2.1"]) rig.outbox.add(eventById(id), { parkedAt: START });
    await rig.clock.advance(90_000);
    rig.clock.step(aheadMs);
    rig.outbox.up();
    await rig.clock.advance(9000);
    const seemsTooOld = aheadMs > MAX_AGE_MS;
    assertEquals([rig.news, rig.inFlight], [[], seemsTooOld ? [] : ["1.1", "2.1"]]);
    rig.clock.step(-aheadMs);
    await rig.clock.advance(60_000);
    assertEquals([rig.news, rig.inFlight], [[], ["1.1", "2.1"]]);
  });
}

Deno.test("What seems too old at the start waits until the clock can be trusted, alone", async () => {
  const rig = new Rig({ isDown: true });
  rig.outbox.add(eventById("1.1"), { parkedAt: START - MAX_AGE_MS - 1 });
  rig.outbox.add(eventById("2.1"), { parkedAt: START });
  rig.outbox.up();
  await rig.clock.advance(59_999);
  assertEquals([rig.news, rig.inFlight, rig.outbox.ids], [[], ["2.1"], ["1.1", "2.1"]]);
  await rig.clock.advance(1);
  assertEquals([rig.news, rig.outbox.ids], [["expired 1.1"], ["2.1"]]);
});

Deno.test("Delivery drops what is in the outbox of a rule that the platform does not have", async () => {
  const rig = new Rig({ isDown: true });
  rig.unknown.add(1);
  rig.inherit("1.1", "2.1");
  rig.outbox.up();
  await rig.clock.advance(0);
  assertEquals([rig.news, rig.inFlight, rig.outbox.ids], [["discarded 1.1"], ["2.1"], ["2.1"]]);
});

Deno.test("Delivery discards what the outbox handed out of a rule, but for what is in flight", async () => {
  const rig = await rigWith(["1.1", "1.2", "2.1"]);
  rig.unknown.add(1);
  rig.delivery.discard(ruleId(1));
  assertEquals([rig.news, rig.outbox.ids], [["discarded 1.2"], ["1.1", "2.1"]]);
  await rig.answer("1.1", RETRY);
  assertEquals([rig.news, rig.outbox.ids], [["discarded 1.1"], ["2.1"]]);
});

Deno.test("Delivery discards an event that was on its way into the outbox when that failed", async () => {
  const rig = new Rig();
  await rig.goDown();
  rig.outbox.isPrompt = false;
  rig.submit("1.1", "1.2");
  rig.unknown.add(1);
  rig.delivery.discard(ruleId(1));
  rig.outbox.putting("1.1").refuse();
  await rig.clock.advance(0);
  assertEquals([rig.news, rig.delivery.waiting], [["discarded 1.2", "discarded 1.1"], 0]);
});

Deno.test("Delivery discards an event that was on its way into the outbox when it comes out", async () => {
  const rig = await rigWithParked();
  rig.outbox.isPrompt = false;
  rig.submit("2.1");
  rig.unknown.add(2);
  rig.delivery.discard(ruleId(2));
  rig.outbox.putting("2.1").confirm();
  await rig.answer("1.1");
  assertEquals(rig.news, ["parked 2.1", "closed after 90000", "stored 1.1", "discarded 2.1"]);
  assertEquals(rig.outbox.ids, []);
});

Deno.test("Delivery skips an event whose taking out the outbox did not learn of", async () => {
  const rig = await rigWith(["1.1", "1.2"]);
  await rig.answer("1.1");
  rig.outbox.down(() => false, 1);
  rig.outbox.up();
  await rig.answer("1.2");
  assertEquals([rig.posts, rig.news], [["1.1", "1.2"], [
    "stored 1.1",
    "stored 1.2",
    "duplicate 1.1",
    "duplicate 1.2",
  ]]);
  assertEquals(rig.outbox.ids, []);
});

Deno.test("Delivery posts an event once that the outbox stored without anybody knowing", async () => {
  const rig = await rigWithParked();
  rig.outbox.isPrompt = false;
  rig.submit("2.1");
  rig.outbox.down(() => true);
  await rig.clock.advance(0);
  rig.outbox.isPrompt = true;
  rig.outbox.up();
  await rig.store("1.1", "2.1");
  assertEquals(rig.news, [
    "unparked 2.1",
    "parked 2.1",
    "closed after 90000",
    "stored 1.1",
    "duplicate 1.1",
    "stored 2.1",
    "duplicate 2.1",
  ]);
  assertEquals(rig.outbox.ids, []);
});

Deno.test("Delivery posts live what may be in the outbox, and skips it there", async () => {
  const rig = new Rig();
  rig.submit("1.1", "2.1");
  await rig.answer("1.1", retryAfter(90_000));
  rig.outbox.isPrompt = false;
  rig.submit("3.1");
  rig.outbox.down(() => true);
  await rig.answer("2.1");
  assertEquals(rig.inFlight, ["3.1"]);
  rig.outbox.up();
  await rig.clock.advance(0);
  await rig.store("3.1", "1.1");
  assertEquals([rig.news.slice(-3), rig.outbox.ids], [
    ["stored 3.1", "duplicate 3.1", "stored 1.1"],
    [],
  ]);
});

Deno.test("Delivery posts an event once that it was handed out before its putting was known to fail", async () => {
  for (const answeredAt of ["before", "while down", "after"]) {
    const rig = await rigWithParked();
    await rig.answer("1.1");
    rig.outbox.isPrompt = false;
    rig.submit("2.1");
    await rig.answer("2.1", retryAfter(90_000));
    rig.forget();
    rig.outbox.putting("2.1").enter();
    await rig.clock.advance(90_000);
    assertEquals(rig.inFlight, ["2.1"]);
    if (answeredAt === "before") await rig.answer("2.1");
    rig.outbox.down();
    if (answeredAt === "while down") await rig.answer("2.1");
    rig.outbox.up();
    await rig.clock.advance(0);
    if (answeredAt === "after") await rig.answer("2.1");
    rig.outbox.isPrompt = true;
    for (const it of [...rig.outbox.pending]) it.confirm();
    await rig.clock.advance(1000);
    assertEquals(rig.posts, ["2.1"]);
    assertEquals([rig.delivery.waiting, rig.inFlight], [0, []]);
  }
});

Deno.test("Delivery delivers what is handed out before it is confirmed, and counts it once", async () => {
  const rig = await rigWithParked();
  await rig.answer("1.1");
  rig.submit("1.2");
  await rig.answer("1.2", retryAfter(90_000));
  await rig.clock.advance(90_000);
  rig.outbox.isPrompt = false;
  rig.submit("1.3");
  rig.outbox.putting("1.3").enter();
  await rig.store("1.2", "1.3");
  assertEquals([rig.delivery.waiting, rig.earliest], [1, 3]);
  rig.outbox.putting("1.3").confirm();
  await rig.clock.advance(0);
  rig.submit("1.4");
  assertEquals([rig.delivery.waiting, rig.inFlight, rig.outbox.ids], [1, ["1.4"], []]);
});

Deno.test("Delivery posts an event that the outbox takes back once, whatever comes of it", async () => {
  const stored = await rigWith(["1.1", "1.2"]);
  stored.outbox.down();
  stored.outbox.up();
  await stored.clock.advance(0);
  assertEquals(stored.inFlight, ["1.1"]);
  await stored.answer("1.1");
  assertEquals([stored.news, stored.inFlight], [["stored 1.1", "duplicate 1.1"], ["1.2"]]);

  const failed = await rigWith(["1.1", "1.2"]);
  failed.outbox.down();
  await failed.answer("1.1", RETRY);
  await failed.clock.advance(10_000);
  assertEquals([failed.news, failed.inFlight, failed.clock.pending], [[], [], 0]);
  failed.outbox.up();
  await failed.store("1.1", "1.2");
  assertEquals(failed.outbox.ids, []);

  const refused = await rigWith(["1.1", "1.2"]);
  refused.outbox.down();
  refused.outbox.up();
  await refused.answer("1.1", REFUSED);
  assertEquals([refused.news, refused.inFlight], [["refused 1.1", "duplicate 1.1"], ["1.2"]]);
});

Deno.test("Delivery keeps the order of a rule when a refused event cannot be buried after all", async () => {
  const rig = await rigWithParked();
  rig.submit("1.2");
  await rig.clock.advance(0);
  rig.outbox.down();
  rig.outbox.up();
  rig.outbox.isPrompt = false;
  await rig.answer("1.1", REFUSED);
  rig.outbox.down();
  rig.submit("1.3");
  await rig.answer("1.2", RETRY);
  assertEquals(rig.inFlight, []);
  rig.outbox.isPrompt = true;
  rig.outbox.up();
  await rig.store("1.2", "1.3");
});

Deno.test("Delivery forgets the retry of an event that the outbox takes back", async () => {
  const rig = await rigWith(["1.1"]);
  await rig.answer("1.1", retryAfter(30_000));
  rig.outbox.down();
  assertEquals(rig.clock.pending, 1); // That of the pace.
  await rig.clock.advance(20);
  assertEquals(rig.clock.pending, 0);
});

Deno.test("Delivery waits for all that is inherited though one came twice", async () => {
  const rig = await rigWith(["1.1", "2.1"], { concurrency: 1, prefetch: 1 });
  rig.outbox.down();
  rig.outbox.up();
  rig.outbox.block(true);
  rig.submit("2.2");
  await rig.store("1.1", "2.1", "2.2");
  assertEquals(rig.posts, ["1.1", "2.1", "2.2"]);
});

Deno.test("Delivery does without events that the outbox has lost", async () => {
  const rig = new Rig();
  await rig.goDown();
  rig.submit("1.1", "1.2", "2.1");
  await rig.clock.advance(0);
  rig.outbox.purge();
  rig.outbox.down();
  rig.forget();
  rig.outbox.up();
  assertEquals(rig.news, []);
  // Once nothing is handed out, nothing can be on its way back either.
  rig.outbox.down();
  rig.outbox.up();
  assertEquals(rig.news, ["outbox lost 4"]);
  rig.submit("1.3");
  await rig.clock.advance(PROBE_MS);
  await rig.answer("1.3");
  rig.submit("1.4", "2.2", "9.1");
  assertEquals(rig.inFlight, ["1.4", "2.2", "9.1"]);
});

Deno.test("Delivery misses nothing that the outbox has not taken back yet", async () => {
  const rig = new Rig({ prefetch: 2 });
  await rig.goDown();
  rig.submit("1.1", "2.1");
  await rig.clock.advance(0);
  rig.forget();
  rig.outbox.down();
  rig.outbox.up(2);
  assertEquals(rig.news, []);
});

Deno.test("Delivery posts live for a rule without events in the outbox while that is down", async () => {
  const rig = await rigWithParked();
  rig.submit("2.1");
  await rig.answer("1.1");
  await rig.answer("2.1", RETRY);
  rig.outbox.down();
  rig.submit("2.2", "3.1");
  assertEquals(rig.inFlight, ["3.1"]);
  rig.outbox.up();
  await rig.clock.advance(200);
  await rig.store("3.1", "2.1", "2.2");
  assertEquals(rig.delivery.waiting, 0);
});

Deno.test("Delivery retries a spent event in memory while the outbox is down", async () => {
  const rig = new Rig({ isDown: true });
  rig.submit("1.1", "2.1");
  await rig.answer("1.1", RETRY);
  await rig.answer("2.1");
  await rig.clock.advance(100);
  await rig.answer("1.1", RETRY);
  await rig.clock.advance(200);
  rig.forget();
  await rig.answer("1.1", RETRY);
  await rig.clock.advance(300);
  await rig.answer("1.1", RETRY);
  assertEquals(rig.news, ["spent 1.1", "retrying 1.1 in 300", "retrying 1.1 in 400"]);
  rig.outbox.up();
  await rig.clock.advance(0);
  assertEquals(rig.news, ["parked 1.1"]);
});

Deno.test("Delivery offers an event that the outbox refused again, a second later", async () => {
  const rig = new Rig();
  await rig.goDown();
  rig.outbox.isPrompt = false;
  rig.submit("1.1");
  rig.outbox.putting("1.1").refuse();
  await rig.clock.advance(999);
  assertEquals([rig.news, rig.outbox.pending.size, rig.delivery.waiting], [["unparked 1.1"], 0, 1]);
  rig.outbox.isPrompt = true;
  await rig.clock.advance(1);
  assertEquals(rig.news, ["parked 1.1"]);
});

Deno.test("Delivery finds the platform back though the outbox refuses everything", async () => {
  const rig = new Rig();
  rig.outbox.isPrompt = false;
  rig.submit("1.1", "1.2");
  await rig.answer("1.1", retryAfter(90_000));
  for (let n = 0; n < 200 && rig.inFlight.length === 0; n++) {
    for (const it of [...rig.outbox.pending]) it.refuse();
    await rig.clock.advance(500);
  }
  assertEquals(rig.inFlight, ["1.1"]);
  await rig.store("1.1", "1.2");
  assertEquals(rig.delivery.waiting, 0);
});

Deno.test("Delivery puts events into the outbox when very many wait for a slow platform", async () => {
  const rig = new Rig({ concurrency: 1 });
  for (let n = 1; n <= 100_001; n++) rig.submit(`${n}.1`);
  await rig.clock.advance(0);
  assertEquals([rig.outbox.ids, rig.delivery.waiting], [["100001.1"], 100_000]);
});
