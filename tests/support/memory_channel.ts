import type { Buffer } from "node:buffer";
import { EventEmitter } from "node:events";
import type {
  ConfirmChannel,
  Message,
  PublishOptions,
  QueueOptions,
  QueueState,
} from "../../src/broker/channel.ts";
import { Deliveries, type Handout } from "../../src/dev/amqp/deliveries.ts";
import { ProtocolError } from "../../src/dev/amqp/protocol_error.ts";
import type { Queue } from "../../src/dev/amqp/queue.ts";
import type { MemoryConnection } from "./memory_connection.ts";
import { argumentsOf, messageFrom, propertiesOf } from "./memory_message.ts";

type Take = (message: Message | null) => void;

/** A channel of a {@link MemoryConnection}: the client's end, and the broker's. */
export class MemoryChannel extends EventEmitter implements ConfirmChannel {
  readonly #connection: MemoryConnection;
  readonly #deliveries: Deliveries;
  readonly #consumers = new Map<string, Take>();
  /** What the broker has them consume, by their tags. */
  readonly #consumed = new Map<string, string>();
  /** Operations without an answer, in order. */
  readonly #asked = new Set<(error: Error) => void>();
  /** Messages that are not confirmed, in order. */
  readonly #unconfirmed = new Set<(error: unknown) => void>();
  #state: "open" | "closing" | "closed" = "open";
  /** The broker's end of it is no more. */
  #isReleased = false;

