import { assertEquals } from "@std/assert";
import { Lanes } from "../../src/delivery/lanes.ts";
import { Parker } from "../../src/delivery/parker.ts";
import { FakeClock, settle } from "../support/fake_clock.ts";
import { ruleId, START } from "../support/rules.ts";
import { FakeOutbox } from "./fake_outbox.ts";
import { eventOf } from "./rig.ts";

/** A parker, and lanes with one event each that it is to put into an outbox that waits for the test. */
function setUp(rules: number) {
  const clock = new FakeClock();
  const outbox = new FakeOutbox(clock);
  outbox.isPrompt = false;
  outbox.up();
  const lines: string[] = [];
  const lanes = new Lanes();
  const parker: Parker = new Parker(outbox, clock, {
    done(lane, _, error) {
      lines.push(`${error === undefined ? "parked" : "unparked"} ${lane.ruleId}`);
      parker.include(lane, error !== undefined);
      parker.pump();
    },
    changed() {
      lines.push(parker.isOpen ? "open" : "not open");
      parker.pump();
    },
  });
  for (let rule = 1; rule <= rules; rule++) {
    const lane = lanes.open(ruleId(rule));
    lanes.push(lane, eventOf(rule, 1));
    parker.include(lane, true);
  }
  const lane = (rule: number) => lanes.open(ruleId(rule));
  const ids = () => [...outbox.pending].map((it) => it.id);
  return { clock, outbox, parker, lanes, lane, lines, ids };
}

Deno.test("Parker puts the first event of each lane into the outbox, once", async () => {
  const { outbox, parker, lane, lines, ids } = setUp(2);
  parker.pump();
  parker.pump();
  assertEquals([ids(), lane(1).isPutting], [["1.1", "2.1"], true]);
  outbox.putting("2.1").confirm();
  await settle();
  assertEquals([lines, lane(1).isPutting, lane(2).isPutting], [["parked 2"], true, false]);
});

Deno.test("Parker remembers nothing of an earlier attempt at an event", () => {
  const { parker, lane } = setUp(1);
  const event = eventOf(1, 1);
  const parcel = { event, parkedAt: START, isOwn: true, isVoid: true, ack: () => {} };
  lane(1).beginPut();
  lane(1).hold(parcel);
  lane(1).endPut();
  assertEquals(lane(1).noteTakenOut(parcel), "early");
  parker.pump();
  assertEquals([lane(1).noteTakenOut(parcel), lane(1).notePut()], ["other", true]);
});

Deno.test("Parker has at most 256 events on their way", async () => {
  const { outbox, parker, ids } = setUp(300);
  parker.pump();
  assertEquals(ids().length, 256);
  outbox.putting("7.1").confirm();
  await settle();
  assertEquals([ids().length, ids().at(-1)], [256, "257.1"]);
});

Deno.test("Parker puts nothing where it is told not to, or nothing waits", () => {
  const { parker, lane, lanes, ids } = setUp(3);
  parker.include(lane(1), false);
  lanes.clear(lane(2));
  parker.pump();
  assertEquals([ids(), lane(2).isPutting], [["3.1"], false]);
});

Deno.test("Parker waits while the outbox is down, and goes on when it is told that it is up", () => {
  const { outbox, parker, ids } = setUp(1);
  outbox.isBlocked = true;
  parker.pump();
  assertEquals([ids(), parker.isOpen], [[], false]);
  outbox.isBlocked = false;
  parker.pump();
  assertEquals([ids(), parker.isOpen], [["1.1"], true]);
});

Deno.test("Parker leaves an outbox that refused an event alone for a second", async () => {
  const { clock, outbox, parker, lines, ids } = setUp(2);
  parker.pump();
  outbox.putting("1.1").refuse();
  outbox.putting("2.1").refuse();
  await clock.advance(999);
  assertEquals([ids(), parker.isOpen], [[], false]);
  assertEquals(lines, ["unparked 1", "not open", "unparked 2"]);
  await clock.advance(1);
  assertEquals([ids(), lines.at(-1)], [["1.1", "2.1"], "open"]);
});

Deno.test("Parker makes no pause where the outbox is down anyway", async () => {
  const { clock, outbox, parker, lines } = setUp(1);
  parker.pump();
  outbox.down();
  await settle();
  assertEquals([lines, clock.pending], [["unparked 1"], 0]);
});

Deno.test("Parker has no alarm set after its end, whatever the outbox refuses then", async () => {
  const { clock, outbox, parker, lines } = setUp(2);
  parker.pump();
  outbox.putting("1.1").refuse();
  await settle();
  parker[Symbol.dispose]();
  outbox.putting("2.1").refuse();
  await clock.advance(10_000);
  assertEquals([parker.isOpen, clock.pending], [false, 0]);
  assertEquals(lines, ["unparked 1", "not open", "unparked 2"]);
});
