import type { Checkpoint } from "../domain/checkpoint.ts";
import { ON_TIME_MS } from "./misfire.ts";

/** Where this process takes over. Epoch milliseconds and spans in milliseconds. */
export interface Resumption {
  /** What fell due up to this instant has been seen to. */
  readonly since: number;
  /** `first`: nobody was there before; `future`: the checkpoint lies ahead by `byMs`, or `gap` behind. */
  readonly kind: "first" | "future" | "gap";
  readonly byMs: number;
}

/** Where a process that starts at `now` takes over from the one that left the checkpoint. */
export function resumeFrom(checkpoint: Checkpoint | null, now: number): Resumption {
  if (checkpoint === null) return { since: now, kind: "first", byMs: 0 };
  const aheadMs = checkpoint.at - now;
  // A little ahead is how two clocks differ: what is up to it has been seen to all the same.
  if (aheadMs > ON_TIME_MS) return { since: now, kind: "future", byMs: aheadMs };
  return { since: checkpoint.at, kind: "gap", byMs: Math.max(0, -aheadMs) };
}
