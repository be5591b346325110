import * as z from "zod";
import type { HttpAnswer } from "./http.ts";
import { parseHttpDate } from "./http_date.ts";
import { parseJson } from "./json.ts";
import { oneLine } from "./one_line.ts";

const LONGEST_RETRY_AFTER_MS = 86_400_000;
/** Request timeout, too early, too many requests (RFC 9110, RFC 8470, RFC 6585). */
const RETRIABLE_4XX: ReadonlySet<number> = new Set([408, 425, 429]);

/** What the application says of an error (contract 2.3, shape 1). Gateways have other forms. */
const Application = z.object({ error: z.string(), code: z.string().regex(/^[A-Z][A-Z_]*$/) });
/** What its authentication says, with 401 alone (shape 2). */
const Authentication = z.object({
  error: z.object({ code: z.literal(401), message: z.string() }),
});
/** What it says of its own health, where that is bad (contract 2.1). */
const Unwell = z.object({ status: z.literal("error"), error: z.string() });
/** With what its framework says that it cannot read a request (shape 3). */
const FRAMEWORK_STATUSES: ReadonlySet<number> = new Set([400, 413, 415, 422]);
/** How its framework begins: anybody answers "Bad Request" as text. */
const FRAMEWORK_WORDS = /^(Failed to (parse|deserialize|buffer)|Expected request with|Invalid URL)/;

/** Why the platform refused a call, in its own words. */
export interface Refusal {
  /** The platform's own code, such as `NOT_FOUND`; only shape 1 has one. */
  readonly code: string | null;
  /** One line, at most 500 characters, without the token. */
  readonly message: string;
}

/** Reads the body of an error. `null`: it has none of the platform's shapes, so somebody else answers (contract 2.3). */
export function refusalOf(answer: HttpAnswer, token: string): Refusal | null {
  const shape = shapeOf(answer);
  return shape && { code: shape.code, message: oneLine(shape.message, token) };
}

/** Whether the same request may pass later, the platform having answered with this status. */
export function isRetriable(status: number): boolean {
  return status >= 500 || RETRIABLE_4XX.has(status);
}

/** The header `Retry-After` (RFC 9110, 10.2.3), seconds or a date, as a span from `now`. */
export function retryAfterMs(headers: Headers, now: number): number | null {
  const value = headers.get("retry-after");
  if (value === null) return null;
  if (/^\d+$/.test(value)) return Math.min(Number(value) * 1000, LONGEST_RETRY_AFTER_MS);
  const until = parseHttpDate(value);
  if (until === null) return null;
  return Math.min(Math.max(0, until - now), LONGEST_RETRY_AFTER_MS);
}

function shapeOf({ status, headers, body: { text } }: HttpAnswer): Refusal | null {
  if (status < 400) return null;
  const value = parseJson(text);
  const application = Application.safeParse(value);
  if (application.success) {
    const { error, code } = application.data;
    return { code, message: error };
  }
  const authentication = Authentication.safeParse(value);
  if (status === 401 && authentication.success) {
    return { code: null, message: authentication.data.error.message };
  }
  const unwell = Unwell.safeParse(value);
  if (status === 503 && unwell.success) return { code: null, message: unwell.data.error };
  const isText = headers.get("content-type")?.startsWith("text/plain") === true;
  const isFramework = isText && FRAMEWORK_STATUSES.has(status) && FRAMEWORK_WORDS.test(text);
  return isFramework ? { code: null, message: text } : null;
}
