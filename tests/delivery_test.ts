import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { Delivery, type DeliveryEvents } from "../src/delivery.ts";
import type { OutboundEvent, PostResult } from "../src/event.ts";
import { FakeClock, settle } from "./support/fake_clock.ts";
import { ruleId, START } from "./support/rules.ts";

const STORED: PostResult = { kind: "stored", eventId: 1, ruleGone: false };
const RETRY: PostResult = { kind: "retry", reason: "503", retryAfterMs: null };

function eventOf(rule: number, n: number): OutboundEvent {
  return {
    ruleId: ruleId(rule),
    ruleRef: `test.rule${rule}`,
    triggerRef: "core.timer",
    occurrenceId: `${rule}.${n}`,
    scheduledAt: START + n,
    body: "{}",
  };
}

/** A delivery whose requests wait until the test answers them; `lines` tells what it reported. */
function setUp(options: { concurrency?: number; on?: Partial<DeliveryEvents> } = {}) {
  const clock = new FakeClock();
  const lines: string[] = [];
  const open = new Map<string, PromiseWithResolvers<PostResult>>();
  const posted: string[] = [];
  const tell = (word: string) => (event: OutboundEvent) =>
    void lines.push(`${word} ${event.occurrenceId}`);
  const delivery = new Delivery({
    clock,
    concurrency: options.concurrency ?? 10,
    backoff: (attempt) => attempt * 100,
    post(event, signal) {
      posted.push(event.occurrenceId);
      const answer = Promise.withResolvers<PostResult>();
      open.set(event.occurrenceId, answer);
      signal.addEventListener("abort", () => answer.resolve(RETRY));
      return answer.promise;
    },
    on: {
      stored: tell("stored"),
      refused: tell("refused"),
      retrying: tell("retrying"),
      lost: tell("lost"),
      discarded: tell("discarded"),
      ...options.on,
    },
  });
  async function answer(id: string, result: PostResult = STORED) {
    const request = open.get(id);
    if (request === undefined) throw new Error(`${id} was not posted`);
    open.delete(id);
    request.resolve(result);
    await settle();
  }
  return { clock, delivery, lines, posted, open, answer };
}

Deno.test("Delivery keeps the order of each rule and lets rules overtake each other", async () => {
  const { delivery, posted, answer } = setUp();
  await using _end = delivery;
  for (const event of [eventOf(1, 1), eventOf(1, 2), eventOf(2, 1)]) delivery.submit(event);
  assertEquals(posted, ["1.1", "2.1"]);
  await answer("2.1");
  assertEquals(posted, ["1.1", "2.1"]);
  await answer("1.1");
  assertEquals(posted, ["1.1", "2.1", "1.2"]);
  await answer("1.2");
  assertEquals(delivery.pending, 0);
});

Deno.test("Delivery has no more requests in flight than it may", async () => {
  const { delivery, open, answer } = setUp({ concurrency: 3 });
  await using _end = delivery;
  for (let rule = 1; rule <= 10; rule++) delivery.submit(eventOf(rule, 1));
  assertEquals([...open.keys()], ["1.1", "2.1", "3.1"]);
  await answer("2.1");
  assertEquals([...open.keys()], ["1.1", "3.1", "4.1"]);
});

Deno.test("Delivery gives an event three attempts, then the next one its turn", async () => {
  const { clock, delivery, lines, posted, answer } = setUp();
  await using _end = delivery;
  delivery.submit(eventOf(1, 1));
  delivery.submit(eventOf(1, 2));
  await answer("1.1", RETRY);
  await clock.advance(100);
  await answer("1.1", RETRY);
  await clock.advance(199);
  assertEquals(posted.length, 2);
  await clock.advance(1);
  await answer("1.1", RETRY);
  await answer("1.2");
  assertEquals(lines, ["retrying 1.1", "retrying 1.1", "lost 1.1", "stored 1.2"]);
});

Deno.test("Delivery counts the attempts of each event anew", async () => {
  const { clock, delivery, lines, answer } = setUp();
  await using _end = delivery;
  for (const n of [1, 2]) delivery.submit(eventOf(1, n));
  for (const id of ["1.1", "1.2"]) {
    await answer(id, RETRY);
    await clock.advance(100);
    await answer(id, RETRY);
    await clock.advance(200);
    await answer(id);
  }
  assertEquals(lines.filter((line) => !line.startsWith("retrying")), ["stored 1.1", "stored 1.2"]);
});

Deno.test("Delivery holds no place for a rule that waits for its retry", async () => {
  const { delivery, posted, answer } = setUp({ concurrency: 1 });
  await using _end = delivery;
  delivery.submit(eventOf(1, 1));
  delivery.submit(eventOf(2, 1));
  await answer("1.1", RETRY);
  assertEquals(posted, ["1.1", "2.1"]);
});

Deno.test("Delivery obeys Retry-After where it is longer than the backoff", async () => {
  const { clock, delivery, posted, answer } = setUp();
  await using _end = delivery;
  delivery.submit(eventOf(1, 1));
  await answer("1.1", { kind: "retry", reason: "429", retryAfterMs: 5000 });
  await clock.advance(4999);
  assertEquals(posted.length, 1);
  await clock.advance(1);
  assertEquals(posted.length, 2);
});

Deno.test("Delivery gives up at once when asked to wait for more than a minute", async () => {
  const { delivery, lines, answer } = setUp();
  await using _end = delivery;
  delivery.submit(eventOf(1, 1));
  await answer("1.1", { kind: "retry", reason: "503", retryAfterMs: 60_001 });
  assertEquals(lines, ["lost 1.1"]);
});

