import * as z from "zod";

const Word = z.string().nullable().catch(null);
const Details = z.object({ status: z.string(), version: Word, database: Word });

/** What the API says of its own state (contract 2.1). */
export type HealthDetails = z.infer<typeof Details>;

/** Reads the answer of `GET /health/detailed`. Throws a `ZodError`. */
export function healthFromAnswer(answer: unknown): HealthDetails {
  return Details.parse(answer);
}
