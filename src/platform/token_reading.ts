import * as z from "zod";
import { parseJson } from "./json.ts";

/** Of a token's life; what is left is for an API that is down just then. */
const LIFE_BEFORE_RENEWAL = 0.8;
/** What the API grants (contract 1.8). */
const MIN_TTL_SECONDS = 3600;
const MAX_TTL_SECONDS = 259_200;

/** The last second that a date can name: whoever says more says nothing. */
const Second = z.number().positive().max(8_640_000_000_000);

/** A token as it stands behind `Bearer`. */
export const TokenText = z.string().trim().regex(/^[\x21-\x7e]+$/);

/** What a sensor's token says of itself (contract 1.9); anything else is no concern of ours. */
const Claims = z.object({
  exp: Second.nullable().catch(null),
  token_type: z.string().nullable().catch(null),
  metadata: z.object({ trigger_types: z.array(z.string()).nullable().catch(null) })
    .catch({ trigger_types: null }),
}).catch({ exp: null, token_type: null, metadata: { trigger_types: null } });

/** A sensor's token that says all that it takes to ask for its successor (contract 1.8). */
const Renewable = z.object({
  iat: Second,
  exp: Second,
  token_type: z.literal("sensor"),
  login: z.string().min(1),
  metadata: z.object({ trigger_types: z.array(z.string()).min(1) }),
}).transform(({ iat, exp, login, metadata }): RenewalPlan => ({
  dueAt: (iat + LIFE_BEFORE_RENEWAL * (exp - iat)) * 1000,
  request: {
    sensorRef: login,
    triggerTypes: metadata.trigger_types,
    ttlSeconds: Math.min(Math.max(Math.floor(exp - iat), MIN_TTL_SECONDS), MAX_TTL_SECONDS),
  },
}));

/** What is asked of the API when a token is to be made. */
export interface TokenRequest {
  readonly sensorRef: string;
  readonly triggerTypes: readonly string[];
  /** From 3600 to 259200. */
  readonly ttlSeconds: number;
}

/** How a token is renewed. */
export interface RenewalPlan {
  /** Epoch milliseconds on the API's clock. */
  readonly dueAt: number;
  /** For a token that is its equal. */
  readonly request: TokenRequest;
}

/** A token and what it says of itself. */
export interface TokenReading {
  readonly value: string;
  /** Epoch milliseconds on the API's clock; `null` where it does not say. */
  readonly expiresAt: number | null;
  /** The triggers it was made for; `null` where it does not say. */
  readonly triggerTypes: readonly string[] | null;
  /** `null` where it cannot renew itself. */
  readonly renewal: RenewalPlan | null;
}

/**
 * Reads a token. It need not be a JWT: then nothing is known of it but the expiry that came with it, in
 * epoch milliseconds.
 */
export function readingOf(value: string, expiresAt: number | null): TokenReading {
  const payload = payloadOf(value);
  const { exp, metadata } = Claims.parse(payload);
  return {
    value,
    expiresAt: exp === null ? expiresAt : exp * 1000,
    triggerTypes: metadata.trigger_types,
    renewal: Renewable.safeParse(payload).data ?? null,
  };
}

/** Whether a token is a user's: events are taken from none (contract 2.5). */
export function isUsersToken(value: string): boolean {
  return Claims.parse(payloadOf(value)).token_type === "access";
}

function payloadOf(token: string): unknown {
  const [, payload, signature] = token.split(".");
  if (payload === undefined || signature === undefined) return {};
  try {
    const bytes = Uint8Array.fromBase64(payload, { alphabet: "base64url" });
    return parseJson(new TextDecoder().decode(bytes));
  } catch {
    return {};
  }
}
