import type { Buffer } from "node:buffer";
import type { BrokerAddress } from "./address.ts";

// What the sensor uses of an AMQP 0-9-1 client, and all that anything in this folder knows of one: amqp.ts
// alone has the library.

/** How a queue is declared. */
export interface QueueOptions {
  readonly durable?: boolean;
  readonly exclusive?: boolean;
  readonly autoDelete?: boolean;
  /** The most messages it keeps; the oldest go first unless `x-overflow` says otherwise. */
  readonly maxLength?: number;
  readonly arguments?: Readonly<Record<string, unknown>>;
}

/** What a queue was like when the broker answered. */
export interface QueueState {
  /** Those that nobody holds. */
  readonly messageCount: number;
  readonly consumerCount: number;
}

/** What stands beside a message's content. */
export interface PublishOptions {
  readonly persistent?: boolean;
  /** The message comes back, as `return`, where there is no such queue. */
  readonly mandatory?: boolean;
  readonly contentType?: string;
  readonly messageId?: string;
  readonly correlationId?: string;
  /** Unix seconds. */
  readonly timestamp?: number;
  readonly headers?: Readonly<Record<string, unknown>>;
}

/** A message as it comes. What stands beside the content is whatever others wrote. */
export interface Message {
  readonly content: Buffer;
  readonly fields: { readonly deliveryTag: number };
  readonly properties: {
    readonly headers: Readonly<Record<string, unknown>> | undefined;
    readonly correlationId: unknown;
    readonly timestamp: unknown;
  };
}

/** What a channel tells of, with what. */
export interface ChannelEvents {
  /** It was closed for a reason; `close` follows. Without a listener the whole connection ends. */
  readonly error: [error: unknown];
  readonly close: [];
}

/** The same where the broker confirms each message. */
export interface ConfirmChannelEvents extends ChannelEvents {
  /** The message came back; told before it is confirmed. */
  readonly return: [message: Message];
}

/** What a connection tells of, with what. */
export interface ConnectionEvents {
  readonly error: [error?: Error];
  readonly close: [error?: Error];
  /** The broker is short of memory or disk: it takes nothing on this connection for now. */
  readonly blocked: [];
  readonly unblocked: [];
}

/** Is told of an event. */
export type Listener<Events, Name extends keyof Events> = Events[Name] extends
  infer Told extends unknown[] ? (...told: Told) => void : never;

/**
 * A channel. A refused operation rejects with the broker's reply code as `code`, and closes the channel; an
 * operation on a closed one throws. What it holds unacknowledged goes back to its queue when it is closed.
 */
export interface Channel {
  on<E extends keyof ChannelEvents>(event: E, listener: Listener<ChannelEvents, E>): unknown;
  close(): Promise<void>;
  prefetch(count: number): Promise<unknown>;
  assertExchange(
    exchange: string,
    type: "topic",
    options: { readonly durable: boolean },
  ): Promise<unknown>;
  checkExchange(exchange: string): Promise<unknown>;
  assertQueue(queue: string, options: QueueOptions): Promise<QueueState>;
  checkQueue(queue: string): Promise<QueueState>;
  bindQueue(queue: string, exchange: string, key: string): Promise<unknown>;
  unbindQueue(queue: string, exchange: string, key: string): Promise<unknown>;
  purgeQueue(queue: string): Promise<{ readonly messageCount: number }>;
  deleteQueue(
    queue: string,
    options: { readonly ifUnused: boolean; readonly ifEmpty: boolean },
  ): Promise<unknown>;
  /** `take` is called with `null` where the broker cancels the consumer, such as with its queue. */
  consume(
    queue: string,
    take: (message: Message | null) => void,
    options?: {
      readonly consumerTag?: string;
      readonly exclusive?: boolean;
      readonly noAck?: boolean;
    },
  ): Promise<{ readonly consumerTag: string }>;
  cancel(consumerTag: string): Promise<unknown>;
  /** Takes one message, which is held until it is acknowledged. */
  get(queue: string): Promise<Message | false>;
  ack(message: Message): void;
}

/** A channel on which the broker confirms each message. */
export interface ConfirmChannel extends Channel {
  on<E extends keyof ConfirmChannelEvents>(
    event: E,
    listener: Listener<ConfirmChannelEvents, E>,
  ): unknown;
  /** `done` is called without an error once the message is stored. */
  sendToQueue(
    queue: string,
    content: Buffer,
    options: PublishOptions,
    done: (error: unknown) => void,
  ): unknown;
}

/** A connection. */
export interface Connection {
  on<E extends keyof ConnectionEvents>(event: E, listener: Listener<ConnectionEvents, E>): unknown;
  once(event: "close", listener: () => void): unknown;
  createChannel(): Promise<Channel>;
  createConfirmChannel(): Promise<ConfirmChannel>;
  close(): Promise<void>;
}

/** A connection that is open. */
export interface Connected {
  readonly model: Connection;
  /** As agreed with the broker, which may want it shorter than the address says; 0: there is none. */
  readonly heartbeatSeconds: number;
}

/**
 * Opens a connection under a name that the broker shows. Aborting the signal gives the attempt up, and
 * breaks the connection off once it is open. Rejects with the client's error.
 */
export type Connect = (
  to: { readonly address: BrokerAddress; readonly name: string },
  signal: AbortSignal,
) => Promise<Connected>;
