import type { Lane } from "./lane.ts";

// An event's life, with what moves it on:
//
//            submit                    post                  201
//   fire ------------> waits in memory ----> in flight ----------------> stored
//                        |        ^              |   |
//      circuit open,     |        | retry later  |   | refused for good
//      crowded, spent,   | park   +--------------+   v
//      behind, ending    v                          dead letters
//                on its way into the outbox
//                        |
//                        v    handed out       post held
//                  in the outbox -------> held ---------> in flight ---> stored, or as above
//
// A lane has two heads that move on by themselves: the first that is held, and the first that waits. So it may
// be time to post the one and to park the other at once. A lane that has neither, nor anything in the outbox
// or under way, is closed.

/** The most events that wait in memory; beyond it the oldest are lost. */
export const MAX_WAITING = 200_000;
/** From here on events are rather put into the outbox than kept waiting in memory. */
const CROWDED = MAX_WAITING / 2;

/** How far a delivery has come to its end. */
export type Phase = "open" | "draining" | "parking" | "ended";

/** What decides over a lane beside its own state. */
export interface World {
  readonly phase: Phase;
  /** Whether events get through to the platform. */
  readonly isCircuitClosed: boolean;
  /** Whether the outbox takes events. */
  readonly isOutboxOpen: boolean;
  /** Whether the outbox may have events of any rule. */
  readonly hasInherited: boolean;
  /** Events that wait in memory, of all rules. */
  readonly waiting: number;
}

/** A lane as far as its next step depends on it. */
export type LaneState =
  & Pick<
    Lane,
    "stored" | "isPosting" | "isPutting" | "isBusy" | "isRetrying" | "isSpent"
  >
  & { readonly held: { readonly size: number }; readonly waiting: { readonly size: number } };

/**
 * What becomes of a lane: its first event in memory, or the first that the outbox has handed out, is posted;
 * the first in memory is put into the outbox, which holds up nothing that was handed out before; the lane
 * waits for news; or there is nothing left in it.
 */
export type Step =
  | "post"
  | "post held"
  | "park"
  | "post held and park"
  /** All that waits in memory goes into the outbox at once: the end is near. */
  | "evacuate"
  | "wait"
  | "close";

/** What there is to do for a lane. It follows from the states alone, and may be asked at any time. */
export function nextStep(lane: LaneState, world: World): Step {
  if (isEmpty(lane)) return "close";
  if (world.phase === "parking") return mayPark(lane, world) ? "evacuate" : "wait";
  const mayTry = !lane.isPosting && !lane.isRetrying;
  const postsHeld = mayTry && lane.held.size > 0 && world.phase === "open";
  if (shallPark(lane, world)) return postsHeld ? "post held and park" : "park";
  if (postsHeld) return "post held";
  return mayTry && mayPost(lane, world) ? "post" : "wait";
}

function isEmpty(lane: LaneState): boolean {
  return lane.held.size + lane.waiting.size + lane.stored === 0 && !lane.isPosting &&
    !lane.isPutting;
}

function mayPark(lane: LaneState, world: World): boolean {
  return lane.waiting.size > 0 && !lane.isBusy && world.isOutboxOpen;
}

function shallPark(lane: LaneState, world: World): boolean {
  if (!mayPark(lane, world)) return false;
  return !world.isCircuitClosed || lane.isSpent || !isFirst(lane, world) ||
    world.waiting > CROWDED;
}

function mayPost(lane: LaneState, world: World): boolean {
  if (lane.waiting.size === 0 || lane.held.size > 0 || lane.isPutting) return false;
  if (world.phase === "ended") return false;
  // Out of order is better than lost.
  return isFirst(lane, world) || world.waiting >= MAX_WAITING;
}

/** Whether the outbox has nothing that comes before what waits in memory. */
function isFirst(lane: LaneState, world: World): boolean {
  return lane.stored === 0 && !world.hasInherited;
}
