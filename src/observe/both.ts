/**
 * A listener that tells two: `first`, then of the same `second`, as far as each wants to hear. Made once,
 * so that an event costs two calls and nothing more.
 */
export function both<T extends object>(first: T, second: Partial<NoInfer<T>> | undefined): T {
  const merged = { ...first };
  for (const [name, also] of Object.entries(second ?? {})) {
    const tell: unknown = Reflect.get(first, name);
    const value = typeof tell !== "function" || typeof also !== "function"
      ? also
      : (...args: unknown[]): void => {
        tell(...args);
        also(...args);
      };
    Object.defineProperty(merged, name, { value, enumerable: true });
  }
  return merged;
}
