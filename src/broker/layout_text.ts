import * as z from "zod";
import type { Layout } from "../domain/layout.ts";
import { MOST_SHARDS } from "../domain/shard.ts";
import { Instant, rfc3339 } from "../ground/instant.ts";

const Shards = z.int().min(1).max(MOST_SHARDS);
const Written = z.object({
  version: z.literal(1),
  shards: Shards,
  generation: z.int().min(0),
  before: Shards.nullable(),
  since: Instant.nullable(),
});

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
