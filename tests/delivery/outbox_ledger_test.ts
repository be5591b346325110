import { assertEquals } from "@std/assert";
import type { Lane } from "../../src/delivery/lane.ts";
import { Lanes } from "../../src/delivery/lanes.ts";
import { OutboxLedger } from "../../src/delivery/outbox_ledger.ts";
import type { Parcel } from "../../src/domain/outbox.ts";
import { FakeClock, settle } from "../support/fake_clock.ts";
import { ruleId, START } from "../support/rules.ts";
import { FakeOutbox } from "./fake_outbox.ts";
import { eventById, lineOf, MAX_AGE_MS } from "./rig.ts";

interface FakeParcel extends Parcel {
  isVoid: boolean;
  acks: number;
}

/** A parcel that this process had put into the outbox, unless told otherwise. */
function parcelOf(id: string, isOwn = true): FakeParcel {
  return {
    event: eventById(id),
    parkedAt: START,
    isOwn,
    isVoid: false,
    acks: 0,
    ack() {
      this.acks++;
    },
  };
}

/** The ledger of an outbox that is up, whose part the test plays, and two lanes. */
function setUp(count = 0) {
  const clock = new FakeClock();
  const outbox = new FakeOutbox(clock);
  outbox.isPrompt = false;
  outbox.up();
  const lanes = new Lanes();
  const lines: string[] = [];
  let knownCount = 0;
  let settledCount = 0;
  const ledger = new OutboxLedger({
    outbox,
    lanes,
    clock,
    outboxMaxAgeMs: MAX_AGE_MS,
    isKnown: () => true,
    tell: (news) => void lines.push(lineOf(news)),
    on: {
      proceed: () => {},
      reroute: (lane) => void (lane === null && knownCount++),
      settled: () => void settledCount++,
    },
  });
  const [one, two] = [lanes.open(ruleId(1)), lanes.open(ruleId(2))];
  ledger.up(count);
  knownCount = 0;
  /** Which of the two lanes have nothing in the outbox before what waits. */
  const behind = () => [one, two].map((lane) => lane.stored === 0 && !ledger.hasInherited);
  /** An event is on its way into the outbox, that is confirmed by the result. */
  const startPut = (lane: Lane, id: string) => {
    lanes.push(lane, eventById(id));
    ledger.include(lane, "park");
    ledger.pump();
    return async () => {
      outbox.putting(id).confirm();
      await settle();
    };
  };
  /** Puts events into the outbox. */
  const put = async (...ids: string[]) => {
    for (const id of ids) await startPut(lanes.open(eventById(id).ruleId), id)();
  };
  /** The outbox hands out an event, and it is delivered or was before. */
  const deliver = (lane: Lane, parcel: Parcel) => {
    ledger.take(parcel);
    if (!ledger.isWorthwhile(lane)) return;
    finish(lane, parcel);
  };
  /** An event that was handed out is delivered. */
  const finish = (lane: Lane, parcel: Parcel) => {
    ledger.pass(lane);
    ledger.takeOut(lane, parcel);
  };
  /** What was told since the last look. */
  const news = () => lines.splice(0);
  return {
    outbox,
    lanes,
    ledger,
    one,
    two,
    behind,
    startPut,
    put,
    deliver,
    finish,
    news,
    knownCount: () => knownCount,
    settledCount: () => settledCount,
  };
}

Deno.test("OutboxLedger lets a lane wait while the outbox has events of it", async () => {
  const { ledger, one, behind, put } = setUp();
  await put("1.1", "1.2");
  assertEquals([behind(), ledger.size], [[false, true], 2]);
  const parcels = [parcelOf("1.1"), parcelOf("1.2")];
  for (const parcel of parcels) ledger.takeOut(one, parcel);
  assertEquals([behind(), parcels.map((it) => it.acks)], [[true, true], [1, 1]]);
});

Deno.test("OutboxLedger lets all lanes wait while the outbox has events of rules unknown", () => {
  const { ledger, one, two, behind, knownCount } = setUp(2);
  assertEquals(behind(), [false, false]);
  ledger.takeOut(one, parcelOf("1.1", false));
  assertEquals([behind(), knownCount()], [[false, false], 0]);
  ledger.takeOut(two, parcelOf("2.1", false));
  assertEquals([behind(), knownCount()], [[true, true], 1]);
});

