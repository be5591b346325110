/**
 * The only reader of the wall clock and the only caller of `setTimeout`; everything else is given a
 * {@link Clock}, so that tests can hold time in their hands.
 */
export interface Clock {
  /** The wall clock, in milliseconds since the Unix epoch. It may step either way. */
  now(): number;
  /** A clock that never steps back, in milliseconds since some fixed moment. */
  monotonic(): number;
  /** Calls `wake` once after `delayMs`, unless the result is disposed of before. */
  alarm(delayMs: number, wake: () => void): Disposable;
}

/** The clock of this machine. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  alarm(delayMs, wake) {
    const timer = setTimeout(wake, delayMs);
    return { [Symbol.dispose]: () => clearTimeout(timer) };
  },
};

/** Resolves after `delayMs`, or rejects with the signal's reason as soon as it is aborted. */
export function sleep(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const alarm = clock.alarm(delayMs, () => {
      signal?.removeEventListener("abort", onAbort);
      resolve();
    });
    function onAbort() {
      alarm[Symbol.dispose]();
      reject(signal?.reason);
    }
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}
