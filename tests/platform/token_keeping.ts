import { ApiError } from "../../src/platform/api_error.ts";
import { ClockSkew } from "../../src/platform/clock_skew.ts";
import { openToken } from "../../src/platform/token.ts";
import type { TokenNews } from "../../src/platform/news.ts";
import { TokenKeeper } from "../../src/platform/token_keeper.ts";
import {
  readingOf,
  type TokenReading,
  type TokenRequest,
} from "../../src/platform/token_reading.ts";
import { FakeClock } from "../support/fake_clock.ts";

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;
/** Where the fake clock starts. */
export const START = Date.UTC(2025, 0, 1);

/** What a keeper told, in the order in which it did. */
export type Told = [event: string, ...details: unknown[]];

/** What the API answers to one request for a token. */
export type Issue = (
  request: TokenRequest,
  signal: AbortSignal,
) => Promise<TokenReading> | TokenReading;

/** A keeper over a token, a file and an API that a test holds in its hands. */
export interface Keeping extends AsyncDisposable {
  readonly clock: FakeClock;
  readonly skew: ClockSkew;
  readonly keeper: TokenKeeper;
  readonly told: readonly Told[];
  /** What the API was asked for. */
  readonly requests: readonly TokenRequest[];
  /** What the API does. */
  issue: Issue;
  /** What the file holds; a string that is no token for trouble. */
  file: string;
  /** How often the file was read. */
  readonly reads: number;
  /** Begins to look after the token. */
  run(): void;
  stop(): Promise<void>;
}

/** Every pause is as long as the number of failures so far, in seconds. */
const BACKOFF = (attempt: number) => attempt * 1000;

/** `value` alone, `file` alone or both, as the configuration has it. */
export async function keeping(from: { value?: string; file?: string }): Promise<Keeping> {
  const clock = new FakeClock(START);
  const skew = new ClockSkew(clock);
  const told: Told[] = [];
  const requests: TokenRequest[] = [];
  const stop = new AbortController();
  let running = Promise.resolve();
  let reads = 0;
  let { file = "" } = from;
  let issue = refuse(404);
  const token = await openToken(
    { value: from.value ?? null, file: from.file === undefined ? null : "/run/token" },
    () => {
      reads++;
      return Promise.resolve(file);
    },
  );
  const keeper = new TokenKeeper({
    token,
    issue: async (request, signal) => {
      requests.push(request);
      return await issue(request, signal);
    },
    clock,
    skew,
    backoff: BACKOFF,
    tell: (news) => told.push(lineOf(news)),
    expired: () => {},
    signal: stop.signal,
  });
  const it: Keeping = {
    clock,
    skew,
    keeper,
    told,
    requests,
    set issue(next: Issue) {
      issue = next;
    },
    set file(text: string) {
      file = text;
    },
    get reads() {
      return reads;
    },
    run: () => void (running = keeper.run()),
    async stop() {
      stop.abort(new Error("The sensor is stopping"));
      await running;
    },
    [Symbol.asyncDispose]: () => it.stop(),
  };
  return it;
}

/** An API that gives this token. */
export function give(value: string, expiresAt: number | null = null): Issue {
  return () => readingOf(value, expiresAt);
}

/** An API that refuses, with a status or without an answer. */
export function refuse(status: number | null, retryAfterMs: number | null = null): Issue {
  const retriable = status === null || status >= 500 || status === 429;
  return () => {
    throw new ApiError(`no token: ${status}`, { status, retriable, retryAfterMs });
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function lineOf(news: TokenNews): Told {
  switch (news.kind) {
    case "token_renewed":
      return ["renewed", news.expiresAt];
    case "token_rotated":
      return ["rotated", news.expiresAt];
    case "token_renewal_failed":
      return ["renewalFailed", messageOf(news.error), news.retryMs];
    case "token_expired":
      return ["expired"];
    case "token_expiring":
      return ["expiring", news.leftMs];
    case "token_file_unreadable":
      return ["fileProblem", news.problem];
    default:
      return news satisfies never;
  }
}