  constructor(connection: MemoryConnection) {
    super();
    this.#connection = connection;
    this.#deliveries = new Deliveries(connection.node.host, {
      deliver: (tag, handout) => this.#tell(tag, () => messageOf(handout)),
      cancelled: (tag) => this.#tell(tag, () => null),
    });
  }

  /** For the connection: makes it known to the broker. */
  async open(): Promise<void> {
    await this.#ask("ChannelOpen", () => {});
  }

  async close(): Promise<void> {
    const closed = this.#ask("ChannelClose", () => this.release());
    this.#state = "closing";
    await closed;
    this.end();
  }

  async prefetch(count: number): Promise<void> {
    await this.#ask("BasicQos", () => this.#deliveries.limit(count, false));
  }

  async assertExchange(
    exchange: string,
    type: "topic",
    { durable }: { readonly durable: boolean },
  ): Promise<void> {
    await this.#ask("ExchangeDeclare", () => {
      this.#host.declareExchange(exchange, { type, durable, autoDelete: false });
    });
  }

  async checkExchange(exchange: string): Promise<void> {
    await this.#ask("ExchangeDeclare", () => void this.#host.exchange(exchange));
  }

  async assertQueue(name: string, options: QueueOptions): Promise<QueueState> {
    const { durable = true, exclusive = false, autoDelete = false } = options;
    const { owner } = this.#connection;
    return await this.#ask("QueueDeclare", () => {
      this.#connection.node.assertReach(name);
      const declared = {
        durable: durable && !exclusive,
        autoDelete,
        owner: exclusive ? owner : null,
        args: argumentsOf(options),
      };
      return stateOf(this.#host.declareQueue(name, declared, owner));
    });
  }

  async checkQueue(queue: string): Promise<QueueState> {
    return await this.#ask("QueueDeclare", () => stateOf(this.#queue(queue)));
  }

  async bindQueue(queue: string, exchange: string, key: string): Promise<void> {
    await this.#ask("QueueBind", () => this.#host.exchange(exchange).bind(this.#queue(queue), key));
  }

  async unbindQueue(queue: string, exchange: string, routingKey: string): Promise<void> {
    const binding = { queue, exchange, routingKey };
    await this.#ask("QueueUnbind", () => this.#host.unbind(binding, this.#connection.owner));
  }

  async purgeQueue(queue: string): Promise<{ messageCount: number }> {
    return await this.#ask("QueuePurge", () => ({ messageCount: this.#queue(queue).purge() }));
  }

  async deleteQueue(
    queue: string,
    options: { readonly ifUnused: boolean; readonly ifEmpty: boolean },
  ): Promise<{ messageCount: number }> {
    return await this.#ask("QueueDelete", () => {
      const deletion = { queue, ...options };
      return { messageCount: this.#host.deleteQueueIf(deletion, this.#connection.owner) };
    });
  }

  async consume(
    name: string,
    take: Take,
    options: { consumerTag?: string; exclusive?: boolean; noAck?: boolean } = {},
  ): Promise<{ consumerTag: string }> {
    const { consumerTag = "", exclusive = false, noAck = false } = options;
    return await this.#ask("BasicConsume", () => {
      const queue = this.#queue(name);
      const tag = this.#deliveries.consume(queue, { consumerTag, exclusive, noAck });
      this.#consumers.set(tag, take);
      this.#consumed.set(tag, name);
      // After the answer, as the broker does.
      this.#connection.say(() => this.#isReleased || queue.pump());
      return { consumerTag: tag };
    });
  }

  async cancel(consumerTag: string): Promise<void> {
    await this.#ask("BasicCancel", () => {
      this.#consumed.delete(consumerTag);
      this.#deliveries.cancel(consumerTag);
    });
    this.#consumers.delete(consumerTag);
  }

  async get(queue: string): Promise<Message | false> {
    return await this.#ask("BasicGet", () => {
      const handout = this.#deliveries.get(this.#queue(queue), false);
      return handout !== null && messageOf(handout);
    });
  }

  ack({ fields: { deliveryTag } }: Message): void {
    this.#assertOpen();
    this.#say(() => this.#deliveries.settle(deliveryTag, false, "ack"));
  }

  sendToQueue(
    queue: string,
    content: Buffer,
    options: PublishOptions,
    done: (error: unknown) => void,
  ): boolean {
    this.#assertOpen();
    this.#unconfirmed.add(done);
    const publish = () => {
      if (this.#connection.node.isBlocking) return this.#connection.block(publish);
      if (!this.#isReleased) this.#publish(queue, content, options, done);
    };
    this.#connection.say(publish);
    return true;
  }

  /** Whether the broker takes it for a consumer of a queue. */
  consumes(queue: string): boolean {
    return this.#consumed.values().some((it) => it === queue);
  }

  /** For the connection: the broker's end of it is no more. */
  release(): void {
    if (this.#isReleased) return;
    this.#isReleased = true;
    this.#consumed.clear();
    this.#connection.released(this);
    this.#deliveries[Symbol.dispose]();
  }

  /** For the connection: the client's end of it is no more. */
  end(): void {
    if (this.#state === "closed") return;
    this.#state = "closed";
    this.#connection.left(this);
    for (const reject of this.#asked) {
      reject(new Error("Channel ended, no reply will be forthcoming"));
    }
    for (const done of this.#unconfirmed) done(new Error("channel closed"));
    this.emit("close");
  }

  get #host() {
    return this.#connection.node.host;
  }

  #queue(name: string): Queue {
    this.#connection.node.assertReach(name);
    return this.#host.queue(name, this.#connection.owner);
  }

  #assertOpen(): void {
    if (this.#state !== "open") throw new Error(`Channel ${this.#state}`);
  }

  /** Has the broker do something, and resolves with its answer. */
  async #ask<T>(method: string, act: () => T): Promise<T> {
    this.#assertOpen();
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    this.#asked.add(reject);
    this.#say(() => {
      const answer = act();
      this.#connection.hear(() => {
        this.#asked.delete(reject);
        resolve(answer);
      });
    }, (error) => {
      this.#asked.delete(reject);
      reject(refusal(`Operation failed: ${method};`, error));
    });
    return await promise;
  }

  #say(act: () => void, refused: (error: ProtocolError) => void = () => {}): void {
    this.#connection.say(() => {
      if (this.#isReleased) return;
      try {
        act();
      } catch (error) {
        if (!(error instanceof ProtocolError)) throw error;
        if (!error.isSoft) return this.#connection.closeByBroker(error.code, error.message);
        this.release();
        this.#connection.hear(() => {
          refused(error);
          this.emit("error", refusal("Channel closed by server:", error));
          this.end();
        });
      }
    });
  }

  #publish(
    queue: string,
    content: Buffer,
    options: PublishOptions,
    done: (error: unknown) => void,
  ): void {
    const message = {
      exchange: "",
      routingKey: queue,
      properties: propertiesOf(options),
      body: new Uint8Array(content),
    };
    const { node } = this.#connection;
    const { isRouted, isAccepted } = node.isFull
      ? { isRouted: true, isAccepted: false }
      : this.#host.publish(message);
    if (isRouted && isAccepted) node.took(queue, message.body);
    this.#connection.hear(() => {
      if (!isRouted && options.mandatory) {
        this.emit("return", messageFrom({ tag: 0, message }));
      }
      if (this.#unconfirmed.delete(done)) done(isAccepted ? null : new Error("message nacked"));
    });
  }

  #tell(consumerTag: string, message: () => Message | null): void {
    const told = message();
    this.#connection.hear(() => {
      if (this.#state !== "closed") this.#consumers.get(consumerTag)?.(told);
    });
  }
}

function messageOf({ tag, entry: { message } }: Handout): Message {
  return messageFrom({ tag, message });
}

function stateOf({ depth, consumerCount }: Queue): QueueState {
  return { messageCount: depth, consumerCount };
}

/** As amqplib words it. */
function refusal(what: string, { code, message }: ProtocolError): Error {
  const name = message.split(" ")[0]?.replaceAll("_", "-");
  return Object.assign(new Error(`${what} ${code} (${name}) with message "${message}"`), { code });
}
