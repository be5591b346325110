/** Runs something and tells how many microseconds it took. */
export function timed<T>(run: () => T): { readonly result: T; readonly us: number } {
  const start = performance.now();
  const result = run();
  return { result, us: (performance.now() - start) * 1000 };
}
