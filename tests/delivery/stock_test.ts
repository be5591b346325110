import { assertEquals } from "@std/assert";
import { Lanes } from "../../src/delivery/lanes.ts";
import type { Lane } from "../../src/delivery/lane.ts";
import { Stock } from "../../src/delivery/stock.ts";
import type { Parcel } from "../../src/domain/outbox.ts";
import { ruleId, START } from "../support/rules.ts";
import { eventById } from "./rig.ts";

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

/** A stock of an outbox that is up, and two lanes. */
function setUp(count = 0) {
  const lanes = new Lanes();
  let knownCount = 0;
  const stock = new Stock(() => void knownCount++);
  const [one, two] = [lanes.open(ruleId(1)), lanes.open(ruleId(2))];
  stock.up(count, lanes);
  /** Which of the two lanes have nothing in the outbox before what waits. */
  const behind = () => [one, two].map((lane) => lane.stored === 0 && !stock.hasInherited);
  return { lanes, stock, one, two, behind, knownCount: () => knownCount };
}

/** The first event of a lane is on its way into the outbox. */
function startPut(lanes: Lanes, lane: Lane, id: string): void {
  lanes.push(lane, eventById(id));
  lane.beginPut();
}

/** That is confirmed. */
function confirmPut(lanes: Lanes, stock: Stock, lane: Lane): void {
  lane.endPut();
  stock.add(lane);
  lanes.shift(lane);
}

Deno.test("Stock lets a lane wait while the outbox has events of it", () => {
  const { stock, one, behind } = setUp();
  stock.add(one);
  stock.add(one);
  assertEquals(behind(), [false, true]);
  const parcels = [parcelOf("1.1"), parcelOf("1.2")];
  for (const parcel of parcels) stock.remove(one, parcel);
  assertEquals([behind(), parcels.map((it) => it.acks)], [[true, true], [1, 1]]);
});

Deno.test("Stock lets all lanes wait while the outbox has events of rules unknown", () => {
  const { stock, one, two, behind, knownCount } = setUp(2);
  assertEquals(behind(), [false, false]);
  stock.remove(one, parcelOf("1.1", false));
  assertEquals([behind(), knownCount()], [[false, false], 0]);
  stock.remove(two, parcelOf("2.1", false));
  assertEquals([behind(), knownCount()], [[true, true], 1]);
});

Deno.test("Stock knows its own events again when the outbox is back", () => {
  const { lanes, stock, one, behind } = setUp();
  stock.add(one);
  stock.down(0);
  assertEquals(stock.up(1, lanes), 0);
  assertEquals(behind(), [false, true]);
  stock.down(0);
  stock.up(3, lanes);
  assertEquals(behind(), [false, false]);
});

Deno.test("Stock takes an event for a duplicate whose taking out the outbox did not learn of", () => {
  const { lanes, stock, one, behind } = setUp();
  stock.add(one);
  stock.remove(one, parcelOf("1.1"));
  stock.down(0);
  stock.up(1, lanes);
  assertEquals(behind(), [false, false]);
  const again = parcelOf("1.1");
  assertEquals([stock.removeDuplicate(one, again), again.acks, behind()], [true, 1, [true, true]]);
  assertEquals(stock.removeDuplicate(one, parcelOf("1.2")), false);
});

Deno.test("Stock takes an event for a duplicate that was over when it may have been in the outbox", () => {
  const { lanes, stock, one, behind } = setUp();
  stock.down(0);
  stock.remember(eventById("1.1"));
  assertEquals(stock.isOver(eventById("1.1")), true);
  stock.up(1, lanes);
  assertEquals([stock.removeDuplicate(one, parcelOf("1.1")), behind()], [true, [true, true]]);
});

Deno.test("Stock remembers what may be behind very many events of the outbox", () => {
  const { lanes, stock, one } = setUp();
  stock.down(0);
  stock.remember(eventById("1.1"));
  stock.up(20_001, lanes);
  for (let n = 2; n <= 20_001; n++) stock.remove(one, parcelOf(`1.${n}`, false));
  assertEquals(stock.isOver(eventById("1.1")), true);
});

