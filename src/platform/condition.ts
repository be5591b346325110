import * as z from "zod";

const Word = z.string().nullable().catch(null);
const Detailed = z.object({ status: z.string(), version: Word, database: Word });

/** What the API says of its own state (contract 2.1). */
export type Condition = z.infer<typeof Detailed>;

/** Reads the answer of `GET /health/detailed`. Throws a `ZodError`. */
export function conditionFromAnswer(answer: unknown): Condition {
  return Detailed.parse(answer);
}