Deno.test("OutboxLedger knows its own events again when the outbox is back", async () => {
  const { ledger, behind, put, news } = setUp();
  await put("1.1");
  ledger.down();
  ledger.up(1);
  assertEquals([behind(), news()], [[false, true], ["parked 1.1"]]);
  ledger.down();
  ledger.up(3);
  assertEquals(behind(), [false, false]);
});

Deno.test("OutboxLedger takes an event for a duplicate whose taking out the outbox did not learn of", async () => {
  const { ledger, one, behind, put, news } = setUp();
  await put("1.1");
  ledger.takeOut(one, parcelOf("1.1"));
  ledger.down();
  ledger.up(1);
  assertEquals(behind(), [false, false]);
  const again = parcelOf("1.1");
  ledger.take(again);
  assertEquals([ledger.isWorthwhile(one), again.acks, behind()], [false, 1, [true, true]]);
  assertEquals(news(), ["parked 1.1", "duplicate 1.1"]);
  ledger.take(parcelOf("1.2"));
  assertEquals([ledger.isWorthwhile(one), one.held.size], [true, 1]);
});

Deno.test("OutboxLedger takes an event for a duplicate that was over when it may have been in the outbox", () => {
  const { ledger, one, behind } = setUp();
  ledger.down();
  ledger.remember(eventById("1.1"));
  assertEquals(ledger.isOver(eventById("1.1")), true);
  ledger.up(1);
  ledger.take(parcelOf("1.1"));
  assertEquals([ledger.isWorthwhile(one), behind()], [false, [true, true]]);
});

Deno.test("OutboxLedger remembers what may be behind very many events of the outbox", () => {
  const { ledger, one } = setUp();
  ledger.down();
  ledger.remember(eventById("1.1"));
  ledger.up(20_001);
  for (let n = 2; n <= 20_001; n++) ledger.takeOut(one, parcelOf(`1.${n}`, false));
  assertEquals(ledger.isOver(eventById("1.1")), true);
});

Deno.test("OutboxLedger takes out an event delivered while the outbox was away once, at its copy", async () => {
  const { ledger, one, behind, put, finish, deliver } = setUp();
  await put("1.1");
  const parcel = parcelOf("1.1");
  ledger.take(parcel);
  one.beginPost();
  parcel.isVoid = true;
  ledger.down();
  finish(one, parcel);
  assertEquals(behind(), [true, true]);
  ledger.up(1);
  assertEquals(behind(), [false, false]);
  deliver(one, parcelOf("1.1"));
  assertEquals(behind(), [true, true]);
});

Deno.test("OutboxLedger takes out an event delivered after the outbox came back once, at its copy", async () => {
  for (const isOwn of [false, true]) {
    // An event of another process follows that of lane 1.
    const { ledger, one, two, behind, put, finish, deliver } = setUp(isOwn ? 1 : 2);
    if (isOwn) await put("1.1");
    const parcel = parcelOf("1.1", isOwn);
    ledger.take(parcel);
    one.beginPost();
    parcel.isVoid = true;
    ledger.down();
    ledger.up(2);
    finish(one, parcel);
    one.endPost();
    deliver(one, parcelOf("1.1", isOwn));
    assertEquals(behind(), [false, false]);
    ledger.takeOut(two, parcelOf("2.1", false));
    assertEquals(behind(), [true, true]);
  }
});

Deno.test("OutboxLedger counts an event taken out before it was confirmed neither time", async () => {
  const { one, behind, startPut, deliver } = setUp();
  const confirm = startPut(one, "1.1");
  deliver(one, parcelOf("1.1"));
  await confirm();
  assertEquals(behind(), [true, true]);
});

Deno.test("OutboxLedger counts an event handed out before it was confirmed once", async () => {
  const { ledger, one, behind, startPut } = setUp();
  const confirm = startPut(one, "1.1");
  const parcel = parcelOf("1.1");
  ledger.take(parcel);
  await confirm();
  assertEquals(behind(), [false, true]);
  ledger.takeOut(one, parcel);
  assertEquals(behind(), [true, true]);
});

