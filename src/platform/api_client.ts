import type { Clock } from "../ground/clock.ts";
import type { OutboundEvent, PostResult } from "../domain/event.ts";
import type { Rule } from "../domain/rule.ts";
import type { RulePage, RuleSource } from "../sync/rule_source.ts";
import { ApiError, type Failure } from "./api_error.ts";
import type { Bearer } from "./bearer.ts";
import { ClockSkew } from "./clock_skew.ts";
import { type HealthDetails, healthFromAnswer, wellFromAnswer } from "./health_answers.ts";
import { type Fetch, type HttpAnswer, HttpClient, type HttpRequest } from "./http.ts";
import { parseJson } from "./json.ts";
import { laterPages } from "./paging.ts";
import { oneLine } from "./one_line.ts";
import { storedResult, unstoredResult } from "./post_result.ts";
import { isRetriable, refusalOf, retryAfterMs } from "./refusal.ts";
import { problemText } from "../ground/error_text.ts";
import { pageFromAnswer, ruleFromAnswer } from "./rule_rows.ts";
import { senderText, strangerText } from "./stranger.ts";
import { tokenFromAnswer, tokenRequestBody } from "./token_issue.ts";
import type { TokenReading, TokenRequest } from "./token_reading.ts";

/** The API returns at most 100, and counts its offsets by what was asked for (contract 2.4). */
const PAGE_SIZE = 100;
const MAX_RULES_BYTES = 16 * 1024 * 1024;
/** The answer repeats the event, of which the platform reads 2 MiB (contract 2). */
const MAX_EVENT_BYTES = 4 * 1024 * 1024;
const MAX_TOKEN_BYTES = 64 * 1024;

const NOT_SHOWN = { text: "what is not shown, it may hold a token", fault: null };

/** What the client needs. */
export interface ApiClientOptions {
  readonly baseUrl: string;
  readonly token: Bearer;
  readonly clock: Clock;
  /** Is told the date of each answer. */
  readonly skew?: ClockSkew;
  /** Over the network unless told otherwise. */
  readonly fetch?: Fetch | undefined;
}

/** An answer with the token that asked for it: whatever quotes the one has to hide the other. */
interface Answer extends HttpAnswer {
  readonly bearer: string;
  /** It may hold a new token, whatever it is: it is not quoted. */
  readonly isSecret?: boolean;
}

/**
 * The Attune API as a timer sensor uses it (contract 2). Calls reject with an {@link ApiError}, or with
 * the reason of the signal that ended them; only {@link ApiClient.createEvent} never rejects.
 */
export class ApiClient implements RuleSource, Disposable {
  readonly #baseUrl: string;
  readonly #token: Bearer;
  readonly #clock: Clock;
  readonly #http: HttpClient;

  constructor(options: ApiClientOptions) {
    this.#baseUrl = new URL(options.baseUrl).href.replace(/\/+$/, "");
    this.#token = options.token;
    this.#clock = options.clock;
    const skew = options.skew ?? new ClockSkew(options.clock);
    this.#http = new HttpClient(options.clock, options.fetch, skew);
  }

  /** Resolves when the API answers. */
  async health(signal: AbortSignal): Promise<void> {
    this.#read(await this.#get("/health", signal), wellFromAnswer);
  }

  /** What the API says of its own state, `null` where it does not say. Rejects where it is not well. */
  async healthDetails(signal: AbortSignal): Promise<HealthDetails | null> {
    const answer = await this.#get("/health/detailed", signal);
    // An older platform does not have this route.
    const isSilent = answer.status === 404 && answer.body.text === "";
    return isSilent ? null : this.#read(answer, healthFromAnswer);
  }

