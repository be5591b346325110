import { Exchange, type ExchangeOptions } from "./exchange.ts";
import type { Message } from "./message.ts";
import { ProtocolError, ReplyCode } from "./protocol_error.ts";
import { assertSameArguments } from "./queue_arguments.ts";
import { type Owner, Queue, type QueueOptions } from "./queue.ts";

const RESERVED_PREFIX = "amq.";

/** What became of a message that was published. */
export interface Outcome {
  /** Whether any queue was there for it. */
  readonly isRouted: boolean;
  /** Whether every such queue took it. */
  readonly isAccepted: boolean;
}

/** A queue to be deleted, unless it is in use or holds messages. */
export interface Deletion {
  readonly queue: string;
  readonly ifUnused: boolean;
  readonly ifEmpty: boolean;
}

/** What binds a queue to an exchange. */
export interface Binding {
  readonly queue: string;
  readonly exchange: string;
  readonly routingKey: string;
}

/**
 * The exchanges and queues of virtual host `/`, the only one. They live in memory and die with the
 * process, durable or not.
 */
export class VirtualHost implements Disposable {
  readonly #exchanges = new Map<string, Exchange>();
  readonly #queues = new Map<string, Queue>();

  constructor() {
    for (const type of ["direct", "fanout", "topic"] as const) {
      const name = `${RESERVED_PREFIX}${type}`;
      this.#exchanges.set(name, new Exchange(name, { type, durable: true, autoDelete: false }));
    }
  }

  /** All queues there are. */
  queues(): Iterable<Queue> {
    return this.#queues.values();
  }

  /** An exchange by its name. Throws a `ProtocolError` 404, or 403 for the default exchange. */
  exchange(name: string): Exchange {
    assertNotDefault(name);
    const exchange = this.#exchanges.get(name);
    if (exchange === undefined) {
      throw new ProtocolError("NOT_FOUND", `no exchange '${name}' in vhost '/'`);
    }
    return exchange;
  }

  /** Declares an exchange. Throws a `ProtocolError`: 403, or 406 where it exists as another one. */
  declareExchange(name: string, options: ExchangeOptions): void {
    assertNotDefault(name);
    const current = this.#exchanges.get(name);
    if (current === undefined) {
      assertNotReserved("exchange", name);
      this.#exchanges.set(name, new Exchange(name, options));
      return;
    }
    const place = `exchange '${name}' in vhost '/'`;
    assertSame("type", place, options.type, current.options.type);
    assertSame("durable", place, options.durable, current.options.durable);
    assertSame("auto_delete", place, options.autoDelete, current.options.autoDelete);
  }

  /** Deletes an exchange if it is there. Throws a `ProtocolError`: 403 or 406. */
  deleteExchange(name: string, ifUnused: boolean): void {
    assertNotDefault(name);
    if (name.startsWith(RESERVED_PREFIX)) {
      throw new ProtocolError(
        "ACCESS_REFUSED",
        `deletion of system exchange '${name}' in vhost '/' not allowed`,
      );
    }
    if (ifUnused && this.#exchanges.get(name)?.isUsed) {
      throw new ProtocolError("PRECONDITION_FAILED", `exchange '${name}' in vhost '/' in use`);
    }
    this.#exchanges.delete(name);
  }

  /** A queue by its name. Throws a `ProtocolError`: 404, or 405 where it is another's own. */
  queue(name: string, asking: Owner): Queue {
    const queue = this.#queues.get(name);
    if (queue === undefined) {
      throw new ProtocolError("NOT_FOUND", `no queue '${name}' in vhost '/'`);
    }
    const { owner } = queue.options;
    if (owner !== null && owner !== asking) throw locked(name);
    return queue;
  }

  /**
   * Declares a queue; an empty name is replaced by a new one. Throws a `ProtocolError`: 403, 405, or 406
   * where it exists as another one.
   */
  declareQueue(name: string, options: QueueOptions, asking: Owner): Queue {
    const current = this.#queues.get(name);
    if (current === undefined) {
      if (name !== "") assertNotReserved("queue", name);
      const chosen = name === "" ? `${RESERVED_PREFIX}gen-${crypto.randomUUID()}` : name;
      const queue = new Queue(chosen, options);
      this.#queues.set(chosen, queue);
      return queue;
    }
    const { owner, durable, autoDelete, args } = this.queue(name, asking).options;
    if (owner !== options.owner) throw locked(name);
    const place = `queue '${name}' in vhost '/'`;
    assertSame("durable", place, options.durable, durable);
    assertSame("auto_delete", place, options.autoDelete, autoDelete);
    assertSameArguments(name, options.args, args);
    return current;
  }

