import { ApiClient } from "../../src/platform/api_client.ts";
import type { Bearer } from "../../src/platform/bearer.ts";
import { FakeClock } from "../support/fake_clock.ts";

export const TOKEN = "eyJhbGciOiJIUzI1NiJ9.c2VjcmV0.c2lnbmF0dXJl";

/** A bearer for which there is no other. */
export const BEARER: Bearer = { value: TOKEN, renew: () => Promise.resolve(false) };

/** A request as it arrived. */
export interface Received {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly headers: Headers;
  readonly body: string;
}

/** An HTTP server with a client for it. Time stands still unless a test moves it. */
export interface FakeApi extends AsyncDisposable {
  readonly client: ApiClient;
  readonly clock: FakeClock;
  readonly received: readonly Received[];
  readonly url: string;
}

/** Starts a server that answers as `answer` does; `path` is put before every path. */
export function fakeApi(
  answer: (request: Received) => Response | Promise<Response>,
  path = "",
): FakeApi {
  const received: Received[] = [];
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, async (request) => {
    const { pathname, search } = new URL(request.url);
    const { method, headers } = request;
    const one = { method, path: pathname + search, headers, body: await request.text() };
    received.push(one);
    return await answer(one);
  });
  const url = `http://127.0.0.1:${server.addr.port}${path}`;
  const clock = new FakeClock();
  const client = new ApiClient({ baseUrl: url, token: BEARER, clock });
  return {
    client,
    clock,
    received,
    url,
    async [Symbol.asyncDispose]() {
      client[Symbol.dispose]();
      await server.shutdown();
    },
  };
}

/** A server that answers every request with these bytes and ends the connection, with a client for it. */
export function rawApi(bytes: string): { client: ApiClient; clock: FakeClock } & AsyncDisposable {
  const listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const serving = serveRaw(listener, bytes);
  const clock = new FakeClock();
  const baseUrl = `http://127.0.0.1:${listener.addr.port}`;
  const client = new ApiClient({ baseUrl, token: BEARER, clock });
  return {
    client,
    clock,
    async [Symbol.asyncDispose]() {
      client[Symbol.dispose]();
      listener.close();
      await serving;
    },
  };
}

async function serveRaw(listener: Deno.Listener, bytes: string): Promise<void> {
  for await (const connection of listener) {
    await connection.read(new Uint8Array(16_384));
    await connection.write(new TextEncoder().encode(bytes));
    connection.close();
  }
}

/** An answer that is held back for as long as a test runs: declare it after the server. */
export function held(): { readonly answer: Promise<Response> } & Disposable {
  const { promise, resolve } = Promise.withResolvers<Response>();
  return { answer: promise, [Symbol.dispose]: () => resolve(text(503, "")) };
}

/** An answer in JSON. */
export function json(status: number, value: unknown, headers: HeadersInit = {}): Response {
  return Response.json(value, { status, headers });
}

/** An answer in text; `status` may forbid a body. */
export function text(status: number, body: string, headers: HeadersInit = {}): Response {
  const type = { "content-type": "text/plain; charset=utf-8", ...headers };
  return new Response(body === "" ? null : body, { status, headers: type });
}

/** A signal that nothing aborts. */
export const NEVER = new AbortController().signal;
