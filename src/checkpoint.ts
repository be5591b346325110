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

const Instant = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text));
const Written = z.object({ version: z.literal(1), at: Instant, written_at: Instant });

/** The text of a checkpoint, as it is kept. */
export function checkpointText({ at, writtenAt }: Checkpoint): string {
  return JSON.stringify({ version: 1, at: rfc3339(at), written_at: rfc3339(writtenAt) });
}

/** Reads the text of a checkpoint. Throws a `SyntaxError` or a `ZodError`. */
export function checkpointFromText(text: string): Checkpoint {
  const { at, written_at } = Written.parse(JSON.parse(text));
  return { at, writtenAt: written_at };
}
