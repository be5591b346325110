import { EventEmitter } from "node:events";
import type { Channel, ConfirmChannel, Connection } from "../../src/broker/channel.ts";
import type { VirtualHost } from "../../src/dev/amqp/virtual_host.ts";
import { MemoryChannel } from "./memory_channel.ts";

/** What a connection is to: the broker. */
export interface MemoryNode {
  readonly host: VirtualHost;
  readonly isBlocking: boolean;
  /** It has no room for what is published. */
  readonly isFull: boolean;
  /** A message was taken in. */
  took(queue: string, body: Uint8Array): void;
  assertReach(queue: string): void;
  joined(connection: MemoryConnection): void;
  left(connection: MemoryConnection): void;
}

/** How what is said gets to the other side. */
export interface Wire {
  /** Whether the client is there to say anything. */
  speaks(): boolean;
  toBroker(pass: () => void): void;
  toClient(pass: () => void): void;
}

/** Each message in a microtask of its own. */
const IMMEDIATE: Wire = {
  speaks: () => true,
  toBroker: (pass) => queueMicrotask(pass),
  toClient: (pass) => queueMicrotask(pass),
};

/** What one side has said and the other has not heard yet, in order. */
class Direction {
  readonly #convey: (pass: () => void) => void;
  #waiting: (() => void)[] = [];
  #isHeld = false;

  constructor(convey: (pass: () => void) => void) {
    this.#convey = convey;
  }

  send(heard: () => void): void {
    this.#waiting.push(heard);
    this.#convey(() => this.#pass());
  }

  /** It is heard once more, before everything else. */
  putBack(heard: () => void): void {
    this.#waiting.unshift(heard);
  }

  hold(isHeld: boolean): void {
    this.#isHeld = isHeld;
    for (const _ of this.#waiting) this.#convey(() => this.#pass());
  }

  clear(): void {
    this.#waiting = [];
  }

  #pass(): void {
    if (!this.#isHeld) this.#waiting.shift()?.();
  }
}

/** A connection to a {@link MemoryNode}. */
export class MemoryConnection extends EventEmitter implements Connection {
  readonly owner: symbol = Symbol();
  readonly node: MemoryNode;
  readonly #channels = new Set<MemoryChannel>();
  /** Those that the broker has, which may know nothing of their end. */
  readonly #served = new Set<MemoryChannel>();
  readonly #wire: Wire;
  readonly #toBroker: Direction;
  readonly #toClient: Direction;
  #state: "open" | "closing" | "closed" = "open";
  #isBlocked = false;

  constructor(node: MemoryNode, wire: Wire = IMMEDIATE) {
    super();
    this.node = node;
    this.#wire = wire;
    this.#toBroker = new Direction((pass) => wire.toBroker(pass));
    this.#toClient = new Direction((pass) => wire.toClient(pass));
    node.joined(this);
  }

  async createChannel(): Promise<Channel> {
    return await this.createConfirmChannel();
  }

  async createConfirmChannel(): Promise<ConfirmChannel> {
    if (this.#state !== "open") throw new Error(`Connection ${this.#state}`);
    const channel = new MemoryChannel(this);
    this.#channels.add(channel);
    this.#served.add(channel);
    await channel.open();
    return channel;
  }

  async close(): Promise<void> {
    if (this.#state !== "open") throw new Error(`Connection ${this.#state}`);
    this.#state = "closing";
    // Nobody listens on the other side: it goes without a farewell.
    if (this.#isBlocked) return this.#end(undefined);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.once("close", () => resolve());
    this.say(() => {
      this.#release();
      this.hear(() => this.#end(undefined));
    });
    await promise;
  }

  /** What the client says is heard by the broker, unless the connection ends before. */
  say(heard: () => void): void {
    if (this.#wire.speaks()) this.#toBroker.send(heard);
  }

  /** The same the other way. */
  hear(heard: () => void): void {
    this.#toClient.send(heard);
  }

  /** The broker has got a message while it takes none: it reads that, and all else, after {@link unblock}. */
  block(again: () => void): void {
    this.#isBlocked = true;
    this.#toBroker.hold(true);
    this.#toBroker.putBack(again);
    this.hear(() => this.emit("blocked"));
  }

  /** The end of {@link block}. */
  unblock(): void {
    if (!this.#isBlocked) return;
    this.#isBlocked = false;
    this.#toBroker.hold(false);
    this.hear(() => this.emit("unblocked"));
  }

  /** Lets nothing pass either way. */
  freeze(): void {
    this.#toBroker.hold(true);
    this.#toClient.hold(true);
  }

  /** The end of {@link freeze}. */
  thaw(): void {
    this.#toBroker.hold(this.#isBlocked);
    this.#toClient.hold(false);
  }

  /** Whether the broker takes one of its channels for a consumer of a queue. */
  consumes(queue: string): boolean {
    return this.#served.values().some((channel) => channel.consumes(queue));
  }

  /** The client is no more: the broker hears what was said before, and then of the end. */
  hangUp(): void {
    this.#toBroker.send(() => this.giveUp());
  }

  /** Ends it for the client, who is told why; the broker knows nothing of it until {@link giveUp}. */
  abandon(error: Error): void {
    if (this.#state === "closed") return;
    this.#state = "closed";
    this.#toClient.clear();
    this.emit("error", error);
    for (const channel of [...this.#channels]) channel.end();
    this.emit("close", error);
  }

  /** Ends it for the broker; the client knows nothing of it. */
  giveUp(): void {
    this.#release();
  }

  /** For a channel: the broker's end of it is no more. */
  released(channel: MemoryChannel): void {
    this.#served.delete(channel);
  }

  /** For a channel: it is no more. */
  left(channel: MemoryChannel): void {
    this.#channels.delete(channel);
  }

  /** Ends it at once, both sides, with nothing said about it. */
  breakOff(error: Error): void {
    if (this.#state === "closed") return;
    this.#release();
    const isExpected = this.#state === "closing";
    this.#state = "closing";
    // A socket tells of its end later than those who cause it go on.
    queueMicrotask(() => {
      if (this.#state === "closed") return;
      if (!isExpected) this.emit("error", error);
      this.#end(error);
    });
  }

  /** The broker ends it, and says why. */
  closeByBroker(code: number, text: string): void {
    this.#release();
    this.hear(() => {
      const name = text.split(" ")[0]?.replace("_", "-");
      const message = `Connection closed: ${code} (${name}) with message "${text}"`;
      this.#end(Object.assign(new Error(message), { code }));
    });
  }

  #release(): void {
    this.#toBroker.clear();
    for (const channel of this.#served) channel.release();
    this.node.host.ownerLeft(this.owner);
    this.node.left(this);
  }

  #end(error: Error | undefined): void {
    this.#state = "closed";
    this.#toBroker.clear();
    this.#toClient.clear();
    for (const channel of [...this.#channels]) channel.end();
    this.#release();
    this.emit("close", error);
  }
}
