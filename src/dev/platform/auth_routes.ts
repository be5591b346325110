import * as z from "zod";
import { type Answer, apiError, json, Refusal } from "./answers.ts";
import { authenticate } from "./authenticate.ts";
import { type Call, readJson } from "./call.ts";
import type { Ids } from "./ids.ts";
import type { Route } from "./router.ts";
import { rfc3339Nanos, rfc3339Seconds } from "./stamps.ts";
import type { Tokens } from "./tokens.ts";

/** What a sensor's token is made of. */
export interface SensorTokenRequest {
  readonly sensorRef: string;
  readonly triggerTypes: readonly string[];
  readonly ttlSeconds: number;
  /** Epoch seconds. */
  readonly issuedAt: number;
}

/** Makes tokens and tells who calls. */
export interface AuthOptions {
  readonly tokens: Tokens;
  /** The numbers of identities, by login. */
  readonly identities: Ids;
  /** Gives epoch milliseconds. */
  readonly now: () => number;
}

const MIN_TTL_SECONDS = 3600;
const MAX_TTL_SECONDS = 259_200;
const DEFAULT_TTL_SECONDS = 86_400;
const MAX_TTL_HOURS = 72;
const DEFAULT_TTL_HOURS = 24;
const MAX_LENGTH = 255;

const SensorTokenBody = z.object({
  sensor_ref: z.string(),
  trigger_types: z.array(z.string()),
  ttl_seconds: z.int().nullish(),
});

const ServiceAccountBody = z.object({
  name: z.string(),
  scope: z.string(),
  description: z.string().nullish(),
  ttl_hours: z.number().nullish(),
  metadata: z.object({ trigger_types: z.array(z.string()).optional() }).nullish(),
});

const RefreshBody = z.object({ refresh_token: z.string() });

/** A sensor's token (contract 1.9). */
export function signSensorToken(
  { tokens, identities }: AuthOptions,
  { sensorRef, triggerTypes, ttlSeconds, issuedAt }: SensorTokenRequest,
): Promise<string> {
  return tokens.sign({
    sub: String(identities.of(`sensor:${sensorRef}`)),
    login: sensorRef,
    iat: issuedAt,
    exp: issuedAt + ttlSeconds,
    token_type: "sensor",
    scope: "sensor",
    metadata: { trigger_types: [...triggerTypes] },
  });
}

/** `/auth/*` (contract 1.8). */
export function authRoutes(options: AuthOptions): readonly Route[] {
  return [
    {
      method: "POST",
      pattern: "/auth/sensor-token",
      handler: async (call) => {
        await authenticate(call, options.tokens);
        return sensorToken(call, options);
      },
    },
    {
      method: "POST",
      pattern: "/auth/internal/sensor-token",
      handler: (call) => sensorToken(call, options),
    },
    { method: "POST", pattern: "/auth/refresh", handler: (call) => refresh(call, options) },
  ];
}

/** What older platforms have beside these. */
export function olderAuthRoutes(options: AuthOptions): readonly Route[] {
  return [
    {
      method: "POST",
      pattern: "/service-accounts",
      handler: async (call) => {
        const caller = await authenticate(call, options.tokens);
        if (caller.kind !== "access") throw apiError("FORBIDDEN", "Insufficient permissions");
        return serviceAccount(call, options);
      },
    },
  ];
}

async function sensorToken(call: Call, options: AuthOptions): Promise<Answer> {
  const body = readJson(call, SensorTokenBody);
  const ttlSeconds = body.ttl_seconds ?? DEFAULT_TTL_SECONDS;
  const problem = body.sensor_ref.length < 1 || body.sensor_ref.length > MAX_LENGTH
    ? "sensor_ref: Validation error: length"
    : body.trigger_types.length === 0
    ? "trigger_types: Validation error: length"
    : ttlSeconds < MIN_TTL_SECONDS || ttlSeconds > MAX_TTL_SECONDS
    ? "ttl_seconds: Validation error: range"
    : null;
  if (problem !== null) {
    throw apiError("VALIDATION_ERROR", `Invalid sensor token request: ${problem}`);
  }
  const now = options.now();
  const token = await signSensorToken(options, {
    sensorRef: body.sensor_ref,
    triggerTypes: body.trigger_types,
    ttlSeconds,
    issuedAt: Math.floor(now / 1000),
  });
  return json(200, {
    data: {
      identity_id: options.identities.of(`sensor:${body.sensor_ref}`),
      sensor_ref: body.sensor_ref,
      token,
      expires_at: rfc3339Nanos(now + ttlSeconds * 1000, "+00:00"),
      trigger_types: body.trigger_types,
    },
  });
}

// Nobody here is ever given a refresh token, so every way through it is a refusal.
async function refresh(call: Call, { tokens }: AuthOptions): Promise<Answer> {
  if (call.headers["content-type"] === undefined) {
    throw apiError("UNAUTHORIZED", "Missing refresh token");
  }
  const body = readJson(call, RefreshBody);
  try {
    await tokens.verify(body.refresh_token);
  } catch (cause) {
    if (!(cause instanceof Refusal)) throw cause;
    throw apiError("UNAUTHORIZED", "Invalid or expired refresh token");
  }
  throw apiError("UNAUTHORIZED", "Invalid token type");
}

async function serviceAccount(call: Call, options: AuthOptions): Promise<Answer> {
  const { name, scope, ttl_hours, metadata } = readJson(call, ServiceAccountBody);
  const ttlHours = ttl_hours ?? DEFAULT_TTL_HOURS;
  const problem = name.length < 1 || name.length > MAX_LENGTH
    ? "name: Validation error: length"
    : ttlHours <= 0 || ttlHours > MAX_TTL_HOURS
    ? "ttl_hours: Validation error: range"
    : null;
  if (problem !== null) {
    throw apiError("VALIDATION_ERROR", `Invalid service account request: ${problem}`);
  }
  const issuedAt = Math.floor(options.now() / 1000);
  const expiresAt = issuedAt + Math.floor(ttlHours * 3600);
  const identityId = options.identities.of(name);
  const token = await options.tokens.sign({
    sub: name,
    jti: crypto.randomUUID(),
    iat: issuedAt,
    exp: expiresAt,
    identity_id: identityId,
    identity_type: "service_account",
    scope,
    metadata,
  });
  return json(201, {
    identity_id: identityId,
    name,
    scope,
    token,
    expires_at: rfc3339Seconds(expiresAt),
  });
}
