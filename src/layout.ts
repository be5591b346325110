import * as z from "zod";
import { rfc3339 } from "./event.ts";
import { MOST_SHARDS } from "./shard.ts";

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

const Instant = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text));
const Shards = z.int().min(1).max(MOST_SHARDS);
const Written = z.object({
  version: z.literal(1),
  shards: Shards,
  generation: z.int().min(0),
  before: Shards.nullable(),
  since: Instant.nullable(),
});

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

/** The text of a layout, as it is kept. */
export function layoutText({ shards, generation, before, since }: Layout): string {
  const instant = since === null ? null : rfc3339(since);
  return JSON.stringify({ version: 1, shards, generation, before, since: instant });
}

/** Reads the text of a layout. Throws a `SyntaxError` or a `ZodError`. */
export function layoutFromText(text: string): Layout {
  const { shards, generation, before, since } = Written.parse(JSON.parse(text));
  return { shards, generation, before, since };
}
