/** What became of errors that nobody caught; dispose of it to catch none any more. */
export interface Uncaught extends Disposable {
  /** Aborted with the first of them. */
  readonly signal: AbortSignal;
}

/**
 * Catches the errors that nobody else did, which would otherwise end the process on the spot: what is in
 * flight can still be delivered.
 */
export function onUncaught(): Uncaught {
  const controller = new AbortController();
  const onError = (event: ErrorEvent) => {
    event.preventDefault();
    controller.abort(event.error);
  };
  const onRejection = (event: PromiseRejectionEvent) => {
    event.preventDefault();
    controller.abort(event.reason);
  };
  globalThis.addEventListener("error", onError);
  globalThis.addEventListener("unhandledrejection", onRejection);
  return {
    signal: controller.signal,
    [Symbol.dispose]() {
      globalThis.removeEventListener("error", onError);
      globalThis.removeEventListener("unhandledrejection", onRejection);
    },
  };
}
