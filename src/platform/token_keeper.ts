import type { Backoff } from "../ground/backoff.ts";
import { type Clock, sleep } from "../ground/clock.ts";
import type { Tell } from "../ground/tell.ts";
import { ApiError } from "./api_error.ts";
import type { Bearer } from "./bearer.ts";
import type { TokenNews } from "./news.ts";
import type { ClockSkew } from "./clock_skew.ts";
import { RenewalAttempts } from "./renewal_attempts.ts";
import type { Token } from "./token.ts";
import type { TokenReading, TokenRequest } from "./token_reading.ts";

/**
 * Between two looks at file and clock. The file is read and not watched: a mounted secret is swapped by a
 * symbolic link beside it. And no wait is planned to the end of a token's life, as clocks are set.
 */
const LOOK_MS = 5000;
/** A token that was due the moment it came would be renewed without end. */
const LEAST_LIFE_MS = 60_000;
const HOUR_MS = 3_600_000;
/** What is left of a token's life when it is spoken of. */
const SPEAK_AT_MS = [6 * HOUR_MS, HOUR_MS, 0];

/** Asks the API for a token. */
export type IssueToken = (request: TokenRequest, signal: AbortSignal) => Promise<TokenReading>;

/** What a keeper works with. */
export interface TokenKeeperOptions {
  readonly token: Token;
  readonly issue: IssueToken;
  readonly clock: Clock;
  readonly skew: ClockSkew;
  /** Between attempts to renew the token; at most a minute of it counts. */
  readonly backoff: Backoff;
  readonly tell: Tell<TokenNews>;
  /**
   * The token's time is over, by the API's clock. Whether it is of no use any more, only the API says: who
   * gives a wrong date for a while ends nobody.
   */
  readonly expired: () => void;
  /** Ends everything. */
  readonly signal: AbortSignal;
}

/**
 * Keeps a valid token in place for as long as there is one: takes a new one from the file, renews it
 * through the API when 80 % of its life is over or when it is refused, and speaks up before it expires.
 */
export class TokenKeeper implements Bearer {
  readonly #options: TokenKeeperOptions;
  /** The token that is spoken of. */
  #value: string;
  #attempts: RenewalAttempts;
  /** The last of {@link SPEAK_AT_MS} that was spoken of. */
  #spokenOf = Infinity;
  #toldProblem: string | null = null;
  #last: Promise<unknown> = Promise.resolve();

  /** Looks after nothing before {@link run}; a refused token is renewed without it too. */
  constructor(options: TokenKeeperOptions) {
    this.#options = options;
    this.#value = options.token.value;
    this.#attempts = new RenewalAttempts(options.clock, options.backoff, 0);
  }

  /** What stands behind `Bearer`. */
  get value(): string {
    return this.#options.token.value;
  }

  /** Whether the token has expired, at this moment and by the API's clock. */
  get isExpired(): boolean {
    return this.#leftMs <= 0;
  }

  /** What is left of the token's life, negative when it is over; `null` where it does not say. */
  get secondsToExpiry(): number | null {
    return this.#leftMs === Infinity ? null : this.#leftMs / 1000;
  }

  /**
   * Finds another token in the place of a refused one, in the file or through the API. Returns whether
   * there is one. Rejects, with the reason of the attempt, where the API may give one later.
   */
  async renew(refused: string): Promise<boolean> {
    return await this.#inTurn(() => this.#replace(refused));
  }

  /** Looks after the token until the signal is aborted. */
  async run(): Promise<void> {
    const { clock, signal } = this.#options;
    while (!signal.aborted) {
      try {
        await this.#inTurn(() => this.#look());
        await sleep(clock, this.#waitMs(), signal);
      } catch (error) {
        if (!signal.aborted) throw error;
      }
    }
  }

  /** One thing at a time: what all requests find refused at once is renewed once. */
  #inTurn<T>(act: () => Promise<T>): Promise<T> {
    const done = this.#last.then(act);
    this.#last = done.catch(() => {/* whoever asked for it is told */});
    return done;
  }

