import { assertEquals } from "@std/assert";
import { ruleId } from "../support/rules.ts";
import { REFUSED, RETRY, retryAfter, Rig } from "./rig.ts";

Deno.test("Delivery keeps the order of each rule and lets rules overtake each other", async () => {
  const rig = new Rig();
  rig.submit("1.1", "1.2", "2.1");
  assertEquals(rig.posts, ["1.1", "2.1"]);
  await rig.answer("2.1");
  assertEquals(rig.posts, []);
  await rig.answer("1.1");
  assertEquals(rig.posts, ["1.2"]);
  await rig.answer("1.2");
  assertEquals([rig.news, rig.delivery.waiting], [["stored 2.1", "stored 1.1", "stored 1.2"], 0]);
});

Deno.test("Delivery has no more requests in flight than it may", async () => {
  const rig = new Rig({ concurrency: 3 });
  for (let rule = 1; rule <= 8; rule++) rig.submit(`${rule}.1`);
  assertEquals(rig.inFlight, ["1.1", "2.1", "3.1"]);
  await rig.answer("2.1");
  assertEquals(rig.inFlight, ["1.1", "3.1", "4.1"]);
});

Deno.test("Delivery gives an event three quick attempts", async () => {
  const rig = new Rig();
  rig.submit("1.1", "1.2");
  await rig.answer("1.1", RETRY);
  await rig.clock.advance(99);
  assertEquals(rig.posts.length, 1);
  await rig.clock.advance(1);
  await rig.answer("1.1", RETRY);
  await rig.clock.advance(199);
  assertEquals(rig.posts.length, 1);
  await rig.clock.advance(1);
  await rig.answer("1.1");
  assertEquals(rig.news, ["retrying 1.1 in 100", "retrying 1.1 in 200", "stored 1.1"]);
  assertEquals(rig.inFlight, ["1.2"]);
});

Deno.test("Delivery counts the attempts of each event anew", async () => {
  const rig = new Rig();
  rig.submit("1.1", "1.2");
  for (const id of ["1.1", "1.2"]) {
    await rig.answer(id, RETRY);
    await rig.clock.advance(100);
    await rig.answer(id, RETRY);
    await rig.clock.advance(200);
    await rig.answer(id);
  }
  const news = rig.news.filter((line) => !line.startsWith("retrying"));
  assertEquals(news, ["stored 1.1", "stored 1.2"]);
});

Deno.test("Delivery holds no place for a rule that waits for its retry", async () => {
  const rig = new Rig({ concurrency: 1 });
  rig.submit("1.1", "2.1");
  await rig.answer("1.1", RETRY);
  assertEquals(rig.inFlight, ["2.1"]);
});

Deno.test("Delivery obeys Retry-After where it is longer than the backoff", async () => {
  const rig = new Rig();
  rig.submit("1.1");
  await rig.answer("1.1", retryAfter(5000));
  await rig.clock.advance(4999);
  assertEquals(rig.inFlight, []);
  await rig.clock.advance(1);
  assertEquals(rig.inFlight, ["1.1"]);
  await rig.answer("1.1", retryAfter(60_000));
  assertEquals(rig.news, ["retrying 1.1 in 5000", "retrying 1.1 in 60000"]);
});

Deno.test("Delivery takes a server that asks for more than a minute to be down at once", async () => {
  const rig = new Rig();
  rig.submit("1.1");
  await rig.answer("1.1", retryAfter(60_001));
  assertEquals(rig.news, ["spent 1.1", "opened: 429", "parked 1.1"]);
});

Deno.test("Delivery parks an event that alone does not get through, and what follows behind it", async () => {
  const rig = new Rig();
  rig.submit("1.1", "1.2", "2.1");
  await rig.answer("1.1", RETRY);
  await rig.answer("2.1");
  await rig.clock.advance(100);
  await rig.answer("1.1", RETRY);
  await rig.clock.advance(200);
  rig.forget();
  await rig.answer("1.1", RETRY);
  assertEquals([rig.news, rig.outbox.ids], [["spent 1.1", "parked 1.1", "parked 1.2"], [
    "1.1",
    "1.2",
  ]]);
  rig.submit("1.3", "2.2");
  assertEquals(rig.inFlight, ["1.1", "2.2"]);
  await rig.store("1.1", "1.2", "1.3");
  assertEquals(rig.outbox.ids, []);
});

Deno.test("Delivery buries what is refused for good and goes on with the rule's next event", async () => {
  const rig = new Rig();
  rig.submit("1.1", "1.2");
  await rig.answer("1.1", REFUSED);
  assertEquals([rig.news, rig.outbox.buried], [["refused 1.1"], ["1.1: no"]]);
  await rig.answer("1.2");
  assertEquals(rig.delivery.waiting, 0);
});

