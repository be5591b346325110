import { createServer, type Server } from "node:http";
import { Duplex } from "node:stream";
import { type Address, hostOf } from "../config/address.ts";
import { type Clock, sleep } from "../ground/clock.ts";
import { ExitCode, Fatal } from "../ground/exit.ts";
import { messageOf } from "../ground/error_text.ts";
import { exchange } from "./exchange.ts";
import type { Handler } from "./router.ts";
import { Visitors } from "./visitors.ts";

/** Before another connection is taken, where one could not be. */
const PAUSE_MS = 1000;

/** Serves until it is disposed of. */
export interface AdminServer extends AsyncDisposable {
  /** Where it listens, the port that was free included. */
  readonly url: string;
}

/** Where to serve, and who is told of a connection that cannot be taken. */
export interface ServerOptions {
  readonly address: Address;
  readonly clock: Clock;
  readonly failed: (error: unknown) => void;
}

/** Begins to serve. Throws a {@link Fatal} where nothing can be served. */
export function openServer(options: ServerOptions, handler: Handler): AdminServer {
  const listener = listen(options.address);
  const stop = new AbortController();
  const visitors = new Visitors(options.clock);
  const server = serverOf(handler, visitors, options.failed);
  const listening = letIn(listener, { ...options, server, visitors, signal: stop.signal });
  return {
    url: `http://${hostOf(listener.addr)}`,
    async [Symbol.asyncDispose]() {
      stop.abort();
      listener.close();
      // Not gently: a client that reads slowly must not keep the sensor from ending.
      visitors[Symbol.dispose]();
      server.close();
      await listening;
    },
  };
}

function listen(address: Address): Deno.TcpListener {
  try {
    return Deno.listen(address);
  } catch (error) {
    const text = `Cannot serve health and metrics at http://${hostOf(address)}: ${
      faultOf(error, address)
    }`;
    throw new Fatal(ExitCode.usage, text, { cause: error });
  }
}

function serverOf(
  handler: Handler,
  visitors: Visitors,
  failed: (error: unknown) => void,
): Server {
  const server = createServer((incoming, outgoing) => {
    visitors.asks(incoming.socket);
    // One request a connection: who is let in has one thing to be waited for.
    outgoing.shouldKeepAlive = false;
    exchange(incoming, outgoing, handler).catch(failed);
  });
  server.on("clientError", (_, visitor) => visitor.end("HTTP/1.1 400 Bad Request\r\n\r\n"));
  return server;
}

/**
 * Takes connections and hands them to the server. It does not listen itself: it would never again, where the
 * process has run out of descriptors once.
 */
async function letIn(
  listener: Deno.TcpListener,
  { server, visitors, signal, clock, failed }: ServerOptions & {
    readonly server: Server;
    readonly visitors: Visitors;
    readonly signal: AbortSignal;
  },
): Promise<void> {
  while (!signal.aborted) {
    try {
      const { readable, writable } = await listener.accept();
      const visitor = Duplex.fromWeb({ readable, writable });
      visitor.on("error", () => {/* "close" follows */});
      visitors.enter(visitor);
      server.emit("connection", visitor);
    } catch (error) {
      if (signal.aborted) return;
      failed(error);
      await sleep(clock, PAUSE_MS, signal).catch(() => {/* it is stopping */});
    }
  }
}

function faultOf(error: unknown, address: Address): string {
  if (error instanceof Deno.errors.AddrInUse) return "another program listens there";
  if (error instanceof Deno.errors.NotCapable) {
    return `allow it with --allow-net=${hostOf(address)}`;
  }
  return messageOf(error);
}
