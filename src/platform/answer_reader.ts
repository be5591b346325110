import type { Clock } from "../ground/clock.ts";
import { problemText } from "../ground/error_text.ts";
import { ApiError, type Failure } from "./api_error.ts";
import { AnswerTooLong, type HttpAnswer } from "./http.ts";
import { parseJson } from "./json.ts";
import { oneLine } from "./one_line.ts";
import { isRetriable, refusalOf, retryAfterMs } from "./refusal.ts";
import { senderText, strangerText } from "./stranger.ts";

const NOT_SHOWN = { text: "what is not shown, it may hold a token", fault: null };

/** An answer with the token that asked for it: whatever quotes the one has to hide the other. */
export interface Answer extends HttpAnswer {
  readonly bearer: string;
  /** It may hold a new token, whatever it is: it is not quoted. */
  readonly isSecret?: boolean;
}

/** Reads answers, and says what is wrong with those that are none of the platform's. */
export class AnswerReader {
  readonly #baseUrl: string;
  readonly #clock: Clock;

  constructor(baseUrl: string, clock: Clock) {
    this.#baseUrl = baseUrl;
    this.#clock = clock;
  }

  /** Not there, in the platform's own words: a proxy's 404 says nothing about a rule. */
  isNotFound(answer: Answer): boolean {
    return answer.status === 404 && refusalOf(answer, answer.bearer)?.code === "NOT_FOUND";
  }

  /** Reads rules. `cut` takes the start of an answer that is too long, and makes of it what it can. */
  readRows<T>(answer: Answer, whole: (value: unknown) => T, cut: (text: string) => T | null): T {
    const made = isCut(answer) ? cut(answer.body.text) : null;
    return made ?? this.read(answer, whole);
  }

  /** Reads a success. Throws an {@link ApiError}, or the reason of the signal that ended the reading. */
  read<T>(answer: Answer, parse: (value: unknown) => T): T {
    if (isOk(answer) && answer.body.fault !== null) throw answer.body.fault;
    const value = isOk(answer) ? parseJson(answer.body.text) : undefined;
    if (value === undefined) {
      const failure = this.failureOf(answer);
      throw new ApiError(`${answer.place}: ${failure.reason}`, failure);
    }
    return this.#parse(answer, () => parse(value));
  }

  /** What is wrong with an answer: the platform refuses, or it is not the platform that answers. */
  failureOf(answer: Answer): Failure {
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

  #parse<T>(answer: Answer, parse: () => T): T {
    try {
      return parse();
    } catch (error) {
      const { place, bearer } = answer;
      const problem = oneLine(problemText(error), bearer);
      const told = `the answer is not as expected: ${problem} (${senderText(answer, bearer)})`;
      const details = { status: null, retriable: true };
      throw new ApiError(`${place}: ${told}`, details, { cause: error });
    }
  }
}

/** Whether an answer is longer than is read. */
export function isCut(answer: HttpAnswer): boolean {
  return isOk(answer) && answer.body.fault instanceof AnswerTooLong;
}

/** Whether an answer has a status of success, whoever gave it. */
export function isOk({ status }: HttpAnswer): boolean {
  return status >= 200 && status < 300;
}
