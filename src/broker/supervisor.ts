import type { Backoff } from "../ground/backoff.ts";
import { type Clock, sleep } from "../ground/clock.ts";

/** A connection that lasted this long was a good one: the pauses begin anew. */
const STABLE_MS = 10_000;

/** An open connection; disposing of it closes it, in bounded time and without throwing. */
export interface Link extends AsyncDisposable {
  /** Aborted once the connection is no more, with the reason. */
  readonly ended: AbortSignal;
}

/** What a session works with. */
export interface SessionContext<L extends Link> {
  readonly link: L;
  /** Ends the session and its connection; the first reason counts. */
  fail(reason: unknown): void;
  /** Aborted as soon as the session is over, for whatever reason. */
  readonly signal: AbortSignal;
}

/** How connections are made and used. */
export interface SupervisorOptions<L extends Link> {
  /** Opens a connection, and gives up when the signal is aborted. */
  dial(signal: AbortSignal): Promise<L>;
  /** Puts a new connection to use. It is up once this resolves and fails if this rejects. */
  session(context: SessionContext<L>): Promise<void>;
  /** An attempt failed, or a connection ended; the next attempt follows in `retryMs`. */
  down(reason: unknown, retryMs: number): void;
  readonly clock: Clock;
  readonly backoff: Backoff;
  /** Ends everything. */
  readonly signal: AbortSignal;
}

/**
 * Keeps one connection with one session on it: whatever ends either ends both, and both begin anew after
 * a pause, for ever.
 */
export class Supervisor<L extends Link> implements AsyncDisposable {
  readonly #options: SupervisorOptions<L>;
  readonly #stop = new AbortController();
  readonly #signal: AbortSignal;
  readonly #ready = Promise.withResolvers<void>();
  readonly #running: Promise<void>;
  #isUp = false;
  /** In a row. */
  #failures = 0;

  private constructor(options: SupervisorOptions<L>) {
    this.#options = options;
    this.#signal = AbortSignal.any([options.signal, this.#stop.signal]);
    this.#ready.promise.catch(() => {/* nobody has to wait */});
    this.#running = this.#run();
  }

  /** Begins to connect. */
  static start<L extends Link>(options: SupervisorOptions<L>): Supervisor<L> {
    return new Supervisor(options);
  }

  /** Resolves when a session is up for the first time, rejects when all ends before. */
  get ready(): Promise<void> {
    return this.#ready.promise;
  }

  /** Whether a session is up now. */
  get isUp(): boolean {
    return this.#isUp;
  }

  /** Resolves once everything is closed. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort(new Error("The connection was closed"));
    await this.#running;
  }

  async #run(): Promise<void> {
    const { clock, backoff } = this.#options;
    while (!this.#signal.aborted) {
      const reason = await this.#connectOnce();
      if (this.#signal.aborted) break;
      const retryMs = backoff(++this.#failures);
      this.#options.down(reason, retryMs);
      await sleep(clock, retryMs, this.#signal).catch(() => {/* aborted: the loop ends */});
    }
    this.#ready.reject(this.#signal.reason);
  }

  /** One connection from beginning to end. Returns why it ended. */
  async #connectOnce(): Promise<unknown> {
    try {
      await using link = await this.#options.dial(this.#signal);
      return await this.#use(link);
    } catch (error) {
      return error;
    }
  }

  /** Returns why the session is over. */
  async #use(link: L): Promise<unknown> {
    const failure = new AbortController();
    const fail = (reason: unknown) => failure.abort(reason);
    const signal = AbortSignal.any([this.#signal, link.ended, failure.signal]);
    const ended = rejection(signal);
    try {
      await Promise.race([this.#options.session({ link, fail, signal }), ended]);
      await this.#stayUp(ended);
    } catch (error) {
      // What breaks the connection breaks the session too: the cause is told, not the consequence.
      fail(error);
    }
    return signal.reason;
  }

  async #stayUp(ended: Promise<never>): Promise<void> {
    const { clock } = this.#options;
    const upAt = clock.monotonic();
    this.#isUp = true;
    this.#ready.resolve();
    try {
      await ended;
    } finally {
      this.#isUp = false;
      if (clock.monotonic() - upAt >= STABLE_MS) this.#failures = 0;
    }
  }
}

/** Rejects with the signal's reason once it is aborted. */
function rejection(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) return reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}
