import { unlessAborted } from "./abort.ts";
import type { Backoff } from "./backoff.ts";
import { type Clock, sleep } from "./clock.ts";

/** How something is tried at start. */
export interface Attempts {
  readonly clock: Clock;
  /** The pause after a failure; none: the attempt itself paces. */
  readonly backoff: Backoff;
  /** After this, on the monotonic clock, the next failure is the last. */
  readonly deadlineAt: number;
  readonly signal: AbortSignal;
  readonly failed: (error: unknown, retryMs: number) => void;
}

/** Does something until it succeeds. Rejects with the last failure, or with the signal's reason. */
export async function retryUntil<T>(attempt: () => Promise<T>, options: Attempts): Promise<T> {
  const { clock, backoff, deadlineAt, signal, failed } = options;
  for (let failures = 1;; failures++) {
    try {
      return await unlessAborted(attempt(), signal);
    } catch (error) {
      signal.throwIfAborted();
      const leftMs = deadlineAt - clock.monotonic();
      if (leftMs <= 0) throw error;
      const retryMs = Math.min(backoff(failures), leftMs);
      failed(error, retryMs);
      await sleep(clock, retryMs, signal);
    }
  }
}
