import { assertEquals } from "@std/assert";
import { ruleId } from "../support/rules.ts";
import { PROBE_MS, REFUSED, RETRY, retryAfter, Rig, UNAUTHORIZED } from "./rig.ts";

Deno.test("Delivery takes the platform to be down when nothing else got through meanwhile", async () => {
  const rig = new Rig();
  rig.submit("1.1", "1.2");
  await rig.spend("1.1");
  assertEquals(rig.news.slice(2), ["spent 1.1", "opened: 503", "parked 1.1", "parked 1.2"]);
});

Deno.test("Delivery puts everything due into the outbox while the platform is down", async () => {
  const rig = new Rig();
  await rig.goDown();
  rig.submit("1.1", "1.2", "2.1");
  await rig.clock.advance(0);
  assertEquals(rig.news, ["parked 1.1", "parked 2.1", "parked 1.2"]);
  assertEquals([rig.posts, rig.delivery.waiting, rig.earliest], [[], 0, Infinity]);
});

Deno.test("Delivery probes with one event at a time, after longer and longer pauses", async () => {
  const rig = new Rig();
  await rig.goDown();
  rig.submit("1.1", "2.1");
  for (const pauseMs of [PROBE_MS, 2 * PROBE_MS, 3 * PROBE_MS]) {
    await rig.clock.advance(pauseMs - 1);
    assertEquals(rig.inFlight, []);
    await rig.clock.advance(1);
    assertEquals(rig.inFlight.length, 1);
    await rig.answer(rig.inFlight[0] ?? "", RETRY);
  }
});

Deno.test("Delivery probes with the oldest of the outbox, then with those of other rules in turn", async () => {
  const rig = new Rig();
  await rig.goDown();
  rig.submit("1.1", "1.2", "2.1");
  for (let n = 1; n <= 4; n++) {
    await rig.clock.advance(n * PROBE_MS);
    for (const id of rig.inFlight) await rig.answer(id, RETRY);
  }
  assertEquals(rig.posts, ["9.0", "1.1", "2.1", "9.0"]);
});

Deno.test("Delivery finds the platform back though the oldest event never gets through", async () => {
  const rig = new Rig();
  await rig.goDown();
  rig.submit("1.1", "1.2");
  await rig.clock.advance(PROBE_MS);
  await rig.answer("9.0", RETRY);
  await rig.clock.advance(2 * PROBE_MS);
  rig.forget();
  await rig.answer("1.1");
  assertEquals([rig.news, rig.inFlight], [["closed after 3000", "stored 1.1"], ["9.0", "1.2"]]);
});

Deno.test("Delivery obeys Retry-After while the platform is down, up to 5 min", async () => {
  const rig = new Rig();
  rig.submit("1.1");
  await rig.answer("1.1", retryAfter(100_000));
  await rig.clock.advance(99_999);
  assertEquals(rig.inFlight, []);
  await rig.clock.advance(1);
  await rig.answer("1.1", retryAfter(86_400_000));
  await rig.clock.advance(299_999);
  assertEquals(rig.inFlight, []);
  await rig.clock.advance(1);
  assertEquals(rig.inFlight, ["1.1"]);
});

Deno.test("Delivery takes a refusal for a sign of life", async () => {
  const rig = new Rig();
  await rig.goDown();
  await rig.clock.advance(PROBE_MS);
  await rig.answer("9.0", REFUSED);
  assertEquals(rig.news, ["closed after 1000", "refused 9.0"]);
  assertEquals([rig.outbox.ids, rig.outbox.buried], [[], ["9.0: no"]]);
});

Deno.test("Delivery learns nothing from the failure of what was in flight before", async () => {
  const rig = new Rig();
  rig.submit("1.1", "2.1");
  await rig.spend("1.1");
  await rig.clock.advance(PROBE_MS);
  assertEquals(rig.inFlight, ["2.1", "1.1"]);
  await rig.answer("2.1", RETRY);
  await rig.clock.advance(60_000);
  assertEquals(rig.inFlight, ["1.1"]);
  await rig.answer("1.1");
  assertEquals(rig.inFlight, ["2.1"]);
});

Deno.test("Delivery learns from the success of what was in flight before", async () => {
  const rig = new Rig();
  rig.submit("1.1", "2.1");
  await rig.spend("1.1");
  rig.forget();
  await rig.answer("2.1");
  assertEquals([rig.news, rig.inFlight], [["closed after 0", "stored 2.1"], ["1.1"]]);
});

