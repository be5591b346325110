import type { Clock } from "../ground/clock.ts";
import { errorText } from "../ground/error_text.ts";
import { ApiError } from "./api_error.ts";
import { type BodyLimits, type HttpBody, readBody } from "./body.ts";
import type { ClockSkew } from "./clock_skew.ts";
import { Deadlines } from "./deadlines.ts";

/** From the start of a request to the end of its answer's body. */
const TIMEOUT_MS = 10_000;
const RETRIABLE = { status: null, retriable: true };
/** How the runtime introduces the failure proper; it repeats the address. */
const FETCH_PREAMBLE = /^error sending request .*: client error \(\w+\): /;

/** The path in a URL as `URL` writes it, which would take ten times as long to take it apart. */
const PATH = /^\w+:\/\/[^/]+([^?]*)/;

/** The part of `fetch` that is used. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** One request, and how much is read of its answer. */
export interface HttpRequest extends BodyLimits {
  readonly method: "GET" | "POST";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal: AbortSignal;
}

/** The answer: its status stands even where the body could not be read to the end. */
export interface HttpAnswer {
  /** Method and path, for messages. */
  readonly place: string;
  readonly status: number;
  readonly headers: Headers;
  readonly body: HttpBody;
}

/** An answer is longer than is read. */
export class AnswerTooLong extends ApiError {}

/** Sends requests: bounded in time and size, redirects not followed, connections reused. */
export class HttpClient implements Disposable {
  readonly #clock: Clock;
  readonly #fetch: Fetch;
  readonly #skew: ClockSkew;
  // Not AbortSignal.timeout: it holds its memory for the whole time, however soon the answer comes.
  readonly #deadlines: Deadlines;
  readonly #stack = new DisposableStack();

  /** Each answer is a measurement for `skew`. Over the network unless told otherwise. */
  constructor(clock: Clock, fetch: Fetch | undefined, skew: ClockSkew) {
    this.#clock = clock;
    this.#fetch = fetch ?? this.#stack.use(overNetwork());
    this.#skew = skew;
    this.#deadlines = new Deadlines(clock, TIMEOUT_MS);
  }

  /** Rejects with the reason of an aborted `signal`, or with an {@link ApiError} without a status. */
  async send(request: HttpRequest): Promise<HttpAnswer> {
    const { url, method, headers, body, signal } = request;
    const place = `${method} ${PATH.exec(url)?.[1]}`;
    using deadline = this.#deadlines.start(signal);
    const faultOf = (error: unknown) => {
      if (signal.aborted) return signal.reason;
      return deadline.signal.aborted ? timedOut(place) : networkError(place, error);
    };
    const sentAt = this.#clock.monotonic();
    try {
      const response = await this.#fetch(url, {
        method,
        headers,
        redirect: "manual",
        signal: deadline.signal,
        body: body ?? null,
      });
      this.#skew.measure(response.headers, sentAt);
      const read = await readBody(response, request, {
        faultOf,
        tooLong: () => new AnswerTooLong(tooLongText(place, request), RETRIABLE),
      });
      return { place, status: response.status, headers: response.headers, body: read };
    } catch (error) {
      throw faultOf(error);
    }
  }

  [Symbol.dispose](): void {
    this.#stack.dispose();
  }
}

/** The runtime's own, on connections that end with the result. */
function overNetwork(): Fetch & Disposable {
  // A connection of HTTP/2 that dies silently would hold up every request from then on.
  const client = Deno.createHttpClient({ http2: false });
  return Object.assign((url: string, init: RequestInit) => fetch(url, { ...init, client }), {
    [Symbol.dispose]: () => client.close(),
  });
}

function timedOut(place: string): ApiError {
  return new ApiError(`${place}: no answer within ${TIMEOUT_MS / 1000} s`, RETRIABLE);
}

function tooLongText(place: string, { maxBytes, sieve }: BodyLimits): string {
  const kept = sieve === undefined ? "" : `, or than ${sieve.mostKept} without what is not needed`;
  return `${place}: the answer is longer than ${maxBytes} bytes${kept}`;
}

function networkError(place: string, error: unknown): ApiError {
  const told = error instanceof TypeError && error.cause instanceof Error
    ? error.cause.message.replace(FETCH_PREAMBLE, "")
    : errorText(error);
  const retriable = !(error instanceof Deno.errors.NotCapable);
  return new ApiError(`${place}: ${told}`, { status: null, retriable }, { cause: error });
}