  /** Deletes a queue with all that is in it and tells how many messages that were. */
  deleteQueue(queue: Queue): number {
    const { depth } = queue;
    this.#queues.delete(queue.name);
    for (const exchange of this.#exchanges.values()) {
      if (exchange.unbindAll(queue)) this.#deleteIfSpent(exchange);
    }
    queue.close();
    return depth;
  }

  /** Deletes a queue if it is there. Throws a `ProtocolError`: 405, or 406 where it is not to be. */
  deleteQueueIf({ queue: name, ifUnused, ifEmpty }: Deletion, asking: Owner): number {
    const queue = unlessMissing(() => this.queue(name, asking));
    if (queue === null) return 0;
    const refuse = (state: string) =>
      new ProtocolError("PRECONDITION_FAILED", `queue '${name}' in vhost '/' ${state}`);
    if (ifUnused && queue.consumerCount > 0) throw refuse("in use");
    if (ifEmpty && queue.depth > 0) throw refuse("not empty");
    return this.deleteQueue(queue);
  }

  /** Takes a binding back if it is there, and what it binds. */
  unbind({ queue: name, exchange: from, routingKey }: Binding, asking: Owner): void {
    unlessMissing(() => {
      const queue = this.queue(name, asking);
      const exchange = this.exchange(from);
      if (exchange.unbind(queue, routingKey)) this.#deleteIfSpent(exchange);
    });
  }

  /** Consumers of a queue went: it goes too if it was declared so. */
  consumersLeft(queue: Queue): void {
    const isSpent = queue.options.autoDelete && queue.consumerCount === 0;
    if (isSpent && this.#queues.get(queue.name) === queue) this.deleteQueue(queue);
  }

  /** A connection went: its own queues go too. */
  ownerLeft(owner: Owner): void {
    for (const queue of [...this.#queues.values()]) {
      if (queue.options.owner === owner) this.deleteQueue(queue);
    }
  }

  /** Publishes a message. Throws a `ProtocolError` 404. */
  publish(message: Message): Outcome {
    const queues = this.#route(message);
    const accepted = queues.filter((queue) => queue.enqueue(message));
    return { isRouted: queues.length > 0, isAccepted: accepted.length === queues.length };
  }

  [Symbol.dispose](): void {
    for (const queue of this.#queues.values()) queue.close();
    this.#queues.clear();
  }

  #route({ exchange, routingKey }: Message): Queue[] {
    if (exchange !== "") return this.exchange(exchange).route(routingKey);
    const queue = this.#queues.get(routingKey);
    return queue === undefined ? [] : [queue];
  }

  #deleteIfSpent(exchange: Exchange): void {
    if (exchange.options.autoDelete && !exchange.isUsed) this.#exchanges.delete(exchange.name);
  }
}

function assertNotDefault(exchange: string): void {
  if (exchange !== "") return;
  throw new ProtocolError(
    "ACCESS_REFUSED",
    "operation not permitted on the default exchange",
  );
}

function assertNotReserved(what: "exchange" | "queue", name: string): void {
  if (!name.startsWith(RESERVED_PREFIX)) return;
  throw new ProtocolError(
    "ACCESS_REFUSED",
    `${what} name '${name}' contains reserved prefix '${RESERVED_PREFIX}*'`,
  );
}

function assertSame<T>(what: string, place: string, received: T, current: T): void {
  if (received === current) return;
  throw new ProtocolError(
    "PRECONDITION_FAILED",
    `inequivalent arg '${what}' for ${place}: received '${received}' but current is '${current}'`,
  );
}

function locked(queue: string): ProtocolError {
  return new ProtocolError(
    "RESOURCE_LOCKED",
    `cannot obtain exclusive access to locked queue '${queue}' in vhost '/'. It could be originally ` +
      "declared on another connection or the exclusive property value does not match that of the " +
      "original declaration.",
  );
}

function unlessMissing<T>(act: () => T): T | null {
  try {
    return act();
  } catch (error) {
    if (error instanceof ProtocolError && error.code === ReplyCode.NOT_FOUND) return null;
    throw error;
  }
}