Deno.test("Delivery reports what was refused and goes on with the rule's next event", async () => {
  const { delivery, lines, answer } = setUp();
  await using _end = delivery;
  for (const n of [1, 2, 3]) delivery.submit(eventOf(1, n));
  await answer("1.1", { kind: "refused", status: 422, reason: "no" });
  await answer("1.2", { kind: "unauthorized", reason: "Token expired" });
  await answer("1.3");
  assertEquals(lines, ["refused 1.1", "refused 1.2", "stored 1.3"]);
});

Deno.test("Delivery posts nothing more for a rule that is gone", async () => {
  const { clock, delivery, lines, posted, answer } = setUp();
  await using _end = delivery;
  for (const n of [1, 2, 3]) delivery.submit(eventOf(1, n));
  delivery.submit(eventOf(2, 1));
  delivery.discard(ruleId(1));
  await answer("1.1", RETRY);
  await clock.advance(10_000);
  assertEquals(posted, ["1.1", "2.1"]);
  assertEquals(lines, ["discarded 1.2", "discarded 1.3", "discarded 1.1"]);
  assertEquals(delivery.pending, 1);
});

Deno.test("Delivery drops the retry of a rule that is gone", async () => {
  const { clock, delivery, lines, posted, answer } = setUp();
  await using _end = delivery;
  delivery.submit(eventOf(1, 1));
  await answer("1.1", RETRY);
  delivery.discard(ruleId(1));
  await clock.advance(10_000);
  assertEquals([posted, lines], [["1.1"], ["retrying 1.1", "discarded 1.1"]]);
  assertEquals([delivery.pending, clock.pending], [0, 0]);
});

Deno.test("Delivery may be told that a rule is gone while it reports an event of it", async () => {
  const lines: string[] = [];
  const { delivery, posted, answer } = setUp({
    on: {
      stored: (event) => delivery.discard(event.ruleId),
      discarded: (event) => void lines.push(`discarded ${event.occurrenceId}`),
    },
  });
  await using _end = delivery;
  for (const n of [1, 2]) delivery.submit(eventOf(1, n));
  await answer("1.1");
  assertEquals([posted, lines, delivery.pending], [["1.1"], ["discarded 1.2"], 0]);
});

Deno.test("Delivery drains what is in flight and what waits", async () => {
  const { delivery, lines, answer } = setUp();
  for (const n of [1, 2]) delivery.submit(eventOf(1, n));
  const drained = delivery.drain(4000);
  await answer("1.1");
  await answer("1.2");
  await drained;
  assertEquals(lines, ["stored 1.1", "stored 1.2"]);
});

Deno.test("Delivery ends draining at its deadline and says what is lost", async () => {
  const { clock, delivery, lines, answer } = setUp();
  for (const n of [1, 2]) delivery.submit(eventOf(1, n));
  delivery.submit(eventOf(2, 1));
  await answer("2.1", RETRY);
  const drained = delivery.drain(50);
  await clock.advance(50);
  await drained;
  assertEquals(lines, ["retrying 2.1", "lost 1.1", "lost 1.2", "lost 2.1"]);
  assertEquals([delivery.pending, clock.pending], [0, 0]);
});

Deno.test("Delivery loses, and says so, what is submitted after its end", async () => {
  const { delivery, lines, posted } = setUp();
  await delivery.drain(1000);
  await delivery[Symbol.asyncDispose]();
  delivery.submit(eventOf(1, 1));
  assertEquals([lines, posted], [["lost 1.1"], []]);
});

Deno.test("Delivery loses the oldest of more than 100,000 waiting events", async () => {
  const { delivery, lines } = setUp({ concurrency: 1 });
  for (let n = 1; n <= 100_002; n++) delivery.submit(eventOf(1, n));
  assertEquals([lines, delivery.pending], [["lost 1.2", "lost 1.3"], 100_000]);
  await delivery[Symbol.asyncDispose]();
  assertEquals(lines.length, 100_002);
});

Deno.test("Delivery gives each event exactly one outcome, in the order of its rule, whatever happens", async () => {
  const outcome = fc.constantFrom<"stored" | "retry" | "refused">("stored", "retry", "refused");
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 25 }),
      fc.array(outcome, { minLength: 100, maxLength: 100 }),
      fc.integer({ min: 1, max: 3 }),
      async (rules, outcomes, concurrency) => {
        const { clock, delivery, lines, open, answer } = setUp({ concurrency });
        rules.forEach((rule, n) => delivery.submit(eventOf(rule, n)));
        const results = outcomes.values();
        while (delivery.pending > 0) {
          for (const id of [...open.keys()]) {
            const kind = results.next().value ?? "stored";
            if (kind === "stored") await answer(id);
            else if (kind === "retry") await answer(id, RETRY);
            else await answer(id, { kind: "refused", status: 400, reason: "no" });
          }
          await clock.advance(1000);
        }
        await delivery[Symbol.asyncDispose]();
        const done = lines.filter((line) => !line.startsWith("retrying"))
          .map((line) => line.split(" ")[1] ?? "");
        for (const rule of new Set(rules)) {
          const expected = rules.flatMap((it, n) => it === rule ? [`${rule}.${n}`] : []);
          assertEquals(done.filter((id) => id.startsWith(`${rule}.`)), expected);
        }
      },
    ),
    { numRuns: 50 },
  );
});
