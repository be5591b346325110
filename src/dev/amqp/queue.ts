import type { Clock } from "../../ground/clock.ts";
import { Backlog, type Entry } from "./backlog.ts";
import type { Death, DeathReason } from "./dead_letter.ts";
import type { FieldTable } from "./field_table.ts";
import type { Message } from "./message.ts";
import { ProtocolError } from "./protocol_error.ts";
import { type QueuePolicy, queuePolicy } from "./queue_arguments.ts";

// A timer of the runtime cannot wait longer than 2^31-1 ms; whoever waits longer looks again.
const LONGEST_ALARM_MS = 86_400_000;

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
  readonly #clock: Clock;
  readonly #onDeath: (death: Death, policy: QueuePolicy) => void;
  readonly #backlog = new Backlog();
  #consumers: Consumer[] = [];
  #exclusive: Consumer | null = null;
  #nextPosition = 0;
  #expiry: Disposable | null = null;
  #isClosed = false;

  constructor(name: string, options: QueueOptions, context: {
    clock: Clock;
    /** Is told of messages that expire, overflow or are rejected. */
    onDeath: (death: Death, policy: QueuePolicy) => void;
  }) {
    this.name = name;
    this.options = options;
    this.policy = queuePolicy(name, options.args);
    this.#clock = context.clock;
    this.#onDeath = context.onDeath;
  }

  /** How many messages wait, those not counted that are handed out and not yet settled. */
  get depth(): number {
    return this.#backlog.size;
  }

  get consumerCount(): number {
    return this.#consumers.length;
  }

  /** Takes in a message; `false` when the queue is full and refuses it. `ttlMs` is the message's own. */
  enqueue(message: Message, ttlMs: number | null): boolean {
    const { maxLength, overflow, messageTtlMs } = this.policy;
    this.#dropExpired();
    const isFull = maxLength !== null && this.depth >= maxLength;
    if (isFull && overflow === "reject-publish") return false;
    const ttl = Math.min(ttlMs ?? Infinity, messageTtlMs ?? Infinity);
    const expiresAt = ttl === Infinity ? null : this.#clock.monotonic() + ttl;
    const position = this.#nextPosition++;
    this.#backlog.push({ message, position, redelivered: false, expiresAt });
    // A message that may not wait at all is still handed out to whoever is ready.
    this.#handOut();
    this.#dropSurplus();
    this.#dropExpired();
    return true;
  }

  /** Takes the oldest message. */
  take(): Entry | undefined {
    this.#dropExpired();
    const entry = this.#backlog.shift();
    this.#awaitExpiry();
    return entry;
  }

  /** Takes messages that were handed out back to where they were. */
  requeue(entries: readonly Entry[]): void {
    if (this.#isClosed) return;
    this.#backlog.putBack(entries.map((entry) => ({ ...entry, redelivered: true })));
    this.#dropSurplus();
    this.pump();
  }

  /** A message that was handed out is not wanted. */
  reject(entry: Entry): void {
    if (!this.#isClosed) this.#bury(entry, "rejected");
  }

  /** Drops all messages that wait and tells how many there were. */
  purge(): number {
    const count = this.#backlog.clear().length;
    this.#awaitExpiry();
    return count;
  }

  /** Adds a consumer; it is given nothing before the next `pump`. Throws a `ProtocolError` 403. */
  addConsumer(consumer: Consumer, exclusive: boolean): void {
    const wantsAlone = exclusive &&
      (this.#consumers.length > 0 || this.policy.singleActiveConsumer);
    if (wantsAlone || this.#exclusive !== null) {
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
    this.#dropExpired();
    this.#handOut();
    this.#awaitExpiry();
  }

  /** Ends the queue and all that was in it. */
  close(): void {
    this.#isClosed = true;
    this.purge();
    for (const consumer of this.#consumers.splice(0)) consumer.cancelled();
  }

  #handOut(): void {
    while (this.#backlog.size > 0) {
      const consumer = this.#nextConsumer();
      const entry = consumer && this.#backlog.shift();
      if (entry === undefined) return;
      consumer?.deliver(entry);
    }
  }

  #nextConsumer(): Consumer | undefined {
    const candidates = this.policy.singleActiveConsumer ? 1 : this.#consumers.length;
    const index = this.#consumers.findIndex((consumer, at) =>
      at < candidates && consumer.isReady()
    );
    const consumer = this.#consumers[index];
    if (consumer !== undefined && candidates > 1) {
      this.#consumers.splice(index, 1);
      this.#consumers.push(consumer);
    }
    return consumer;
  }

  #dropSurplus(): void {
    const { maxLength, overflow } = this.policy;
    if (maxLength === null || overflow !== "drop-head") return;
    while (this.depth > maxLength) this.#buryFirst("maxlen");
  }

  // Only ever from the head: a message that expires behind one that does not has to wait for it.
  #dropExpired(): void {
    const now = this.#clock.monotonic();
    while ((this.#backlog.first()?.expiresAt ?? Infinity) <= now) this.#buryFirst("expired");
    this.#awaitExpiry();
  }

  #awaitExpiry(): void {
    this.#expiry?.[Symbol.dispose]();
    this.#expiry = null;
    const expiresAt = this.#backlog.first()?.expiresAt ?? null;
    if (expiresAt === null) return;
    const delayMs = Math.min(LONGEST_ALARM_MS, Math.ceil(expiresAt - this.#clock.monotonic()));
    this.#expiry = this.#clock.alarm(delayMs, () => this.#dropExpired());
  }

  #buryFirst(reason: DeathReason): void {
    const entry = this.#backlog.shift();
    if (entry !== undefined) this.#bury(entry, reason);
  }

  #bury({ message }: Entry, reason: DeathReason): void {
    this.#onDeath({ message, queue: this.name, reason }, this.policy);
  }
}
