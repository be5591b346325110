/** How many ports there are in a row. */
const BLOCK = 32;
/** Below the ephemeral ports, for one of those may become anybody's connection at any time. */
const FROM = 10_240;
const BLOCKS = 688;

/**
 * Takes 32 ports in a row that nobody listens on; all but the last are for the caller's use. That one
 * stays taken until the result is disposed of, so that no other suite takes the same ports.
 */
export function takePorts(hostname: string): Disposable & { readonly first: number } {
  const listen = (port: number) => tryToListen(hostname, port);
  for (let tries = 0; tries < BLOCKS; tries++) {
    const first = FROM + Math.floor(Math.random() * BLOCKS) * BLOCK;
    const last = listen(first + BLOCK - 1);
    if (last === null) continue;
    const others = Array.from({ length: BLOCK - 1 }, (_, index) => listen(first + index));
    for (const listener of others) listener?.close();
    if (!others.includes(null)) return { first, [Symbol.dispose]: () => last.close() };
    last.close();
  }
  throw new Error("No ports are free");
}

function tryToListen(hostname: string, port: number): Deno.TcpListener | null {
  try {
    return Deno.listen({ hostname, port });
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) return null;
    throw error;
  }
}
