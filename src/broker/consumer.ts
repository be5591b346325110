import { Buffer } from "node:buffer";
import { BrokerError } from "./fault.ts";
import type { Message } from "./channel.ts";

const NOTHING = Buffer.alloc(0);

/** What a consumer needs of a channel. */
export interface ConsumerChannel {
  prefetch(count: number): Promise<unknown>;
  consume(
    queue: string,
    take: (message: Message | null) => void,
    options: { consumerTag: string },
  ): Promise<unknown>;
  cancel(consumerTag: string): Promise<unknown>;
  ack(message: Message): void;
}

/** What is consumed, and by whom. */
export interface ConsumerOptions {
  readonly channel: ConsumerChannel;
  readonly queue: string;
  readonly consumerTag: string;
  /** How many messages are handled at once. */
  readonly prefetch: number;
  /** Called in the order of the queue, without waiting for the one before. */
  handle(message: Message): Promise<void>;
  /** Called when a message could not be handled or the broker ended the consumer. */
  fail(reason: unknown): void;
}

/** Takes messages from a queue and acknowledges each once it has been handled. */
export class Consumer {
  readonly #options: ConsumerOptions;
  readonly #inFlight = new Set<Promise<void>>();

  private constructor(options: ConsumerOptions) {
    this.#options = options;
  }

  /** Resolves once the broker has agreed. */
  static async start(options: ConsumerOptions): Promise<Consumer> {
    const { channel, queue, prefetch, consumerTag } = options;
    const consumer = new Consumer(options);
    await channel.prefetch(prefetch);
    await channel.consume(queue, (message) => consumer.#take(message), { consumerTag });
    return consumer;
  }

  /** Takes no more; resolves once what was taken has been handled. Rejects when the channel is closed. */
  async drain(): Promise<void> {
    await this.#options.channel.cancel(this.#options.consumerTag);
    await Promise.all(this.#inFlight);
  }

  #take(message: Message | null): void {
    const { queue, fail } = this.#options;
    if (message === null) {
      fail(new BrokerError("cancelled", `RabbitMQ cancelled the consumer of queue '${queue}'`));
      return;
    }
    const handling = this.#handle(message).catch(fail)
      .finally(() => this.#inFlight.delete(handling));
    this.#inFlight.add(handling);
  }

  // What is acknowledged is the message without its content: the contents of all that are being handled
  // are too much to hold until then.
  #handle(message: Message): Promise<void> {
    const receipt = { ...message, content: NOTHING };
    return this.#options.handle(message).then(() => this.#ack(receipt));
  }

  #ack(receipt: Message): void {
    try {
      this.#options.channel.ack(receipt);
    } catch {
      // The channel was closed meanwhile: the broker hands the message out again.
    }
  }
}