Deno.test("Stock takes out an event delivered while the outbox was away once, at its copy", () => {
  const { lanes, stock, one, behind } = setUp();
  stock.add(one);
  const parcel = parcelOf("1.1");
  parcel.isVoid = true;
  stock.down(1);
  stock.remove(one, parcel);
  assertEquals(behind(), [true, true]);
  stock.up(1, lanes);
  assertEquals(behind(), [false, false]);
  stock.removeDuplicate(one, parcelOf("1.1"));
  assertEquals(behind(), [true, true]);
});

Deno.test("Stock takes out an event delivered after the outbox came back once, at its copy", () => {
  for (const isOwn of [false, true]) {
    // An event of another process follows that of lane 1.
    const { lanes, stock, one, two, behind } = setUp(isOwn ? 1 : 2);
    if (isOwn) stock.add(one);
    const parcel = parcelOf("1.1", isOwn);
    parcel.isVoid = true;
    stock.down(1);
    stock.up(2, lanes);
    stock.remove(one, parcel);
    stock.removeDuplicate(one, parcelOf("1.1", isOwn));
    assertEquals(behind(), [false, false]);
    stock.remove(two, parcelOf("2.1", false));
    assertEquals(behind(), [true, true]);
  }
});

/** The outbox hands out an event, and it is delivered or was before. */
function deliver(stock: Stock, lane: Lane, parcel: Parcel): void {
  stock.accept(lane, parcel);
  if (!stock.removeDuplicate(lane, parcel)) stock.remove(lane, parcel);
  lane.held.shift();
}

Deno.test("Stock counts an event taken out before it was confirmed neither time", () => {
  const { lanes, stock, one, behind } = setUp();
  startPut(lanes, one, "1.1");
  deliver(stock, one, parcelOf("1.1"));
  confirmPut(lanes, stock, one);
  assertEquals(behind(), [true, true]);
});

Deno.test("Stock counts an event handed out before it was confirmed once", () => {
  const { lanes, stock, one, behind } = setUp();
  startPut(lanes, one, "1.1");
  const parcel = parcelOf("1.1");
  stock.accept(one, parcel);
  confirmPut(lanes, stock, one);
  assertEquals(behind(), [false, true]);
  stock.remove(one, parcel);
  assertEquals(behind(), [true, true]);
});

Deno.test("Stock counts an event put twice as two, whichever is taken out before the confirmation", () => {
  for (const early of [1, 2]) {
    const { lanes, stock, one, behind } = setUp();
    stock.down(0);
    stock.up(1, lanes);
    startPut(lanes, one, "1.1");
    deliver(stock, one, parcelOf("1.1"));
    if (early === 2) deliver(stock, one, parcelOf("1.1"));
    confirmPut(lanes, stock, one);
    if (early === 1) {
      assertEquals(behind(), [false, false]);
      deliver(stock, one, parcelOf("1.1"));
    }
    assertEquals(behind(), [true, true]);
  }
});

Deno.test("Stock takes nothing for an event whose putting failed, though it was handed out", () => {
  const { lanes, stock, one, behind } = setUp(1);
  startPut(lanes, one, "1.1");
  const parcel = parcelOf("1.1");
  stock.accept(one, parcel);
  stock.down(1);
  one.endPut();
  parcel.isVoid = true;
  stock.remove(one, parcel);
  assertEquals(behind(), [false, false]);
});

Deno.test("Stock finds what the outbox has lost, and lets no lane wait for it", () => {
  const { lanes, stock, one, two, behind } = setUp();
  for (const lane of [one, one, one, two, two]) stock.add(lane);
  stock.down(1);
  assertEquals(stock.up(2, lanes), 3);
  assertEquals(behind(), [false, false]);
  stock.remove(two, parcelOf("2.1"));
  stock.remove(two, parcelOf("2.2"));
  assertEquals(behind(), [true, true]);
});

Deno.test("Stock misses nothing that was handed out and is not counted yet", () => {
  const { lanes, stock, one, behind } = setUp();
  for (let n = 0; n < 5; n++) stock.add(one);
  stock.down(2);
  assertEquals(stock.up(3, lanes), 0);
  assertEquals(behind(), [false, true]);
});

Deno.test("Stock is not led astray by an event that the outbox has not counted", () => {
  const { stock, one, behind, knownCount } = setUp();
  stock.remove(one, parcelOf("1.1", false));
  assertEquals([behind(), knownCount()], [[true, true], 0]);
});
