import { createServer, type Server, type Socket } from "node:net";

/** Where to listen. */
export interface ListenerOptions {
  /** Any IP address or name of this machine. */
  readonly hostname: string;
  /** 0: a free one. */
  readonly port: number;
  readonly onConnection: (socket: Socket) => void;
}

// Below the ports from which connections are made: nobody takes ours while the listener is down.
const FREE_PORTS_FROM = 20_000;
const FREE_PORTS = 10_000;
const MAX_TRIES = 20;

/**
 * A TCP listener that can go down, cutting every connection, and come up again on the same port. Of
 * `node:net`, because only its sockets can be reset: neither those of `Deno.listen` nor `Deno.serve` can.
 */
export class Listener implements AsyncDisposable {
  readonly #options: ListenerOptions;
  readonly #sockets = new Set<Socket>();
  #server: Server | null = null;
  #port = 0;

  private constructor(options: ListenerOptions) {
    this.#options = options;
  }

  /** A listener that is up. */
  static async open(options: ListenerOptions): Promise<Listener> {
    const listener = new Listener(options);
    await listener.#listenSomewhere();
    return listener;
  }

  /** The port, which stays the same while the listener is down. */
  get port(): number {
    return this.#port;
  }

  /** Comes up again. Does nothing when it is up. */
  async up(): Promise<void> {
    if (this.#server !== null) return;
    await this.#listen(this.#port);
  }

  /** Refuses connections and cuts the present ones. Does nothing when it is down. */
  async down(): Promise<void> {
    const server = this.#server;
    if (server === null) return;
    this.#server = null;
    const closed = Promise.withResolvers<void>();
    server.close(() => closed.resolve());
    for (const socket of this.#sockets) socket.destroy();
    await closed.promise;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.down();
  }

  async #listenSomewhere(): Promise<void> {
    const { port } = this.#options;
    if (port !== 0) return await this.#listen(port);
    for (let tries = 1;; tries++) {
      try {
        return await this.#listen(FREE_PORTS_FROM + Math.floor(Math.random() * FREE_PORTS));
      } catch (cause) {
        if (tries === MAX_TRIES) throw cause;
      }
    }
  }

  async #listen(port: number): Promise<void> {
    const server = createServer({ noDelay: true }, (socket) => {
      this.#sockets.add(socket);
      socket.on("close", () => this.#sockets.delete(socket));
      this.#options.onConnection(socket);
    });
    const listening = Promise.withResolvers<void>();
    server.once("error", listening.reject);
    server.listen(port, this.#options.hostname, () => listening.resolve());
    await listening.promise;
    this.#server = server;
    this.#port = port;
  }
}
