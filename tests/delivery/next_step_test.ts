import { assertEquals } from "@std/assert";
import {
  type LaneState,
  MAX_WAITING,
  nextOfHeld,
  nextOfWaiting,
  type World,
} from "../../src/delivery/next_step.ts";

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
  ["nothing waits", { waiting: { size: 0 } }, {}, "wait"],
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
  ["the outbox handed out events of its rule", { held: { size: 1 } }, {}, "wait"],
  ["its first has had its attempts", { isSpent: true }, {}, "park"],
  ["it has, and the outbox takes nothing", { isSpent: true }, { isOutboxOpen: false }, "post"],
  ["memory is crowded", {}, { waiting: MAX_WAITING / 2 + 1 }, "park"],
  ["memory is full, and the outbox takes nothing", { stored: 1 }, {
    isOutboxOpen: false,
    waiting: MAX_WAITING,
  }, "post"],
  ["the sensor drains", {}, { phase: "draining" }, "post"],
  ["the sensor parks the rest", {}, { phase: "parking" }, "park"],
  ["it parks, and the outbox takes nothing", {}, {
    phase: "parking",
    isOutboxOpen: false,
  }, "wait"],
  ["all is over", {}, { phase: "ended" }, "wait"],
];

for (const [what, lane, world, expected] of WAITING) {
  Deno.test(`An event that waits is to ${expected} where ${what}`, () => {
    assertEquals(nextOfWaiting({ ...LANE, ...lane }, { ...WORLD, ...world }), expected);
  });
}

const ONE_HELD = { held: { size: 1 } };
const HELD: readonly Case[] = [
  ["it was handed out", ONE_HELD, {}, "post"],
  ["there is none", {}, {}, "wait"],
  ["another of its rule is in flight", { ...ONE_HELD, ...POSTING }, {}, "wait"],
  ["a retry is to come", { ...ONE_HELD, isRetrying: true }, {}, "wait"],
  ["a newer one is on its way into the outbox", { ...ONE_HELD, ...PUTTING }, {}, "post"],
  ["the sensor drains", ONE_HELD, { phase: "draining" }, "wait"],
];

for (const [what, lane, world, expected] of HELD) {
  Deno.test(`An event of the outbox is to ${expected} where ${what}`, () => {
    assertEquals(nextOfHeld({ ...LANE, ...lane }, { ...WORLD, ...world }), expected);
  });
}
