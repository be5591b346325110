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
// A lane has two heads that move on by themselves: the first that is held, and the first that waits.

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

/** What becomes of the first that the outbox has handed out. */
export function nextOfHeld(lane: LaneState, { phase }: World): "post" | "wait" {
  const mayTry = lane.held.size > 0 && !lane.isPosting && !lane.isRetrying;
  return mayTry && phase === "open" ? "post" : "wait";
}

/** What becomes of the first that waits in memory: it is not posted before what the outbox has of its rule. */
export function nextOfWaiting(lane: LaneState, world: World): "post" | "park" | "wait" {
  if (lane.waiting.size === 0) return "wait";
  const isFirst = lane.stored === 0 && !world.hasInherited;
  if (world.isOutboxOpen && !lane.isBusy) {
    const shallPark = !world.isCircuitClosed || !isFirst || lane.isSpent ||
      world.phase === "parking" || world.waiting > CROWDED;
    if (shallPark) return "park";
  }
  const mayTry = lane.held.size === 0 && !lane.isPosting && !lane.isRetrying && !lane.isPutting;
  if (!mayTry || world.phase === "parking" || world.phase === "ended") return "wait";
  // Out of order is better than lost.
  return isFirst || world.waiting >= MAX_WAITING ? "post" : "wait";
}
