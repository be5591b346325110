import * as z from "zod";
import { rfc3339 } from "./event.ts";

/**
 * What a process leaves for the next one: every occurrence that fell due up to `at` is delivered, or in
 * the outbox. Epoch milliseconds.
 */
export interface Checkpoint {
  readonly at: number;
  readonly writtenAt: number;
}

/** A checkpoint as it is kept. */
export interface StoredCheckpoint extends Checkpoint {
  /** That of the layout under which it was written: whose rules it speaks of. */
  readonly generation: number;
}

const Instant = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text));
const Written = z.object({
  version: z.literal(1),
  at: Instant,
  written_at: Instant,
  // Left out by sensors that knew of no layouts.
  generation: z.int().min(0).default(0),
});

/** The text of a checkpoint, as it is kept. */
export function checkpointText({ at, writtenAt, generation }: StoredCheckpoint): string {
  return JSON.stringify({
    version: 1,
    at: rfc3339(at),
    written_at: rfc3339(writtenAt),
    generation,
  });
}

/** Reads the text of a checkpoint. Throws a `SyntaxError` or a `ZodError`. */
export function checkpointFromText(text: string): StoredCheckpoint {
  const { at, written_at, generation } = Written.parse(JSON.parse(text));
  return { at, writtenAt: written_at, generation };
}

/**
 * The newest of some checkpoints that speaks of the rules of a layout, or of a later one: where a layout
 * was lost they are counted anew. An earlier one may be of a shard of other rules.
 */
export function newestCheckpoint(
  checkpoints: readonly StoredCheckpoint[],
  generation: number,
): StoredCheckpoint | null {
  let newest: StoredCheckpoint | null = null;
  for (const checkpoint of checkpoints) {
    if (checkpoint.generation < generation) continue;
    if (newest === null || checkpoint.writtenAt > newest.writtenAt) newest = checkpoint;
  }
  return newest;
}
