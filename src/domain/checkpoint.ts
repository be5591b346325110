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
