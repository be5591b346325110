import { assertEquals } from "@std/assert";
import fc from "fast-check";
import type { Parcel } from "../../src/domain/outbox.ts";
import { Lanes } from "../../src/delivery/lanes.ts";
import { ruleId, START } from "../support/rules.ts";
import { eventOf } from "./rig.ts";

/** Lanes with an event for each number: the milliseconds after {@link START} at which it fell due. */
function lanesOf(dueOf: Readonly<Record<number, readonly number[]>>) {
  const lanes = new Lanes();
  for (const [rule, dues] of Object.entries(dueOf)) {
    const lane = lanes.open(ruleId(Number(rule)));
    for (const due of dues) lanes.push(lane, eventOf(Number(rule), due));
  }
  const lane = (rule: number) => lanes.open(ruleId(rule));
  return { lanes, lane };
}

function takeAll(lanes: Lanes): (string | undefined)[] {
  const ids = [];
  for (let it = lanes.takeOldest(); it !== undefined; it = lanes.takeOldest()) {
    ids.push(it.occurrenceId);
  }
  return ids;
}

function parcel(rule: number): Parcel {
  const event = eventOf(rule, 5);
  return { event, parkedAt: START, isOwn: true, isVoid: false, ack: () => {} };
}

Deno.test("Lanes tells when the oldest event that waits fell due", () => {
  const { lanes, lane } = lanesOf({ 1: [30, 40], 2: [20, 50] });
  assertEquals([lanes.waiting, lanes.earliestDueAt], [4, START + 20]);
  lanes.shift(lane(2));
  assertEquals([lanes.waiting, lanes.earliestDueAt], [3, START + 30]);
  lanes.shift(lane(1));
  lanes.shift(lane(1));
  assertEquals([lanes.waiting, lanes.earliestDueAt], [1, START + 50]);
  lanes.shift(lane(2));
  assertEquals([lanes.waiting, lanes.earliestDueAt], [0, Infinity]);
});

Deno.test("Lanes counts an event from the first occurrence for which it stands", () => {
  const { lanes, lane } = lanesOf({ 1: [30] });
  lanes.push(lane(2), { ...eventOf(2, 40), coversFrom: START + 10 });
  assertEquals(lanes.earliestDueAt, START + 10);
  lanes.shift(lane(2));
  assertEquals(lanes.earliestDueAt, START + 30);
});

Deno.test("Lanes counts an event from an earlier time than those before it, until it is gone", () => {
  const { lanes, lane } = lanesOf({ 1: [20, 15, 12, 40] });
  assertEquals(lanes.earliestDueAt, START + 12);
  lanes.shift(lane(1));
  lanes.shift(lane(1));
  assertEquals(lanes.earliestDueAt, START + 12);
  lanes.shift(lane(1));
  assertEquals(lanes.earliestDueAt, START + 40);
  lanes.push(lane(1), eventOf(1, 5));
  lanes.clear(lane(1));
  assertEquals([lanes.waiting, lanes.earliestDueAt], [0, Infinity]);
  lanes.push(lane(1), eventOf(1, 60));
  assertEquals(lanes.earliestDueAt, START + 60);
});

Deno.test("Lanes takes the oldest of all events first", () => {
  const { lanes } = lanesOf({ 1: [30, 40], 2: [20, 50], 3: [35] });
  assertEquals(takeAll(lanes), ["2.20", "1.30", "3.35", "1.40", "2.50"]);
  assertEquals([lanes.waiting, lanes.earliestDueAt], [0, Infinity]);
});

Deno.test("Lanes takes no event that is beyond recall, but an older one behind it before others", () => {
  const { lanes, lane } = lanesOf({ 1: [10, 20, 60], 2: [15], 3: [17, 40], 4: [50] });
  lane(1).beginPost();
  lane(2).openAccount().beginPut(eventOf(2, 0));
  lane(3).openAccount().hold(parcel(3));
  lane(3).beginPost();
  assertEquals(takeAll(lanes), ["3.17", "1.20", "3.40", "4.50", "1.60"]);
  assertEquals([lanes.waiting, lanes.earliestDueAt], [2, START + 10]);
});

Deno.test("Lanes takes nothing where all is beyond recall, and forgets none of it", () => {
  const { lanes, lane } = lanesOf({ 1: [10], 2: [5] });
  lane(1).openAccount().beginPut(eventOf(1, 0));
  lane(2).openAccount().beginPut(eventOf(2, 0));
  assertEquals(lanes.takeOldest(), undefined);
  assertEquals([lanes.waiting, lanes.earliestDueAt], [2, START + 5]);
});