  async #look(): Promise<void> {
    const { token, skew } = this.#options;
    await token.reread();
    this.#noticeFile();
    if (token.renewal !== null && skew.apiNow() >= token.renewal.dueAt) await this.#renewSelf();
    this.#speak();
  }

  async #replace(refused: string): Promise<boolean> {
    const isReplaced = await this.#options.token.renew(refused);
    this.#noticeFile();
    if (isReplaced) return true;
    await this.#renewSelf();
    if (this.value !== refused) return true;
    if (this.#isRenewable && this.#attempts.hasFailed) throw this.#attempts.latest;
    return false;
  }

  #noticeFile(): void {
    const { token, tell } = this.#options;
    if (token.value !== this.#value) {
      this.#begin(0);
      tell({ kind: "token_rotated", expiresAt: token.expiresAt });
    }
    const { fileProblem } = token;
    if (fileProblem !== null && fileProblem !== this.#toldProblem) {
      tell({ kind: "token_file_unreadable", problem: fileProblem });
    }
    this.#toldProblem = fileProblem;
  }

  /** Asks the API for another token, if that may be of use just now. */
  async #renewSelf(): Promise<void> {
    const { token, issue, tell, signal } = this.#options;
    if (token.renewal === null || !this.#isRenewable || this.#attempts.pauseMs > 0) return;
    try {
      token.adopt(another(this.value, await issue(token.renewal.request, signal)));
    } catch (error) {
      signal.throwIfAborted();
      const retryMs = this.#attempts.failed(error);
      return tell({ kind: "token_renewal_failed", error, retryMs });
    }
    this.#begin(LEAST_LIFE_MS);
    tell({ kind: "token_renewed", expiresAt: token.expiresAt });
  }

  /** Another token has come. */
  #begin(pauseMs: number): void {
    const { token, clock, backoff } = this.#options;
    this.#value = token.value;
    this.#attempts = new RenewalAttempts(clock, backoff, pauseMs);
    this.#spokenOf = Infinity;
  }

  #speak(): void {
    const { tell, expired } = this.#options;
    const leftMs = this.#leftMs;
    const mark = SPEAK_AT_MS.findLast((ms) => leftMs <= ms) ?? Infinity;
    const isHopeful = this.#isRenewable && !this.#attempts.hasFailed;
    const isNew = mark < this.#spokenOf;
    if (isNew && isHopeful) return;
    // Also where more is left again: what was told while a clock was wrong is told when it comes.
    this.#spokenOf = mark;
    if (!isNew) return;
    if (mark > 0) return tell({ kind: "token_expiring", leftMs });
    tell({ kind: "token_expired" });
    expired();
  }

  /** Whether an attempt, now or later, may give another token. */
  get #isRenewable(): boolean {
    return this.#options.token.renewal !== null && !this.#attempts.isOver && !this.#isSurelyExpired;
  }

  /** By the API's clock as well as by ours. */
  get #isSurelyExpired(): boolean {
    const { token, clock } = this.#options;
    return this.isExpired && token.expiresAt !== null && token.expiresAt <= clock.now();
  }

  get #leftMs(): number {
    const { token, skew } = this.#options;
    return token.expiresAt === null ? Infinity : token.expiresAt - skew.apiNow();
  }

  #waitMs(): number {
    const ahead = [this.#leftMs, this.#attempts.pauseMs].filter((ms) => ms > 0);
    return Math.min(LOOK_MS, ...ahead);
  }
}

/** The same token once more would be taken for a renewal, again and again. */
function another(value: string, reading: TokenReading): TokenReading {
  if (reading.value !== value) return reading;
  const message = "POST /auth/sensor-token: the answer holds the token that was to be replaced";
  throw new ApiError(message, { status: 200, retriable: true });
}
