import * as z from "zod";
import { authError } from "./answers.ts";

/** Who makes a request, read from a token that was verified. */
export interface Caller {
  readonly kind: z.infer<typeof TokenType> | "service_account";
  /** A sensor's ref, a user's login, a service account's name. */
  readonly login: string;
  /** Epoch seconds. */
  readonly expiresAt: number;
  /** The only triggers that the token may create events for, where it says so. */
  readonly triggerTypes: readonly string[] | null;
}

/** The members of a token: the platform's (contract 1.9) or a service account's. */
export type Claims = z.input<typeof PlatformClaims> | z.input<typeof ServiceAccountClaims>;

const LEEWAY_SECONDS = 60;
const MAX_CACHED = 1000;
const HEADER = base64url(JSON.stringify({ typ: "JWT", alg: "HS256" }));

const TokenType = z.enum(["access", "refresh", "sensor", "execution", "worker"]);
const Metadata = z.object({ trigger_types: z.array(z.string()).optional().catch(undefined) })
  .nullish();

const PlatformClaims = z.object({
  sub: z.string(),
  login: z.string(),
  iat: z.int(),
  exp: z.int(),
  token_type: TokenType.default("access"),
  scope: z.string().nullish(),
  metadata: Metadata,
});

const ServiceAccountClaims = z.object({
  sub: z.string(),
  jti: z.string(),
  iat: z.int(),
  exp: z.int(),
  identity_id: z.int(),
  identity_type: z.literal("service_account"),
  scope: z.string(),
  metadata: Metadata,
});

const Header = z.object({ alg: z.literal("HS256") });

/** Signs and verifies JSON Web Tokens with HS256. */
export class Tokens {
  readonly #key: CryptoKey;
  readonly #now: () => number;
  // The same token comes with every request: its signature is looked at once.
  readonly #verified = new Map<string, Caller>();

  private constructor(key: CryptoKey, now: () => number) {
    this.#key = key;
    this.#now = now;
  }

  /** `now` gives epoch milliseconds. */
  static async open(secret: string, now: () => number): Promise<Tokens> {
    const algorithm = { name: "HMAC", hash: "SHA-256" };
    const bytes = new TextEncoder().encode(secret);
    const key = await crypto.subtle.importKey("raw", bytes, algorithm, false, ["sign", "verify"]);
    return new Tokens(key, now);
  }

  /** A signed token with `claims` and nothing else. */
  async sign(claims: Claims): Promise<string> {
    const content = `${HEADER}.${base64url(JSON.stringify(claims))}`;
    const signature = await crypto.subtle.sign("HMAC", this.#key, encode(content));
    return `${content}.${base64url(new Uint8Array(signature))}`;
  }

  /** Reads a token. Throws the extractor's refusal when it is not ours, or was over 60 s ago. */
  async verify(token: string): Promise<Caller> {
    const caller = this.#verified.get(token) ?? await this.#open(token);
    if (caller.expiresAt < Math.floor(this.#now() / 1000) - LEEWAY_SECONDS) {
      throw authError("Authentication token expired");
    }
    return caller;
  }

  async #open(token: string): Promise<Caller> {
    const caller = await this.#read(token);
    if (caller === null) throw authError("Invalid authentication token");
    if (this.#verified.size >= MAX_CACHED) this.#verified.clear();
    this.#verified.set(token, caller);
    return caller;
  }

  async #read(token: string): Promise<Caller | null> {
    const [header, payload, signature, ...rest] = token.split(".");
    if (header === undefined || payload === undefined || signature === undefined) return null;
    if (rest.length > 0 || !Header.safeParse(decodeJson(header)).success) return null;
    const bytes = decode(signature);
    if (bytes === null) return null;
    const content = encode(`${header}.${payload}`);
    if (!await crypto.subtle.verify("HMAC", this.#key, bytes, content)) return null;
    return callerOf(decodeJson(payload));
  }
}

function callerOf(claims: unknown): Caller | null {
  const account = ServiceAccountClaims.safeParse(claims);
  if (account.success) {
    const { sub, exp, metadata } = account.data;
    const triggerTypes = metadata?.trigger_types ?? null;
    return { kind: "service_account", login: sub, expiresAt: exp, triggerTypes };
  }
  const platform = PlatformClaims.safeParse(claims);
  if (!platform.success) return null;
  const { token_type: kind, login, exp, metadata } = platform.data;
  return { kind, login, expiresAt: exp, triggerTypes: metadata?.trigger_types ?? null };
}

function encode(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

function base64url(content: string | Uint8Array): string {
  const bytes = typeof content === "string" ? encode(content) : content;
  return bytes.toBase64({ alphabet: "base64url", omitPadding: true });
}

function decode(part: string): Uint8Array<ArrayBuffer> | null {
  try {
    return Uint8Array.fromBase64(part, { alphabet: "base64url" });
  } catch {
    return null;
  }
}

function decodeJson(part: string): unknown {
  const bytes = decode(part);
  if (bytes === null) return null;
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return null;
  }
}
