import { Buffer } from "node:buffer";
import amqp, { type ChannelModel, type ConfirmChannel, type Options } from "amqplib";
import { systemClock } from "../../ground/clock.ts";
import type { Publish } from "./messages.ts";

/** Where messages go. */
export interface AmqpPublisherOptions {
  readonly url: string;
  readonly exchange: string;
}

const CONNECT_TIMEOUT_MS = 5000;

/**
 * Publishes to a durable topic exchange of RabbitMQ, each message confirmed. A message that cannot be
 * published fails; the next one tries a new connection.
 */
export class AmqpPublisher implements AsyncDisposable {
  readonly #options: AmqpPublisherOptions;
  #model: ChannelModel | null = null;
  #channel: Promise<ConfirmChannel> | null = null;

  constructor(options: AmqpPublisherOptions) {
    this.#options = options;
  }

  /** Resolves when the broker has the message. */
  readonly publish: Publish = async (routingKey, message) => {
    const channel = await (this.#channel ??= this.#open());
    const body = Buffer.from(JSON.stringify(message));
    const confirmed = Promise.withResolvers<void>();
    channel.publish(this.#options.exchange, routingKey, body, properties(message), (problem) => {
      if (problem) confirmed.reject(problem);
      else confirmed.resolve();
    });
    await confirmed.promise;
  };

  /** Closes the connection. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#channel = null;
    await this.#model?.close().catch(() => {}); // already closed
  }

  async #open(): Promise<ConfirmChannel> {
    try {
      const model = await amqp.connect(this.#options.url, {
        noDelay: true,
        timeout: CONNECT_TIMEOUT_MS,
      });
      model.on("error", () => {}); // "close" follows
      model.on("close", () => this.#channel = null);
      this.#model = model;
      const channel = await model.createConfirmChannel();
      channel.on("error", () => {}); // "close" follows
      channel.on("close", () => this.#channel = null);
      await channel.assertExchange(this.#options.exchange, "topic", { durable: true });
      return channel;
    } catch (cause) {
      this.#channel = null;
      throw cause;
    }
  }
}

function properties(message: Parameters<Publish>[1]): Options.Publish {
  const { message_id: messageId, correlation_id: correlationId } = message;
  return {
    persistent: true,
    contentType: "application/json",
    timestamp: Math.floor(systemClock.now() / 1000),
    // The native form has neither.
    ...(typeof messageId === "string" ? { messageId } : {}),
    ...(typeof correlationId === "string" ? { correlationId } : {}),
  };
}