Deno.test("OutboxLedger counts an event put twice as two, whichever is taken out before the confirmation", async () => {
  for (const early of [1, 2]) {
    const { ledger, one, behind, startPut, deliver } = setUp();
    ledger.down();
    ledger.up(1);
    const confirm = startPut(one, "1.1");
    deliver(one, parcelOf("1.1"));
    if (early === 2) deliver(one, parcelOf("1.1"));
    await confirm();
    if (early === 1) {
      assertEquals(behind(), [false, false]);
      deliver(one, parcelOf("1.1"));
    }
    assertEquals(behind(), [true, true]);
  }
});

Deno.test("OutboxLedger takes nothing for an event whose putting failed, though it was handed out", async () => {
  const { outbox, ledger, one, behind, startPut, finish } = setUp(1);
  startPut(one, "1.1");
  const parcel = parcelOf("1.1");
  ledger.take(parcel);
  one.beginPost();
  parcel.isVoid = true;
  ledger.down();
  outbox.down();
  await settle();
  finish(one, parcel);
  assertEquals([behind(), one.waiting.size], [[false, false], 1]);
});

Deno.test("OutboxLedger finds what the outbox has lost, and lets no lane wait for it", async () => {
  const { ledger, one, two, behind, put, news } = setUp();
  await put("1.1", "1.2", "1.3", "2.1", "2.2");
  ledger.take(parcelOf("1.1"));
  news();
  ledger.down();
  ledger.up(2);
  assertEquals([news(), behind(), one.stored], [["outbox lost 3"], [false, false], 0]);
  ledger.takeOut(two, parcelOf("2.1"));
  ledger.takeOut(two, parcelOf("2.2"));
  assertEquals(behind(), [true, true]);
});

Deno.test("OutboxLedger lets no lane wait for events that are found to be gone while it is up", async () => {
  const { ledger, one, two, behind, put, news } = setUp();
  await put("1.1", "1.2", "1.3", "2.1", "2.2");
  news();
  ledger.lost(3);
  assertEquals([news(), behind(), one.stored, ledger.size], [
    ["outbox lost 3"],
    [false, false],
    0,
    2,
  ]);
  ledger.takeOut(two, parcelOf("2.1"));
  ledger.takeOut(two, parcelOf("2.2"));
  assertEquals([behind(), ledger.size], [[true, true], 0]);
});

Deno.test("OutboxLedger misses nothing that was handed out and is not counted yet", async () => {
  const { ledger, behind, put, news } = setUp();
  await put("1.1", "1.2", "1.3", "1.4", "1.5");
  for (const id of ["1.1", "1.2"]) ledger.take(parcelOf(id));
  news();
  ledger.down();
  ledger.up(3);
  assertEquals([news(), behind(), ledger.size], [[], [false, true], 5]);
});

Deno.test("OutboxLedger tells that something came to its end where nothing handed out is worth posting", () => {
  const { ledger, one, settledCount } = setUp(1);
  ledger.remember(eventById("1.1"));
  ledger.take(parcelOf("1.1", false));
  assertEquals(settledCount(), 0);
  assertEquals([ledger.isWorthwhile(one), settledCount()], [false, 1]);
});

Deno.test("OutboxLedger is not led astray by an event that the outbox has not counted", () => {
  const { ledger, one, behind, knownCount } = setUp();
  ledger.takeOut(one, parcelOf("1.1", false));
  assertEquals([behind(), knownCount()], [[true, true], 0]);
});

Deno.test("OutboxLedger takes nothing more once it is closed, and keeps but what is in flight", () => {
  const { ledger, one, two } = setUp(4);
  for (const id of ["1.1", "1.2", "2.1"]) ledger.take(parcelOf(id, false));
  one.beginPost();
  ledger.close();
  ledger.take(parcelOf("2.2", false));
  assertEquals([one.held.first?.event.occurrenceId, one.held.size, two.held.size], ["1.1", 1, 0]);
});
