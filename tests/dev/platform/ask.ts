import type { Platform } from "../../../src/dev/platform/platform.ts";

/** An answer as it came over the wire. */
export interface Reply {
  readonly status: number;
  readonly type: string | null;
  readonly text: string;
  readonly headers: Headers;
}

/** What to send along. An object as `body` goes out as JSON. */
export interface Asking {
  readonly token?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** Sends a request, written as `METHOD /path`, to a platform. */
export async function ask(
  { url }: Pick<Platform, "url">,
  request: string,
  { token, body, headers = {}, signal }: Asking = {},
): Promise<Reply> {
  const [method = "GET", path = "/"] = request.split(" ", 2);
  const response = await fetch(url + path, {
    method,
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(isPlain(body) ? { "content-type": "application/json" } : {}),
      ...headers,
    },
    body: isPlain(body) ? JSON.stringify(body) : bodyOf(body),
    signal: signal ?? null,
  });
  const text = await response.text();
  return {
    status: response.status,
    type: response.headers.get("content-type"),
    text,
    headers: response.headers,
  };
}

/** The member at `path` of a JSON text, for instance `data.rule`. */
export function member(text: string, path: string): unknown {
  let value: unknown = JSON.parse(text);
  for (const name of path.split(".")) {
    value = typeof value === "object" && value !== null
      ? Object.getOwnPropertyDescriptor(value, name)?.value
      : undefined;
  }
  return value;
}

/** The names of an object's members at `path` of a JSON text, sorted. */
export function names(text: string, path: string): string[] {
  const value = member(text, path);
  return typeof value === "object" && value !== null ? Object.keys(value).toSorted() : [];
}

function isPlain(body: unknown): boolean {
  return typeof body === "object" && body !== null && !(body instanceof Uint8Array);
}

function bodyOf(body: unknown): string | Uint8Array<ArrayBuffer> | null {
  if (typeof body === "string" || body instanceof Uint8Array) return body.slice();
  return null;
}
