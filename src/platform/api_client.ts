import type { Clock } from "../ground/clock.ts";
import type { OutboundEvent, PostResult } from "../domain/event.ts";
import type { Rule } from "../domain/rule.ts";
import type { RulePage, RuleSource, UnreadableRow } from "../sync/rule_source.ts";
import { type Answer, AnswerReader, isCut, isOk } from "./answer_reader.ts";
import type { Bearer } from "./bearer.ts";
import { ClockSkew } from "./clock_skew.ts";
import { type HealthDetails, healthFromAnswer, wellFromAnswer } from "./health_answers.ts";
import type { BodyLimits } from "./body.ts";
import { type Fetch, HttpClient, type HttpRequest } from "./http.ts";
import { allPages, type PageSpan } from "./paging.ts";
import { storedResult, unstoredResult } from "./post_result.ts";
import {
  LIST_DEPTH,
  longRule,
  pageFromAnswer,
  pageOfLongRow,
  ruleFromAnswer,
  SINGLE_DEPTH,
  WANTED,
} from "./rule_rows.ts";
import { tokenFromAnswer, tokenRequestBody } from "./token_issue.ts";
import type { TokenReading, TokenRequest } from "./token_reading.ts";

const MAX_RULES_BYTES = 16 * 1024 * 1024;
/** Parameters that make a timer are a hundred times shorter. */
const MAX_MEMBER_BYTES = 64 * 1024;
const ROWS = { wanted: WANTED, longestMember: MAX_MEMBER_BYTES, mostKept: 1024 * 1024 };
const OF_LIST = { maxBytes: MAX_RULES_BYTES, sieve: { ...ROWS, depth: LIST_DEPTH } };
const OF_RULE = { maxBytes: MAX_RULES_BYTES, sieve: { ...ROWS, depth: SINGLE_DEPTH } };
const MAX_HEALTH_BYTES = 64 * 1024;
/** The answer repeats the event, of which the platform reads 2 MiB (contract 2). */
const MAX_EVENT_BYTES = 4 * 1024 * 1024;
const MAX_TOKEN_BYTES = 64 * 1024;

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

/**
 * The Attune API as a timer sensor uses it (contract 2). Calls reject with an `ApiError`, or with
 * the reason of the signal that ended them; only {@link ApiClient.createEvent} never rejects.
 */
export class ApiClient implements RuleSource, Disposable {
  readonly #baseUrl: string;
  readonly #token: Bearer;
  readonly #answers: AnswerReader;
  readonly #http: HttpClient;

  constructor(options: ApiClientOptions) {
    this.#baseUrl = new URL(options.baseUrl).href.replace(/\/+$/, "");
    this.#token = options.token;
    this.#answers = new AnswerReader(this.#baseUrl, options.clock);
    const skew = options.skew ?? new ClockSkew(options.clock);
    this.#http = new HttpClient(options.clock, options.fetch, skew);
  }

  /** Resolves when the API answers. */
  async health(signal: AbortSignal): Promise<void> {
    this.#answers.read(await this.#get("/health", signal), wellFromAnswer);
  }

  /** What the API says of its own state, `null` where it does not say. Rejects where it is not well. */
  async healthDetails(signal: AbortSignal): Promise<HealthDetails | null> {
    const answer = await this.#get("/health/detailed", signal);
    // An older platform does not have this route.
    const isSilent = answer.status === 404 && answer.body.text === "";
    return isSilent ? null : this.#answers.read(answer, healthFromAnswer);
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
    const read = async (span: PageSpan, signal: AbortSignal) => {
      const readAt = begin();
      const answer = await this.#get(pageOf(path, span), signal, OF_LIST);
      if (this.#answers.isNotFound(answer)) return "none";
      if (isCut(answer) && span.size > 1) return "too long";
      const page = this.#answers.readRows(
        answer,
        (value) => pageFromAnswer(value, triggerRef, span),
        (text) => pageOfLongRow(text, triggerRef, span),
      );
      return { ...page, readAt };
    };
    yield* allPages(read, signal);
  }

  /** The rule of this ref, or `null` where the platform has none. */
  async rule(ref: string, signal: AbortSignal): Promise<Rule | UnreadableRow | null> {
    const answer = await this.#get(`/api/v1/rules/${encodeURIComponent(ref)}`, signal, OF_RULE);
    if (this.#answers.isNotFound(answer)) return null;
    return this.#answers.readRows(
      answer,
      (value) => ruleFromAnswer(value, ref),
      (text) => longRule(text, ref),
    );
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
      return storedResult(answer) ?? unstoredResult(event, this.#answers.failureOf(answer));
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
    return this.#answers.read({ ...answer, isSecret: isOk(answer) }, tokenFromAnswer);
  }

  [Symbol.dispose](): void {
    this.#http[Symbol.dispose]();
  }

  #get(
    path: string,
    signal: AbortSignal,
    limits: BodyLimits = { maxBytes: MAX_HEALTH_BYTES },
  ): Promise<Answer> {
    return this.#send({ ...limits, method: "GET", url: this.#baseUrl + path, headers: {}, signal });
  }

  /** Sends a request with the token, and once more with another one where the first was refused. */
  async #send(request: HttpRequest): Promise<Answer> {
    const { value } = this.#token;
    const answer = await this.#sendWith(value, request);
    const isRefused = answer.status === 401 && this.#answers.failureOf(answer).status === 401;
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
}

function pageOf(path: string, { number, size }: PageSpan): string {
  return `${path}?page=${number}&page_size=${size}`;
}
