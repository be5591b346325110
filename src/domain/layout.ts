/** How the rules are shared: what all instances have to agree on. */
export interface Layout {
  /** How many shards there are. */
  readonly shards: number;
  /** Grows with each change of that number. */
  readonly generation: number;
  /** How many there were before the last change; `null`: it never changed. */
  readonly before: number | null;
  /**
   * Every occurrence that fell due up to then was seen to before the last change, in epoch milliseconds:
   * where a shard begins that has left no checkpoint since. `null`: nobody was there before.
   */
  readonly since: number | null;
}

/** The layout where there was none, or one instance alone that knew of none. */
export function firstLayout(shards: number): Layout {
  return { shards, generation: 0, before: null, since: null };
}

/** The layout that follows another one. */
export function nextLayout(last: Layout, shards: number, since: number | null): Layout {
  return { shards, generation: last.generation + 1, before: last.shards, since };
}

/** Whether two layouts are one and the same. */
export function sameLayout(a: Layout, b: Layout): boolean {
  return a.shards === b.shards && a.generation === b.generation;
}
