import { sleep, systemClock } from "../../ground/clock.ts";
import { type Answer, json, Refusal } from "./answers.ts";
import type { Fault, Faults } from "./faults.ts";
import type { Outcome } from "./http_connection.ts";
import type { WireRequest } from "./request_reader.ts";
import type { Match, Router } from "./router.ts";

/** What stands behind a {@link Front}. */
export interface FrontOptions {
  readonly router: Router;
  readonly faults: Faults;
  /** Counts requests by `METHOD /route/{pattern}`, those without a route by `unrouted`. */
  readonly requests: Map<string, number>;
  /** Ends the waits of delayed requests. */
  readonly signal: AbortSignal;
  /** Is told of what the platform itself did wrong. */
  readonly warn: (message: string) => void;
}

type Garbage = Extract<Fault, { kind: "garbage" }>["form"];

const NO_QUERY = new URLSearchParams();
const UNROUTED = "unrouted";

/** Routes under this prefix are the stand-in's own: no fault strikes them and nobody counts them. */
const DEV_PREFIX = "/_dev/";

/** Takes requests from the wire to their handlers, with the faults in between. */
export class Front {
  readonly #options: FrontOptions;

  constructor(options: FrontOptions) {
    this.#options = options;
  }

  /** What becomes of a request. */
  async serve(request: WireRequest): Promise<Outcome> {
    try {
      return await this.#serve(request);
    } catch (cause) {
      const { signal, warn } = this.#options;
      if (signal.aborted) return { kind: "hang" };
      warn(`Cannot answer ${request.method} ${request.target}: ${cause}`);
      const answer = json(500, { error: String(cause), code: "INTERNAL_SERVER_ERROR" });
      return { kind: "answer", answer };
    }
  }

  async #serve(request: WireRequest): Promise<Outcome> {
    const { method, target } = request;
    const [path = "", query] = target.split("?", 2);
    const match = this.#options.router.match(method, path);
    const isOwn = path.startsWith(DEV_PREFIX);
    if (!isOwn) this.#count(match.route === null ? UNROUTED : `${method} ${match.route.pattern}`);
    const faults = isOwn ? [] : this.#options.faults.take(method, path);
    const early = faults.filter((fault) => !fault.after_commit && fault.kind !== "garbage");
    const outcome = await this.#strike(early) ??
      { kind: "answer", answer: await answerOf(match, request, path, query) };
    if (outcome.kind !== "answer") return outcome;
    const late = faults.filter((fault) => fault.after_commit);
    return await this.#strike(late) ?? spoilt(outcome.answer, faults);
  }

  #count(route: string): void {
    const { requests } = this.#options;
    requests.set(route, (requests.get(route) ?? 0) + 1);
  }

  async #strike(faults: readonly Fault[]): Promise<Outcome | null> {
    for (const fault of faults) {
      switch (fault.kind) {
        case "latency":
          await sleep(systemClock, fault.ms, this.#options.signal);
          break;
        case "hang":
        case "reset":
          return { kind: fault.kind };
        case "answer":
          return { kind: "answer", answer: fault };
        case "garbage":
          break;
        default:
          fault satisfies never;
      }
    }
    return null;
  }
}

async function answerOf(
  match: Match,
  { method, headers, body }: WireRequest,
  path: string,
  query: string | undefined,
): Promise<Answer> {
  if (match.route === null) return match.answer;
  try {
    return await match.route.handler({
      method,
      path,
      param: match.param,
      query: query === undefined ? NO_QUERY : new URLSearchParams(query),
      headers,
      body,
    });
  } catch (cause) {
    if (cause instanceof Refusal) return cause.answer;
    throw cause;
  }
}

function spoilt(answer: Answer, faults: readonly Fault[]): Outcome {
  const last = faults.at(-1);
  if (last?.kind !== "garbage") return { kind: "answer", answer };
  if (last.form === "cut") return { kind: "cut", answer };
  return { kind: "answer", answer: { ...answer, body: garbage(answer.body, last.form) } };
}

function garbage(body: string, form: Exclude<Garbage, "cut">): string {
  switch (form) {
    case "text":
      return "<html>It works!</html>";
    case "truncated":
      return body.slice(0, body.length / 2);
    case "wrong_type":
      return JSON.stringify("It works!");
    default:
      return form satisfies never;
  }
}
