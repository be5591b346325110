import { assertEquals } from "@std/assert";
import { type LaneState, MAX_WAITING, nextStep, type World } from "../../src/delivery/next_step.ts";

/** A lane with one event that waits. */
const LANE: LaneState = {
  stored: 0,
  held: { size: 0 },
  waiting: { size: 1 },
  isPosting: false,
  isPutting: false,
  isBusy: false,
  isRetrying: false,
  isSpent: false,
};
/** All is well. */
const WORLD: World = {
  phase: "open",
  isCircuitClosed: true,
  isOutboxOpen: true,
  hasInherited: false,
  waiting: 1,
};
const PUTTING = { isPutting: true, isBusy: true };
const POSTING = { isPosting: true, isBusy: true };

type Case = readonly [what: string, Partial<LaneState>, Partial<World>, expected: string];

const WAITING: readonly Case[] = [
  ["all is well", {}, {}, "post"],
  ["it is gone, and another is in the outbox", { waiting: { size: 0 }, stored: 1 }, {}, "wait"],
  ["its first is in flight", POSTING, {}, "wait"],
  ["its first is on its way into the outbox", PUTTING, {}, "wait"],
  ["a retry is to come", { isRetrying: true }, {}, "wait"],
  ["the circuit is open", {}, { isCircuitClosed: false }, "park"],
  ["the circuit is open and a retry is to come", { isRetrying: true }, {
    isCircuitClosed: false,
  }, "park"],
  ["the circuit is open and the outbox takes nothing", {}, {
    isCircuitClosed: false,
    isOutboxOpen: false,
  }, "post"],
  ["the outbox has events of its rule", { stored: 1 }, {}, "park"],
  ["it has, and takes nothing", { stored: 1 }, { isOutboxOpen: false }, "wait"],
  ["the outbox has events of rules unknown", {}, { hasInherited: true }, "park"],
  ["it has, and takes nothing more", {}, { hasInherited: true, isOutboxOpen: false }, "wait"],
  ["the outbox handed out events of its rule", { held: { size: 1 } }, {}, "post held"],
  [
    "it did, and they are not to be posted yet",
    { held: { size: 1 }, isRetrying: true },
    {},
    "wait",
  ],
  ["its first has had its attempts", { isSpent: true }, {}, "park"],
  ["it has, and the outbox takes nothing", { isSpent: true }, { isOutboxOpen: false }, "post"],
  ["memory is crowded", {}, { waiting: MAX_WAITING / 2 + 1 }, "park"],
  ["memory is full, and the outbox takes nothing", { stored: 1 }, {
    isOutboxOpen: false,
    waiting: MAX_WAITING,
  }, "post"],
  ["the sensor drains", {}, { phase: "draining" }, "post"],
  ["the sensor parks the rest", {}, { phase: "parking" }, "evacuate"],
  ["it parks, and the outbox takes nothing", {}, {
    phase: "parking",
    isOutboxOpen: false,
  }, "wait"],
  ["all is over", {}, { phase: "ended" }, "wait"],
];

for (const [what, lane, world, expected] of WAITING) {
  Deno.test(`An event that waits is to ${expected} where ${what}`, () => {
    assertEquals(nextStep({ ...LANE, ...lane }, { ...WORLD, ...world }), expected);
  });
}

const ONE_HELD = { held: { size: 1 }, waiting: { size: 0 } };
const BOTH = { held: { size: 1 }, stored: 1 };
const HELD: readonly Case[] = [
  ["it was handed out", ONE_HELD, {}, "post held"],
  ["another of its rule is in flight", { ...ONE_HELD, isPosting: true }, {}, "wait"],
  ["a retry is to come", { ...ONE_HELD, isRetrying: true }, {}, "wait"],
  ["the circuit is open", ONE_HELD, { isCircuitClosed: false }, "post held"],
  ["a newer one waits", BOTH, {}, "post held and park"],
  ["a newer one waits, and the outbox takes nothing", BOTH, { isOutboxOpen: false }, "post held"],
  ["a newer one is on its way into the outbox", { ...BOTH, ...PUTTING }, {}, "post held"],
  ["it is in flight, and a newer one waits", { ...BOTH, isPosting: true }, {}, "park"],
  ["a retry is to come, and a newer one waits", { ...BOTH, isRetrying: true }, {}, "park"],
  ["the sensor drains", ONE_HELD, { phase: "draining" }, "wait"],
  ["the sensor drains, and a newer one waits", BOTH, { phase: "draining" }, "park"],
  ["all is over", ONE_HELD, { phase: "ended" }, "wait"],
];

for (const [what, lane, world, expected] of HELD) {
  Deno.test(`An event of the outbox is to ${expected} where ${what}`, () => {
    assertEquals(nextStep({ ...LANE, ...lane }, { ...WORLD, ...world }), expected);
  });
}

const NOTHING = { waiting: { size: 0 } };
const EMPTY: readonly Case[] = [
  ["nothing is left", NOTHING, {}, "close"],
  ["nothing is left, whatever goes on elsewhere", NOTHING, {
    isCircuitClosed: false,
    hasInherited: true,
    phase: "parking",
  }, "close"],
  ["its last is dropped, but in flight", { ...NOTHING, ...POSTING }, {}, "wait"],
  ["its last is dropped, but on its way into the outbox", { ...NOTHING, ...PUTTING }, {}, "wait"],
  ["its last is in the outbox", { ...NOTHING, stored: 1 }, {}, "wait"],
];

for (const [what, lane, world, expected] of EMPTY) {
  Deno.test(`A lane is to ${expected} where ${what}`, () => {
    assertEquals(nextStep({ ...LANE, ...lane }, { ...WORLD, ...world }), expected);
  });
}
