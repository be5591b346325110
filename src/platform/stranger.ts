import type { HttpAnswer } from "./http.ts";
import { oneLine } from "./one_line.ts";

/** Enough to recognise a page or a product. */
const LONGEST_WORDS = 200;
const LONGEST_NAME = 80;
/** As much of a body as is looked at for its first words. */
const LOOKED_AT = 10_000;

/** The title of a page, or where it has none its heading. */
const HEADING = /<(?:title|h1)\b[^<>]*>([^<]*[^<\s][^<]*)</i;
const MARKUP = /<(script|style)\b.*?<\/\1>|<[^<>]*>/gis;

/**
 * Says who answers in place of the platform, by an answer that is none of the platform's: status, first
 * words, type and server. One line, without the token; of a redirect only the host, for an address can
 * hold secrets.
 */
export function strangerText(answer: HttpAnswer, requestUrl: string, token: string): string {
  const body = answer.body.text.replaceAll(token, "***").slice(0, LOOKED_AT);
  const words = oneLine(wordsOf(answer, body, requestUrl), token, LONGEST_WORDS);
  return `${answer.status} is not the platform's answer: ${words} (${senderText(answer, token)})`;
}

/** What an answer says of its sender. */
export function senderText({ headers }: HttpAnswer, token: string): string {
  const name = (header: string) => oneLine(headers.get(header) ?? "", token, LONGEST_NAME);
  const type = name("content-type") || "no content type";
  const server = name("server");
  return server === "" ? type : `${type}, Server: ${server}`;
}

function wordsOf({ status, headers }: HttpAnswer, body: string, requestUrl: string): string {
  if (status >= 300 && status < 400) return redirectText(headers.get("location"), requestUrl);
  if (body.trim() === "") return "an empty body";
  const isHtml = headers.get("content-type")?.includes("html") || body.trimStart().startsWith("<");
  if (!isHtml) return `'${body}'`;
  const words = (HEADING.exec(body)?.[1] ?? body.replaceAll(MARKUP, " ")).trim();
  return words === "" ? "an HTML page" : `an HTML page, '${words}'`;
}

function redirectText(location: string | null, requestUrl: string): string {
  const target = location === null ? null : URL.parse(location, requestUrl);
  return `a redirect ${target === null ? "nowhere" : `to host '${target.host}'`}`;
}