  /**
   * All rules of a trigger, enabled or not, page by page: the first one first, the others as they come.
   * No page at all where the trigger is not installed.
   */
  async *rulePages(
    triggerRef: string,
    begin: () => number,
    signal: AbortSignal,
  ): AsyncGenerator<RulePage, void> {
    const path = `/api/v1/triggers/${encodeURIComponent(triggerRef)}/rules`;
    const firstReadAt = begin();
    const answer = await this.#get(pageOf(path, 1), signal);
    if (this.#isNotFound(answer)) return;
    const first = { ...this.#read(answer, pageFromAnswer), readAt: firstReadAt };
    yield first;
    const read = async (number: number, signal: AbortSignal) => {
      const readAt = begin();
      const answer = await this.#get(pageOf(path, number), signal);
      return { ...this.#read(answer, pageFromAnswer), readAt };
    };
    yield* laterPages(first, read, signal);
  }

  /** The rule of this ref, or `null` where the platform has none. */
  async rule(ref: string, signal: AbortSignal): Promise<Rule | null> {
    const path = `/api/v1/rules/${encodeURIComponent(ref)}`;
    const answer = await this.#get(path, signal);
    if (this.#isNotFound(answer)) return null;
    return this.#read(answer, (value) => ruleFromAnswer(value, ref));
  }

  /** Posts an event. Never rejects: whatever happens is a {@link PostResult}. */
  async createEvent(event: OutboundEvent, signal: AbortSignal): Promise<PostResult> {
    try {
      const answer = await this.#send({
        method: "POST",
        url: `${this.#baseUrl}/api/v1/events`,
        headers: { "Content-Type": "application/json", "Idempotency-Key": event.occurrenceId },
        body: event.body,
        maxBytes: MAX_EVENT_BYTES,
        signal,
      });
      return storedResult(answer) ?? unstoredResult(event, this.#failure(answer));
    } catch (error) {
      return {
        kind: "retry",
        reason: error instanceof Error ? error.message : String(error),
        retryAfterMs: null,
      };
    }
  }

  /**
   * Asks for a token with the present one, which has to be valid still (contract 1.8). A refusal is final
   * here: the present token is not renewed because of it.
   */
  async issueToken(request: TokenRequest, signal: AbortSignal): Promise<TokenReading> {
    const answer = await this.#sendWith(this.#token.value, {
      method: "POST",
      url: `${this.#baseUrl}/auth/sensor-token`,
      headers: { "Content-Type": "application/json" },
      body: tokenRequestBody(request),
      maxBytes: MAX_TOKEN_BYTES,
      signal,
    });
    return this.#read({ ...answer, isSecret: isOk(answer) }, tokenFromAnswer);
  }

  [Symbol.dispose](): void {
    this.#http[Symbol.dispose]();
  }

  #get(path: string, signal: AbortSignal): Promise<Answer> {
    const url = this.#baseUrl + path;
    return this.#send({ method: "GET", url, headers: {}, maxBytes: MAX_RULES_BYTES, signal });
  }

  /** Sends a request with the token, and once more with another one where the first was refused. */
  async #send(request: HttpRequest): Promise<Answer> {
    const { value } = this.#token;
    const answer = await this.#sendWith(value, request);
    const isRefused = answer.status === 401 && refusalOf(answer, value) !== null;
    const isWorthAgain = isRefused && await this.#token.renew(value);
    return isWorthAgain ? await this.#sendWith(this.#token.value, request) : answer;
  }

  async #sendWith(bearer: string, request: HttpRequest): Promise<Answer> {
    const headers = {
      "Accept": "application/json",
      "Authorization": `Bearer ${bearer}`,
      ...request.headers,
    };
    return { ...await this.#http.send({ ...request, headers }), bearer };
  }

  /** Not there, in the platform's own words: a proxy's 404 says nothing about a rule. */
  #isNotFound(answer: Answer): boolean {
    return answer.status === 404 && refusalOf(answer, answer.bearer)?.code === "NOT_FOUND";
  }

  #read<T>(answer: Answer, parse: (value: unknown) => T): T {
    if (isOk(answer) && answer.body.fault !== null) throw answer.body.fault;
    const value = isOk(answer) ? parseJson(answer.body.text) : undefined;
    if (value === undefined) throw this.#error(answer);
    try {
      return parse(value);
    } catch (error) {
      const problem = oneLine(problemText(error), answer.bearer);
      const message = `${answer.place}: the answer is not as expected: ${problem} (${
        senderText(answer, answer.bearer)
      })`;
      throw new ApiError(message, { status: null, retriable: true }, { cause: error });
    }
  }

  #error(answer: Answer): ApiError {
    const failure = this.#failure(answer);
    return new ApiError(`${answer.place}: ${failure.reason}`, failure);
  }

  /** What is wrong with an answer: the platform refuses, or it is not the platform that answers. */
  #failure(answer: Answer): Failure {
    const { status, headers, bearer } = answer;
    const pauseMs = retryAfterMs(headers, this.#clock.now());
    const refusal = refusalOf(answer, bearer);
    if (refusal === null) {
      const shown = answer.isSecret ? { ...answer, body: NOT_SHOWN } : answer;
      const reason = strangerText(shown, this.#baseUrl, bearer);
      return { reason, status: null, retriable: true, retryAfterMs: pauseMs };
    }
    const { code, message } = refusal;
    return {
      reason: `${status}${code === null ? "" : ` ${code}`}: ${message}`,
      status,
      code,
      retriable: isRetriable(status),
      retryAfterMs: pauseMs,
    };
  }
}

function isOk({ status }: HttpAnswer): boolean {
  return status >= 200 && status < 300;
}

function pageOf(path: string, number: number): string {
  return `${path}?page=${number}&page_size=${PAGE_SIZE}`;
}
