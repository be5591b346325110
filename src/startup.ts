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

/** Resolves as the promise does; rejects with the signal's reason as soon as it is aborted. */
export async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(signal.reason);
  if (signal.aborted) onAbort();
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

/** Resolves once the signal is aborted. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
