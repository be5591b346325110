import { Backlog, type Entry } from "./backlog.ts";
import type { FieldTable } from "./field_table.ts";
import type { Message } from "./message.ts";
import { ProtocolError } from "./protocol_error.ts";
import { type QueuePolicy, queuePolicy } from "./queue_arguments.ts";

/** Stands for one connection, to which exclusive queues belong. */
export type Owner = symbol;

/** What a queue is declared as. */
export interface QueueOptions {
  readonly durable: boolean;
  readonly autoDelete: boolean;
  /** The connection that alone may use it; `null` for all. */
  readonly owner: Owner | null;
  readonly args: FieldTable;
}

/** One who is given a queue's messages. */
export interface Consumer {
  /** Whether it may be given another message now. */
  isReady(): boolean;
  deliver(entry: Entry): void;
  /** The queue is no more. */
  cancelled(): void;
}

/** Messages in order, handed to consumers in turn. */
export class Queue {
  readonly name: string;
  readonly options: QueueOptions;
  readonly policy: QueuePolicy;
  readonly #backlog = new Backlog();
  #consumers: Consumer[] = [];
  #exclusive: Consumer | null = null;
  #nextPosition = 0;
  #isClosed = false;

  constructor(name: string, options: QueueOptions) {
    this.name = name;
    this.options = options;
    this.policy = queuePolicy(name, options.args);
  }

  /** How many messages wait, those not counted that are handed out and not yet settled. */
  get depth(): number {
    return this.#backlog.size;
  }

  get consumerCount(): number {
    return this.#consumers.length;
  }

  /** Takes in a message; `false` when the queue is full and refuses it. */
  enqueue(message: Message): boolean {
    const { maxLength, overflow } = this.policy;
    const isFull = maxLength !== null && this.depth >= maxLength;
    if (isFull && overflow === "reject-publish") return false;
    const position = this.#nextPosition++;
    this.#backlog.push({ message, position, redelivered: false });
    // One that the queue has no room for is still handed out to whoever is ready.
    this.pump();
    this.#dropSurplus();
    return true;
  }

  /** Takes the oldest message. */
  take(): Entry | undefined {
    return this.#backlog.shift();
  }

  /** Takes messages that were handed out back to where they were. */
  requeue(entries: readonly Entry[]): void {
    if (this.#isClosed) return;
    this.#backlog.putBack(entries.map((entry) => ({ ...entry, redelivered: true })));
    this.#dropSurplus();
    this.pump();
  }

  /** Drops all messages that wait and tells how many there were. */
  purge(): number {
    return this.#backlog.clear().length;
  }

  /** Adds a consumer; it is given nothing before the next `pump`. Throws a `ProtocolError` 403. */
  addConsumer(consumer: Consumer, exclusive: boolean): void {
    if ((exclusive && this.#consumers.length > 0) || this.#exclusive !== null) {
      throw new ProtocolError(
        "ACCESS_REFUSED",
        `queue '${this.name}' in vhost '/' in exclusive use`,
      );
    }
    if (exclusive) this.#exclusive = consumer;
    this.#consumers.push(consumer);
  }

  /** Removes a consumer; the others are given nothing before the next `pump`. */
  removeConsumer(consumer: Consumer): void {
    this.#consumers = this.#consumers.filter((other) => other !== consumer);
    if (this.#exclusive === consumer) this.#exclusive = null;
  }

  /** Hands out what waits, as far as consumers are ready. */
  pump(): void {
    while (this.#backlog.size > 0) {
      const consumer = this.#nextConsumer();
      const entry = consumer && this.#backlog.shift();
      if (entry === undefined) return;
      consumer?.deliver(entry);
    }
  }

  /** Ends the queue and all that was in it. */
  close(): void {
    this.#isClosed = true;
    this.purge();
    for (const consumer of this.#consumers.splice(0)) consumer.cancelled();
  }

  #nextConsumer(): Consumer | undefined {
    const index = this.#consumers.findIndex((consumer) => consumer.isReady());
    const consumer = this.#consumers[index];
    if (consumer !== undefined) {
      this.#consumers.splice(index, 1);
      this.#consumers.push(consumer);
    }
    return consumer;
  }

  #dropSurplus(): void {
    const { maxLength, overflow } = this.policy;
    if (maxLength === null || overflow !== "drop-head") return;
    while (this.depth > maxLength) this.#backlog.shift();
  }
}