Deno.test("Delivery is not led astray by a probe of an earlier time", async () => {
  const rig = new Rig();
  rig.submit("1.1", "2.1");
  await rig.spend("1.1");
  await rig.clock.advance(PROBE_MS);
  // The probe 1.1 is on its way when 2.1 gets through; then 3.1 finds the platform down once more.
  await rig.answer("2.1");
  rig.submit("3.1");
  await rig.answer("3.1", retryAfter(90_000));
  await rig.clock.advance(90_000);
  assertEquals(rig.inFlight, ["1.1", "3.1"]);
  await rig.answer("1.1", RETRY);
  await rig.clock.advance(60_000);
  assertEquals(rig.inFlight, ["3.1"]);
});

Deno.test("Delivery opens the circuit when the token is refused, and loses nothing", async () => {
  const rig = new Rig();
  rig.submit("1.1", "1.2");
  await rig.answer("1.1", UNAUTHORIZED);
  assertEquals(rig.news, [
    "opened: Token expired",
    "unauthorized: Token expired",
    "parked 1.1",
    "parked 1.2",
  ]);
  await rig.clock.advance(PROBE_MS);
  await rig.answer("1.1", UNAUTHORIZED);
  await rig.clock.advance(2 * PROBE_MS);
  await rig.store("1.1", "1.2");
  assertEquals(rig.news, [
    "unauthorized: Token expired",
    "closed after 3000",
    "stored 1.1",
    "stored 1.2",
  ]);
});

Deno.test("Delivery does not take the platform to be down for an event of a rule that is gone", async () => {
  const rig = new Rig();
  rig.submit("1.1");
  rig.unknown.add(1);
  rig.delivery.discard(ruleId(1));
  await rig.answer("1.1", RETRY);
  assertEquals(rig.news, ["discarded 1.1"]);
});

Deno.test("Delivery ends a probe with an event of a rule that is gone", async () => {
  const rig = new Rig();
  await rig.goDown();
  rig.submit("1.1");
  await rig.clock.advance(PROBE_MS);
  rig.unknown.add(9);
  rig.delivery.discard(ruleId(9));
  await rig.answer("9.0", RETRY);
  assertEquals(rig.news, ["parked 1.1", "discarded 9.0"]);
  await rig.clock.advance(2 * PROBE_MS);
  assertEquals([rig.inFlight, rig.outbox.ids], [["1.1"], ["1.1"]]);
});

Deno.test("Delivery keeps events in memory while neither platform nor outbox takes them", async () => {
  const rig = new Rig({ isDown: true });
  rig.submit("1.1", "1.2");
  await rig.spend("1.1");
  rig.submit("2.1");
  await rig.clock.advance(PROBE_MS);
  await rig.answer("1.1", RETRY);
  await rig.clock.advance(2 * PROBE_MS);
  assertEquals([rig.inFlight, rig.delivery.waiting, rig.earliest], [["2.1"], 3, 1]);
  await rig.store("2.1", "1.1", "1.2");
  assertEquals(rig.delivery.waiting, 0);
});

Deno.test("Delivery drops the oldest of all events, and says so, when 200,000 wait", async () => {
  const rig = new Rig({ isDown: true });
  rig.submit("2.0", "1.1", "1.2");
  await rig.answer("2.0", retryAfter(90_000));
  await rig.answer("1.1", RETRY);
  for (let n = 3; n <= 199_999; n++) rig.submit(`3.${n}`);
  rig.forget();
  assertEquals(rig.delivery.waiting, 200_000);
  rig.submit("4.200000", "4.200001");
  assertEquals([rig.news, rig.delivery.waiting, rig.earliest], [
    ["dropped 2.0", "dropped 1.1"],
    200_000,
    2,
  ]);
});

Deno.test("Delivery posts out of order rather than lose events when 200,000 wait", async () => {
  const rig = new Rig();
  rig.outbox.isPrompt = false;
  rig.submit("1.0");
  await rig.answer("1.0", retryAfter(90_000));
  rig.outbox.putting("1.0").confirm();
  await rig.clock.advance(0);
  rig.outbox.down();
  for (let n = 1; n < 200_000; n++) rig.submit(`1.${n}`);
  await rig.clock.advance(90_000);
  // Its first event is in the outbox, and the platform may be back.
  assertEquals(rig.posts, ["1.0"]);
  rig.submit("1.200000");
  assertEquals(rig.inFlight, ["1.1"]);
  await rig.answer("1.1");
  assertEquals([rig.inFlight, rig.delivery.waiting], [[], 199_999]);
});
