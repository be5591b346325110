import * as z from "zod";

const Word = z.string().nullable().catch(null);
const Well = z.object({ status: z.string() });
const Details = Well.extend({ version: Word, database: Word });

/** What the API says of its own state (contract 2.1). */
export type HealthDetails = z.infer<typeof Details>;

/** Reads the answer of `GET /health`. Throws a `ZodError`. */
export function wellFromAnswer(answer: unknown): void {
  Well.parse(answer);
}

/** Reads the answer of `GET /health/detailed`. Throws a `ZodError`. */
export function healthFromAnswer(answer: unknown): HealthDetails {
  return Details.parse(answer);
}
