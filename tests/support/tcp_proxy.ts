import net from "node:net";

const LOOPBACK = "127.0.0.1";
/** Not an ephemeral port, for it has to be free again after the proxy has refused connections. */
const PORTS = { from: 10_240, to: 32_256 } as const;

/**
 * A TCP proxy on the loopback that does to connections what networks do. Made of `node:net`, because
 * Deno's own sockets cannot reset a connection.
 */
export class TcpProxy implements AsyncDisposable {
  readonly #upstreamPort: number;
  /** The sockets of either side with their opposite; one that hangs has none. */
  readonly #opposites = new Map<net.Socket, net.Socket | null>();
  #server: net.Server | null = null;
  #port = 0;
  #isFrozen = false;
  #isHanging = false;
  #accepted = 0;

  private constructor(upstreamPort: number) {
    this.#upstreamPort = upstreamPort;
  }

  /** Starts a proxy that passes everything on to a port of the loopback. */
  static async start(upstreamPort: number): Promise<TcpProxy> {
    const proxy = new TcpProxy(upstreamPort);
    while (proxy.#server === null) {
      proxy.#port = PORTS.from + Math.floor(Math.random() * (PORTS.to - PORTS.from));
      await proxy.pass().catch(() => {/* somebody has that port */});
    }
    return proxy;
  }

  get port(): number {
    return this.#port;
  }

  /** How many connections were accepted so far. */
  get accepted(): number {
    return this.#accepted;
  }

  /** The end of {@link refuse} and {@link hang}: new connections are passed on. */
  async pass(): Promise<void> {
    this.#isHanging = false;
    if (this.#server !== null) return;
    const server = net.createServer({ pauseOnConnect: true }, (client) => this.#accept(client));
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    server.once("error", reject);
    server.listen(this.#port, LOOPBACK, resolve);
    await promise;
    this.#server = server;
  }

  /** Resets what is connected and refuses new connections. */
  async refuse(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    const closed = new Promise<void>((resolve) => server?.close(() => resolve()) ?? resolve());
    await this.reset();
    await closed;
  }

  /** Accepts new connections without a word; those that are open stay as they are. */
  hang(): void {
    this.#isHanging = true;
  }

  /** Lets no byte pass either way, of no connection, new or old: a link that swallows everything. */
  freeze(): void {
    this.#isFrozen = true;
    for (const socket of this.#opposites.keys()) socket.pause();
  }

  /** The end of {@link freeze}: what was held back arrives. */
  thaw(): void {
    this.#isFrozen = false;
    for (const [socket, opposite] of this.#opposites) if (opposite !== null) socket.resume();
  }

  /** Ends all connections with a TCP reset. */
  async reset(): Promise<void> {
    const closed = [...this.#opposites.keys()].map((socket) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      socket.once("close", () => resolve());
      socket.resetAndDestroy();
      return promise;
    });
    await Promise.all(closed);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.refuse();
  }

  #accept(client: net.Socket): void {
    this.#accepted++;
    if (this.#isHanging) return this.#adopt(client, null);
    const upstream = net.connect(this.#upstreamPort, LOOPBACK);
    this.#adopt(client, upstream);
    this.#adopt(upstream, client);
    if (!this.#isFrozen) client.resume();
    else upstream.pause();
  }

  #adopt(socket: net.Socket, opposite: net.Socket | null): void {
    this.#opposites.set(socket, opposite);
    socket.setNoDelay(true);
    socket.on("error", () => {/* "close" follows */});
    socket.on("close", () => {
      this.#opposites.delete(socket);
      opposite?.destroy();
    });
    if (opposite === null) return;
    socket.on("data", (bytes) => {
      if (!opposite.write(bytes)) socket.pause();
    });
    opposite.on("drain", () => {
      if (!this.#isFrozen) socket.resume();
    });
  }
}
