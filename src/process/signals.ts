/** The exit code of a process that a signal ended: 128 and the signal's number. */
const SIGNALS: readonly (readonly [Deno.Signal, number])[] = Deno.build.os === "windows"
  ? [["SIGINT", 130], ["SIGBREAK", 149]]
  : [["SIGINT", 130], ["SIGTERM", 143]];

/** A request to stop, as an abort signal; dispose of it to stop listening. */
export interface ShutdownRequest extends Disposable {
  readonly signal: AbortSignal;
}

/** Turns the first SIGINT or SIGTERM into an abort; the second one ends the process at once. */
export function shutdownOnSignal(): ShutdownRequest {
  const controller = new AbortController();
  const stack = new DisposableStack();
  for (const [name, exitCode] of SIGNALS) {
    const listener = () => {
      if (controller.signal.aborted) Deno.exit(exitCode);
      controller.abort(new Error(`Received ${name}`));
    };
    Deno.addSignalListener(name, listener);
    stack.defer(() => Deno.removeSignalListener(name, listener));
  }
  return { signal: controller.signal, [Symbol.dispose]: () => stack.dispose() };
}
