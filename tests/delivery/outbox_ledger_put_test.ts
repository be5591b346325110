import { assertEquals } from "@std/assert";
import { Lanes } from "../../src/delivery/lanes.ts";
import { OutboxLedger } from "../../src/delivery/outbox_ledger.ts";
import { FakeClock, settle } from "../support/fake_clock.ts";
import { ruleId, START } from "../support/rules.ts";
import { FakeOutbox } from "./fake_outbox.ts";
import { eventOf, lineOf, MAX_AGE_MS } from "./rig.ts";

/** A ledger, and lanes with one event each that it is to put into an outbox that waits for the test. */
function setUp(rules: number) {
  const clock = new FakeClock();
  const outbox = new FakeOutbox(clock);
  outbox.isPrompt = false;
  outbox.up();
  const lines: string[] = [];
  const lanes = new Lanes();
  const ledger: OutboxLedger = new OutboxLedger({
    outbox,
    lanes,
    clock,
    outboxMaxAgeMs: MAX_AGE_MS,
    isKnown: () => true,
    tell: (news) => void lines.push(lineOf(news)),
    on: {
      reroute(lane) {
        if (lane === null) lines.push(ledger.isOpen ? "open" : "not open");
        else ledger.include(lane, lane.waiting.size > 0 ? "park" : "wait");
      },
      proceed: () => ledger.pump(),
      settled: () => {},
    },
  });
  for (let rule = 1; rule <= rules; rule++) {
    const lane = lanes.open(ruleId(rule));
    lanes.push(lane, eventOf(rule, 1));
    ledger.include(lane, "park");
  }
  const lane = (rule: number) => lanes.open(ruleId(rule));
  const ids = () => [...outbox.pending].map((it) => it.id);
  return { clock, outbox, ledger, lanes, lane, lines, ids };
}

Deno.test("OutboxLedger puts the first event of each lane into the outbox, once", async () => {
  const { outbox, ledger, lane, lines, ids } = setUp(2);
  ledger.pump();
  ledger.pump();
  assertEquals([ids(), lane(1).isPutting], [["1.1", "2.1"], true]);
  outbox.putting("2.1").confirm();
  await settle();
  assertEquals([lines, lane(1).isPutting, lane(2).isPutting], [["parked 2.1"], true, false]);
});

Deno.test("OutboxLedger remembers nothing of an earlier attempt at an event", () => {
  const { ledger, lane } = setUp(1);
  const event = eventOf(1, 1);
  const parcel = { event, parkedAt: START, isOwn: true, isVoid: true, ack: () => {} };
  const account = lane(1).openAccount();
  account.beginPut(event);
  account.hold(parcel);
  account.endPut();
  assertEquals(account.noteTakenOut(parcel), "early");
  ledger.pump();
  assertEquals([account.noteTakenOut(parcel), account.notePut()], ["other", true]);
});

Deno.test("OutboxLedger has at most 256 events on their way", async () => {
  const { outbox, ledger, ids } = setUp(300);
  ledger.pump();
  assertEquals(ids().length, 256);
  outbox.putting("7.1").confirm();
  await settle();
  assertEquals([ids().length, ids().at(-1)], [256, "257.1"]);
});

Deno.test("OutboxLedger puts nothing where it is told not to, or nothing waits", () => {
  const { ledger, lane, lanes, ids } = setUp(3);
  ledger.include(lane(1), "wait");
  lanes.clear(lane(2));
  ledger.pump();
  assertEquals([ids(), lane(2).isPutting], [["3.1"], false]);
});

Deno.test("OutboxLedger waits while the outbox is down, and goes on when it is told that it is up", () => {
  const { outbox, ledger, ids } = setUp(1);
  outbox.isBlocked = true;
  ledger.pump();
  assertEquals([ids(), ledger.isOpen], [[], false]);
  outbox.isBlocked = false;
  ledger.pump();
  assertEquals([ids(), ledger.isOpen], [["1.1"], true]);
});

Deno.test("OutboxLedger leaves an outbox that refused an event alone for a second", async () => {
  const { clock, outbox, ledger, lines, ids } = setUp(2);
  ledger.pump();
  outbox.putting("1.1").refuse();
  outbox.putting("2.1").refuse();
  await clock.advance(999);
  assertEquals([ids(), ledger.isOpen], [[], false]);
  assertEquals(lines, ["unparked 1.1", "not open", "unparked 2.1"]);
  await clock.advance(1);
  assertEquals([ids(), lines.at(-1)], [["1.1", "2.1"], "open"]);
});

Deno.test("OutboxLedger makes no pause where the outbox is down anyway", async () => {
  const { clock, outbox, ledger, lines } = setUp(1);
  ledger.pump();
  outbox.down();
  await settle();
  assertEquals([lines, clock.pending], [["unparked 1.1"], 0]);
});

Deno.test("OutboxLedger has no alarm set after its end, whatever the outbox refuses then", async () => {
  const { clock, outbox, ledger, lines } = setUp(2);
  ledger.pump();
  outbox.putting("1.1").refuse();
  await settle();
  ledger[Symbol.dispose]();
  outbox.putting("2.1").refuse();
  await clock.advance(10_000);
  assertEquals([ledger.isOpen, clock.pending], [false, 0]);
  assertEquals(lines, ["unparked 1.1", "not open", "unparked 2.1"]);
});