Deno.test("Delivery tells what it could not bury", async () => {
  const rig = new Rig({ isDown: true });
  rig.submit("1.1");
  await rig.answer("1.1", REFUSED);
  assertEquals(rig.news, ["refused 1.1", "unburied 1.1"]);
});

Deno.test("Delivery tells each time that something came to its end, once that can be seen", async () => {
  const waiting: number[] = [];
  const rig: Rig = new Rig({ settled: () => void waiting.push(rig.delivery.waiting) });
  rig.submit("1.1", "1.2");
  await rig.store("1.1");
  rig.outbox.block(true);
  await rig.answer("1.2", REFUSED);
  assertEquals(waiting, [1, 0]);
});

Deno.test("Delivery names the instant up to which all is delivered or in the outbox", async () => {
  const rig = new Rig();
  assertEquals(rig.earliest, Infinity);
  rig.submit("1.3", "2.4", "1.5");
  assertEquals(rig.earliest, 3);
  await rig.answer("1.3");
  assertEquals(rig.earliest, 4);
  rig.outbox.isPrompt = false;
  await rig.answer("2.4", retryAfter(90_000));
  assertEquals(rig.earliest, 4);
  rig.outbox.putting("2.4").confirm();
  await rig.answer("1.5", REFUSED);
  assertEquals(rig.earliest, Infinity);
});

Deno.test("Delivery drops what waits for a rule that is gone", async () => {
  const rig = new Rig();
  rig.submit("1.1", "1.2", "1.3", "2.1");
  rig.unknown.add(1);
  rig.delivery.discard(ruleId(1));
  assertEquals([rig.news, rig.delivery.waiting], [["discarded 1.2", "discarded 1.3"], 2]);
  await rig.answer("1.1");
  assertEquals([rig.news, rig.delivery.waiting], [["stored 1.1"], 1]);
});

Deno.test("Delivery gives the event in flight of a rule that is gone no further attempt", async () => {
  const rig = new Rig();
  rig.submit("1.1");
  rig.unknown.add(1);
  rig.delivery.discard(ruleId(1));
  await rig.answer("1.1", RETRY);
  await rig.clock.advance(10_000);
  assertEquals([rig.news, rig.inFlight, rig.delivery.waiting], [["discarded 1.1"], [], 0]);
});

Deno.test("Delivery drops the retry of a rule that is gone", async () => {
  const rig = new Rig();
  rig.submit("1.1");
  await rig.answer("1.1", RETRY);
  rig.delivery.discard(ruleId(1));
  assertEquals(rig.news, ["retrying 1.1 in 100", "discarded 1.1"]);
  assertEquals([rig.delivery.waiting, rig.clock.pending], [0, 0]);
});

Deno.test("Delivery retries for a rule that was in doubt and is there all the same", async () => {
  const rig = new Rig();
  rig.outbox.isPrompt = false;
  rig.inherit("1.1");
  rig.outbox.down();
  rig.outbox.up();
  await rig.clock.advance(0);
  rig.submit("1.2");
  rig.unknown.add(1);
  rig.delivery.discard(ruleId(1));
  rig.unknown.delete(1);
  await rig.answer("1.1", RETRY);
  await rig.clock.advance(100);
  assertEquals([rig.news, rig.inFlight], [["retrying 1.1 in 100"], ["1.1"]]);
});

Deno.test("Delivery may be told that a rule is gone while it tells of an event of it", async () => {
  for (const isParked of [false, true]) {
    const told: string[] = [];
    const rig: Rig = new Rig({
      tell(news) {
        if (news.kind !== "event_stored") return;
        told.push(`stored ${news.event.occurrenceId}`);
        rig.delivery.discard(news.event.ruleId);
      },
    });
    if (isParked) {
      rig.outbox.down();
      rig.inherit("1.1", "1.2", "2.1");
      rig.outbox.up();
    } else rig.submit("1.1", "1.2");
    await rig.answer("1.1");
    assertEquals([told, rig.news], [["stored 1.1"], ["stored 1.1", "discarded 1.2"]]);
    assertEquals(rig.outbox.ids, isParked ? ["2.1"] : []);
    // Nothing was counted twice: what is behind 2.1 still waits for it.
    rig.submit("3.1");
    assertEquals(rig.inFlight, isParked ? ["2.1"] : ["3.1"]);
  }
});

Deno.test("Delivery knows nothing to discard of a rule without events", () => {
  const rig = new Rig();
  rig.delivery.discard(ruleId(1));
  assertEquals(rig.news, []);
});
