import type { IncomingMessage, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { problem } from "./answers.ts";
import type { Handler } from "./router.ts";

/** No request of this kind can be made. */
const FORBIDDEN: ReadonlySet<string> = new Set(["CONNECT", "TRACE"]);

/**
 * Answers a request of `node:http` with what a handler says. Resolves when the answer has left, or the client
 * has.
 */
export async function exchange(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  handler: Handler,
): Promise<void> {
  const request = requestOf(incoming);
  const response = request === null
    ? problem(400, "The request has no valid method and path")
    : await handler(request);
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  try {
    await pipeline(Readable.from(response.body ?? []), outgoing);
  } catch {
    // The client was cut off, or went without waiting for the rest: the answer was told to stop.
  }
}

/** `null` where the client asks in a way, or for a place, that there is not. */
function requestOf(incoming: IncomingMessage): Request | null {
  const { method = "GET", url: target = "/", headers: { host, origin } } = incoming;
  const url = target.startsWith("/") ? URL.parse(`http://sensor${target}`) : null;
  if (url === null || FORBIDDEN.has(method)) return null;
  const headers = new Headers();
  if (host !== undefined) headers.set("host", host);
  if (origin !== undefined) headers.set("origin", origin);
  const body = method === "GET" || method === "HEAD" ? null : ReadableStream.from(incoming);
  return new Request(url, { method, headers, body });
}
