import * as z from "zod";
import type { HttpAnswer } from "./http.ts";
import { parseHttpDate } from "./http_date.ts";
import { parseJson } from "./json.ts";

const LONGEST_TEXT = 500;
const LONGEST_RETRY_AFTER_MS = 86_400_000;
/** Request timeout, too early, too many requests (RFC 9110, RFC 8470, RFC 6585). */
const RETRIABLE_4XX: ReadonlySet<number> = new Set([408, 425, 429]);

/** What the application says of an error (contract 2.3, shape 1). */
const Application = z.object({ error: z.string(), code: z.string().nullish() });
/** What its authentication says (shape 2). */
const Authentication = z.object({ error: z.object({ message: z.string() }) });

/** Why a call was refused, in the server's words. */
export interface Refusal {
  /** The platform's own code, such as `NOT_FOUND`: whoever else answers has none. */
  readonly code: string | null;
  /** One line, at most 500 characters, without the token. */
  readonly message: string;
}

/** Reads the body of an error, whichever of the three shapes it has (contract 2.3). */
export function refusalOf(answer: HttpAnswer, token: string): Refusal {
  const { text } = answer.body;
  const { code, message } = shapeOf(text) ?? {
    code: null,
    message: isHtml(answer) ? htmlText(text) : text,
  };
  return { code, message: oneLine(message, token) || "an answer without words" };
}

/** A redirect in words. Only the host is named: an address can hold secrets. */
export function redirectText(answer: HttpAnswer, requestUrl: string): string {
  const location = answer.headers.get("location");
  const target = location === null ? null : URL.parse(location, requestUrl);
  const where = target === null ? "nowhere" : `to host '${target.host}'`;
  return `${answer.status}: a redirect ${where} is not followed, expected the API itself`;
}

/** The text in one line of at most 500 characters, with the token replaced. */
export function oneLine(text: string, token: string): string {
  const line = text.replaceAll(token, "***").replaceAll(/[\p{C}\p{Z}]+/gu, " ").trim();
  return line.length > LONGEST_TEXT ? `${line.slice(0, LONGEST_TEXT - 3)}...`.toWellFormed() : line;
}

/** Whether the same request may pass later. */
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

function shapeOf(text: string): Refusal | null {
  const value = parseJson(text);
  const application = Application.safeParse(value);
  if (application.success) {
    const { error, code } = application.data;
    return { code: code ?? null, message: error };
  }
  const authentication = Authentication.safeParse(value);
  if (!authentication.success) return null;
  return { code: null, message: authentication.data.error.message };
}

function isHtml(answer: HttpAnswer): boolean {
  return answer.headers.get("content-type")?.includes("html") === true ||
    answer.body.text.trimStart().startsWith("<");
}

function htmlText(html: string): string {
  const heading = /<(title|h1)[^>]*>([^<]+)</i.exec(html)?.[2];
  return heading === undefined ? "an HTML page" : `an HTML page, '${heading.trim()}'`;
}
