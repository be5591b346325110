import type { ConfirmChannel, Connect, Message } from "../../src/broker/channel.ts";
import { VirtualHost } from "../../src/dev/amqp/virtual_host.ts";
import { ProtocolError } from "../../src/dev/amqp/protocol_error.ts";
import { MemoryConnection, type MemoryNode } from "./memory_connection.ts";

/** What a broker says to its clients when it is stopped. */
const SHUTDOWN = "CONNECTION_FORCED - broker forced connection closure with reason 'shutdown'";
const CONNECTION_FORCED = 320;

/**
 * A broker in the memory of the test, behind the interface that the product has of a client. Its queues and
 * exchanges are those of the sandbox's stand-in, which is compared with RabbitMQ; there is no wire. What one
 * side says reaches the other in microtasks, so that all is quiet once a test has settled.
 */
export class MemoryBroker implements MemoryNode {
  readonly host: VirtualHost = new VirtualHost();
  readonly #connections = new Set<MemoryConnection>();
  /** It refuses whatever is published. */
  isFull = false;
  readonly #outOfReach = new Set<string>();
  #isBlocking = false;

  /** Connects over a link that nothing is ever wrong with. */
  readonly connect: Connect = new MemoryLink(this).connect;

  /** It is short of memory or disk: whoever publishes is stopped. */
  get isBlocking(): boolean {
    return this.#isBlocking;
  }

  /** What it has taken in is the business of nobody here. */
  took(_queue: string, _body: Uint8Array): void {}

  /** A link of its own to this broker, whose faults are the test's. */
  link(): MemoryLink {
    return new MemoryLink(this);
  }

  /** What is to be seen of a queue. */
  queue(name: string): { readonly depth: number; readonly consumers: number } {
    const queue = [...this.host.queues()].find((it) => it.name === name);
    return { depth: queue?.depth ?? 0, consumers: queue?.consumerCount ?? 0 };
  }

  /** A channel of the test's own. */
  async channel(): Promise<ConfirmChannel> {
    return await new MemoryConnection(this).createConfirmChannel();
  }

  /** Stops those who publish from now on, until {@link unblock}. */
  block(): void {
    this.#isBlocking = true;
  }

  /** The end of {@link block}. */
  unblock(): void {
    this.#isBlocking = false;
    for (const connection of this.#connections) connection.unblock();
  }

  /** The node of the cluster that has a queue is down, or up again: the queue is there all the same. */
  setReach(queue: string, isInReach: boolean): void {
    if (isInReach) this.#outOfReach.delete(queue);
    else this.#outOfReach.add(queue);
  }

  /** For the connections: throws a `ProtocolError` 404 where a queue's node is down. */
  assertReach(queue: string): void {
    if (!this.#outOfReach.has(queue)) return;
    const text = `home node 'other@host' of durable queue '${queue}' in vhost '/'`;
    throw new ProtocolError("NOT_FOUND", `${text} is down or inaccessible`);
  }

  /** Ends all connections, as a broker does that is stopped. */
  stop(): void {
    for (const connection of [...this.#connections]) {
      connection.closeByBroker(CONNECTION_FORCED, SHUTDOWN);
    }
  }

  /** For the connections: one has begun. */
  joined(connection: MemoryConnection): void {
    this.#connections.add(connection);
  }

  /** For the connections: one is no more. */
  left(connection: MemoryConnection): void {
    this.#connections.delete(connection);
  }
}

/** Takes all messages out of a queue that nobody holds. */
export async function takeAll(broker: MemoryBroker, queue: string): Promise<Message[]> {
  const channel = await broker.channel();
  const messages: Message[] = [];
  for (let it = await channel.get(queue); it !== false; it = await channel.get(queue)) {
    channel.ack(it);
    messages.push(it);
  }
  await channel.close();
  return messages;
}

/** The way to a broker, which a test may freeze and cut. */
export class MemoryLink {
  readonly #broker: MemoryBroker;
  readonly #connections = new Set<MemoryConnection>();
  #isFrozen = false;
  #thawed = Promise.withResolvers<void>();

  constructor(broker: MemoryBroker) {
    this.#broker = broker;
  }

  readonly connect: Connect = async ({ address }, signal) => {
    const given = Promise.withResolvers<never>();
    given.promise.catch(() => {/* open before */});
    signal.addEventListener("abort", () => given.reject(signal.reason), { once: true });
    while (this.#isFrozen) await Promise.race([this.#thawed.promise, given.promise]);
    signal.throwIfAborted();
    const model = new MemoryConnection(this.#broker);
    this.#connections.add(model);
    model.once("close", () => this.#connections.delete(model));
    signal.addEventListener("abort", () => model.breakOff(signal.reason), { once: true });
    return { model, heartbeatSeconds: address.heartbeatSeconds };
  };

  /** Lets nothing pass either way, of no connection, new or old. */
  freeze(): void {
    if (this.#isFrozen) return;
    this.#isFrozen = true;
    this.#thawed = Promise.withResolvers();
    for (const connection of this.#connections) connection.freeze();
  }

  /** The end of {@link freeze}: what was held back arrives. */
  thaw(): void {
    this.#isFrozen = false;
    this.#thawed.resolve();
    for (const connection of this.#connections) connection.thaw();
  }

  /** Breaks all connections off, as a network does. */
  reset(): void {
    for (const connection of [...this.#connections]) {
      connection.breakOff(Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" }));
    }
  }
}
