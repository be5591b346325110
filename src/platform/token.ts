import * as z from "zod";
import { errorText } from "../error_text.ts";
import { parseJson } from "./json.ts";

const LONGEST_FILE = 64 * 1024;

/** What a sensor's token says of itself (contract 1.9); anything else is no concern of ours. */
const Claims = z.object({
  exp: z.number().positive().nullable().catch(null),
  metadata: z.object({ trigger_types: z.array(z.string()).nullable().catch(null) })
    .catch({ trigger_types: null }),
}).catch({ exp: null, metadata: { trigger_types: null } });
const TokenText = z.string().trim().regex(/^[\x21-\x7e]+$/);
const Expiry = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text));
/** A token file in JSON, with the two names that the platform's own libraries know for each member. */
const StateFile = z.union([
  z.object({ token: TokenText, expires_at: Expiry.nullable().catch(null) }),
  z.object({ api_token: TokenText, token_expires_at: Expiry.nullable().catch(null) })
    .transform((file) => ({ token: file.api_token, expires_at: file.token_expires_at })),
]);

/** Where the token comes from: from the file where one is named, else, or until it can be read, `value`. */
export interface TokenSource {
  readonly value: string | null;
  readonly file: string | null;
}

/** There is no token to be had. The message names the file, never what it holds. */
export class TokenError extends Error {
  override readonly name = "TokenError";
}

/** Reads a file; `Deno.readTextFile` does. */
export type ReadText = (path: string) => Promise<string>;

/** Finds the token. Throws a {@link TokenError} where there is none at all. */
export async function openToken(
  { value, file }: TokenSource,
  readText: ReadText = Deno.readTextFile,
): Promise<Token> {
  const given = value === null ? null : readingOf(value, null);
  if (file !== null) {
    const read = () => readTokenFile(file, readText);
    try {
      return new Token(read, await read(), null);
    } catch (error) {
      if (!(error instanceof TokenError) || given === null) throw error;
      return new Token(read, given, error.message);
    }
  }
  if (given !== null) return new Token(() => Promise.resolve(given), given, null);
  throw new TokenError("No token: expected a service account token, or a file that holds one");
}

/** The bearer token, which may change while the program runs. {@link openToken} makes one. */
class Token {
  readonly #read: () => Promise<Reading>;
  #reading: Reading;
  #fileProblem: string | null;

  constructor(read: () => Promise<Reading>, reading: Reading, fileProblem: string | null) {
    this.#read = read;
    this.#reading = reading;
    this.#fileProblem = fileProblem;
  }

  /** What stands behind `Bearer`. */
  get value(): string {
    return this.#reading.value;
  }

  /** Epoch milliseconds at which it expires; `null` where it does not say. */
  get expiresAt(): number | null {
    return this.#reading.expiresAt;
  }

  /** The triggers it was made for; `null` where it does not say. */
  get triggerTypes(): readonly string[] | null {
    return this.#reading.triggerTypes;
  }

  /** Why the file could not be read the last time; the token from before stays in use. */
  get fileProblem(): string | null {
    return this.#fileProblem;
  }

  /** Reads the file again, if there is one. Returns whether there is a token other than the refused one. */
  async renew(refused: string): Promise<boolean> {
    // Another request may have met the same refusal, and renewed it.
    if (this.value !== refused) return true;
    try {
      this.#reading = await this.#read();
      this.#fileProblem = null;
    } catch (error) {
      if (!(error instanceof TokenError)) throw error;
      this.#fileProblem = error.message;
    }
    return this.value !== refused;
  }
}

export type { Token };

interface Reading {
  readonly value: string;
  readonly expiresAt: number | null;
  readonly triggerTypes: readonly string[] | null;
}

async function readTokenFile(path: string, readText: ReadText): Promise<Reading> {
  const text = await contentsOf(path, readText);
  const state = StateFile.safeParse(parseJson(text));
  if (state.success) return readingOf(state.data.token, state.data.expires_at);
  const token = TokenText.safeParse(text);
  if (token.success && !text.trimStart().startsWith("{")) return readingOf(token.data, null);
  throw new TokenError(
    `Cannot read a token from '${path}': expected the token alone, or a JSON object with 'token'`,
  );
}

async function contentsOf(path: string, readText: ReadText): Promise<string> {
  try {
    const text = await readText(path);
    if (text.length <= LONGEST_FILE) return text;
  } catch (error) {
    const reason = error instanceof Deno.errors.NotCapable
      ? `allow it with --allow-read=${path}`
      : errorText(error);
    throw new TokenError(`Cannot read the token file '${path}': ${reason}`, { cause: error });
  }
  throw new TokenError(`Cannot read the token file '${path}': longer than ${LONGEST_FILE} bytes`);
}

/** A token need not be a JWT: then nothing is known of it. */
function readingOf(value: string, expiresAt: number | null): Reading {
  const { exp, metadata } = Claims.parse(payloadOf(value));
  return {
    value,
    expiresAt: exp === null ? expiresAt : exp * 1000,
    triggerTypes: metadata.trigger_types,
  };
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