Deno.test("Lanes clears a lane but for what is beyond recall", () => {
  const { lanes, lane } = lanesOf({ 1: [10, 20, 30], 2: [40] });
  lane(1).openAccount().beginPut(eventOf(1, 0));
  assertEquals(lanes.clear(lane(1)).map((it) => it.occurrenceId), ["1.20", "1.30"]);
  assertEquals([lanes.waiting, lanes.earliestDueAt], [2, START + 10]);
  lane(1).openAccount().endPut();
  assertEquals(lanes.clear(lane(1)).map((it) => it.occurrenceId), ["1.10"]);
  assertEquals([lanes.waiting, lanes.earliestDueAt], [1, START + 40]);
});

Deno.test("Lanes knows nothing any more of the attempts at an event that is gone", () => {
  const { lanes, lane } = lanesOf({ 1: [10, 20, 30] });
  let retries = 0;
  const takes = [() => lanes.shift(lane(1)), () => lanes.takeOldest(), () => lanes.clear(lane(1))];
  for (const take of takes) {
    lane(1).noteFailure(0);
    lane(1).noteFailure(0);
    lane(1).spend();
    lane(1).doubt();
    lane(1).retryAfter({ [Symbol.dispose]: () => void retries++ });
    take();
    const { isSpent, isUncertain, isRetrying } = lane(1);
    assertEquals([isSpent, isUncertain, isRetrying], [false, false, false]);
    assertEquals(lane(1).noteFailure(0), 1);
    lane(1).forgetFailures();
  }
  assertEquals(retries, 3);
});

Deno.test("Lanes keeps the count of attempts at an event of the outbox when one in memory is gone", () => {
  const { lanes, lane } = lanesOf({ 1: [10, 20] });
  lane(1).openAccount().hold(parcel(1));
  for (let n = 0; n < 4; n++) lane(1).noteFailure(0);
  lanes.shift(lane(1));
  assertEquals(lane(1).noteFailure(0), 5);
});

Deno.test("Lanes gives the place of a closed lane to the next one", () => {
  const { lanes, lane } = lanesOf({ 1: [], 2: [] });
  const first = lane(1);
  lanes.close(first);
  lanes.close(first);
  assertEquals([lanes.get(ruleId(1)), lane(3).slot, lane(4).slot], [undefined, 0, 2]);
  assertEquals([...lanes].map((it) => it.ruleId), [2, 3, 4].map(ruleId));
});

Deno.test("Lanes agrees with a sorted list after any steps", () => {
  const rule = fc.integer({ min: 1, max: 6 });
  const step = fc.record({
    op: fc.constantFrom("push", "push", "push", "shift", "oldest", "clear", "busy", "free"),
    rule,
  });
  fc.assert(fc.property(fc.array(step, { maxLength: 150 }), (steps) => {
    const lanes = new Lanes();
    const model: { id: string; rule: number; due: number }[] = [];
    const busy = new Set<number>();
    let due = 0;
    for (const { op, rule } of steps) {
      const lane = lanes.open(ruleId(rule));
      const own = model.filter((it) => it.rule === rule);
      const isFixed = (it: { rule: number }) =>
        busy.has(it.rule) && model.find((other) => other.rule === it.rule) === it;
      const take = (gone: readonly unknown[]) => {
        for (const it of [...model]) if (gone.includes(it)) model.splice(model.indexOf(it), 1);
      };
      if (op === "push") {
        const event = eventOf(rule, ++due);
        lanes.push(lane, event);
        model.push({ id: event.occurrenceId, rule, due });
      } else if (op === "shift") {
        lanes.shift(lane);
        take(own.slice(0, 1));
        if (own.length === 1) busy.delete(rule);
        if (busy.has(rule)) lane.openAccount().beginPut(eventOf(rule, 0));
        else lane.openAccount().endPut();
      } else if (op === "oldest") {
        const oldest = model.find((it) => !isFixed(it));
        assertEquals(lanes.takeOldest()?.occurrenceId, oldest?.id);
        take([oldest]);
      } else if (op === "clear") {
        const gone = own.filter((it) => !isFixed(it));
        assertEquals(lanes.clear(lane).map((it) => it.occurrenceId), gone.map((it) => it.id));
        take(gone);
      } else {
        if (op === "busy" && own.length > 0) busy.add(rule);
        else busy.delete(rule);
        if (busy.has(rule)) lane.openAccount().beginPut(eventOf(rule, 0));
        else lane.openAccount().endPut();
      }
      assertEquals(lanes.waiting, model.length);
      assertEquals(lanes.earliestDueAt, START + (model[0]?.due ?? Infinity));
      if (lane.waiting.size === 0 && !lane.isPutting) lanes.close(lane);
    }
  }));
});
