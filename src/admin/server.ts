import { type Address, hostOf } from "../config/address.ts";
import { ExitCode, Fatal } from "../ground/exit.ts";
import { messageOf } from "../ground/error_text.ts";
import type { Handler } from "./router.ts";

/** Serves until it is disposed of. */
export interface AdminServer extends AsyncDisposable {
  /** Where it listens, the port that was free included. */
  readonly url: string;
}

/** Begins to serve. Throws a {@link Fatal} where nothing can be served. */
export function openServer(address: Address, handler: Handler): AdminServer {
  const stop = new AbortController();
  const server = listen(address, handler, stop.signal);
  return {
    url: `http://${hostOf(server.addr)}`,
    async [Symbol.asyncDispose]() {
      // Not gently: a client that reads slowly must not keep the sensor from ending.
      stop.abort();
      await server.finished;
    },
  };
}

function listen(
  address: Address,
  handler: Handler,
  signal: AbortSignal,
): Deno.HttpServer<Deno.NetAddr> {
  try {
    // Otherwise it prints lines of its own: that it listens, and that a client was cut off.
    const onError = () => new Response(null, { status: 500 });
    return Deno.serve({ ...address, signal, onListen: () => {}, onError }, handler);
  } catch (error) {
    const text = `Cannot serve health and metrics at http://${hostOf(address)}: ${
      faultOf(error, address)
    }`;
    throw new Fatal(ExitCode.usage, text, { cause: error });
  }
}

function faultOf(error: unknown, address: Address): string {
  if (error instanceof Deno.errors.AddrInUse) return "another program listens there";
  if (error instanceof Deno.errors.NotCapable) {
    return `allow it with --allow-net=${hostOf(address)}`;
  }
  return messageOf(error);
}
