import * as z from "zod";
import { Instant } from "../ground/instant.ts";
import { readingOf, type TokenReading, type TokenRequest, TokenText } from "./token_reading.ts";

const Issued = z.object({
  data: z.object({ token: TokenText, expires_at: Instant.nullable().catch(null) }),
});

/** The body of `POST /auth/sensor-token` (contract 1.8). */
export function tokenRequestBody(request: TokenRequest): string {
  return JSON.stringify({
    sensor_ref: request.sensorRef,
    trigger_types: request.triggerTypes,
    ttl_seconds: request.ttlSeconds,
  });
}

/** Reads the answer to it. Throws a `ZodError`. */
export function tokenFromAnswer(answer: unknown): TokenReading {
  const { data } = Issued.parse(answer);
  return readingOf(data.token, data.expires_at);
}
