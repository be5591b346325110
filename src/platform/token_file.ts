import * as z from "zod";
import { type Clock, systemClock } from "../ground/clock.ts";
import { Instant } from "../ground/instant.ts";
import { errorText } from "../ground/error_text.ts";
import { parseJson } from "./json.ts";
import { readingOf, type TokenReading, TokenText } from "./token_reading.ts";

const LONGEST_FILE = 64 * 1024;
/** A file system that does not answer must keep nobody waiting, at the end least of all. */
const DEADLINE_MS = 2000;

/** A token file in JSON, with the two names that the platform's own libraries know for each member. */
const StateFile = z.union([
  z.object({ token: TokenText, expires_at: Instant.nullable().catch(null) }),
  z.object({ api_token: TokenText, token_expires_at: Instant.nullable().catch(null) })
    .transform((file) => ({ token: file.api_token, expires_at: file.token_expires_at })),
]);

/** There is no token to be had. The message names the file, never what it holds. */
export class TokenError extends Error {
  override readonly name = "TokenError";
}

/** Reads a file; {@link readRegularFile} does. */
export type ReadText = (path: string) => Promise<string>;

/** Reads the token that a file holds, alone or in JSON. Throws a {@link TokenError}. */
export async function readTokenFile(path: string, readText: ReadText): Promise<TokenReading> {
  const text = await contentsOf(path, readText);
  const state = StateFile.safeParse(parseJson(text));
  if (state.success) return readingOf(state.data.token, state.data.expires_at);
  const token = TokenText.safeParse(text);
  if (token.success && !text.trimStart().startsWith("{")) return readingOf(token.data, null);
  throw new TokenError(
    `Cannot read a token from '${path}': expected the token alone, or a JSON object with 'token'`,
  );
}

/**
 * Reads a file, of a long one a little more than is needed to see that. Rejects where it is no file that has
 * an end, such as a pipe, and where it cannot be read in two seconds.
 */
export async function readRegularFile(path: string, clock: Clock = systemClock): Promise<string> {
  const late = Promise.withResolvers<never>();
  const expire = () => late.reject(new Error(`it was not read within ${DEADLINE_MS / 1000} s`));
  using _deadline = clock.alarm(DEADLINE_MS, expire);
  return await Promise.race([beginningOf(path), late.promise]);
}

async function beginningOf(path: string): Promise<string> {
  // To open a pipe would wait for its other end.
  if (!(await Deno.stat(path)).isFile) throw new Error("it is no regular file");
  using file = await Deno.open(path);
  const bytes = new Uint8Array(LONGEST_FILE + 1);
  let length = 0;
  for (
    let count: number | null = 0;
    count !== null && length < bytes.length;
    length += count ?? 0
  ) {
    count = await file.read(bytes.subarray(length));
  }
  return new TextDecoder().decode(bytes.subarray(0, length));
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
