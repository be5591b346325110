import * as z from "zod";
import type { StoredCheckpoint } from "../domain/checkpoint.ts";
import { Instant, rfc3339 } from "../ground/instant.ts";

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
