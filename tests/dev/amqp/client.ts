import { Buffer } from "node:buffer";
import amqp, {
  type Channel,
  type ChannelModel,
  type ConfirmChannel,
  type ConsumeMessage,
} from "amqplib";

/** How the broker ended a channel or a connection. */
export interface Ending {
  readonly code: number | undefined;
  readonly message: string;
}

/** A channel that remembers how it ended. */
export interface Watched<C extends Channel> {
  readonly channel: C;
  readonly ended: Promise<Ending>;
}

/** An amqplib client of one connection, closed when it is disposed of. */
export class Client implements AsyncDisposable {
  readonly #model: ChannelModel;
  /** Resolves when the connection is over. */
  readonly ended: Promise<Ending>;

  private constructor(model: ChannelModel) {
    this.#model = model;
    const ended = Promise.withResolvers<Ending>();
    model.on("error", () => {/* "close" follows */});
    model.on("close", (cause) => ended.resolve(endingOf(cause)));
    this.ended = ended.promise;
  }

  /** Connects to a broker; `query` is amqplib's, such as `heartbeat=1`. */
  static async connect(url: string, query = ""): Promise<Client> {
    return new Client(await amqp.connect(`${url}?${query}`, { noDelay: true, timeout: 10_000 }));
  }

  /** Opens a channel; most tests need not know how it ends. */
  async channel(): Promise<Channel> {
    return (await this.watchedChannel()).channel;
  }

  /** Opens a channel that confirms what is published. */
  async confirmChannel(): Promise<ConfirmChannel> {
    const channel = await this.#model.createConfirmChannel();
    channel.on("error", () => {/* the operation that caused it fails too */});
    return channel;
  }

  /** Opens a channel that the test expects to be closed. */
  async watchedChannel(): Promise<Watched<Channel>> {
    const channel = await this.#model.createChannel();
    const ended = Promise.withResolvers<Ending>();
    channel.on("error", (cause) => ended.resolve(endingOf(cause)));
    return { channel, ended: ended.promise };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await this.#model.close();
    } catch {
      // The test has made the broker close it.
    }
  }
}

/** The messages of a queue as they come, to be awaited one by one. */
export class Inbox {
  readonly #waiting: (ConsumeMessage | null)[] = [];
  #news = Promise.withResolvers<void>();

  /** What amqplib's `consume` takes. */
  readonly take = (message: ConsumeMessage | null): void => {
    this.#waiting.push(message);
    this.#news.resolve();
  };

  /** How many have come and were not asked for. */
  get size(): number {
    return this.#waiting.length;
  }

  /** The next one; `null` when the broker has cancelled the consumer. */
  async nextOrEnd(): Promise<ConsumeMessage | null> {
    for (;;) {
      const message = this.#waiting.shift();
      if (message !== undefined) return message;
      await this.#news.promise;
      this.#news = Promise.withResolvers();
    }
  }

  /** The next one. */
  async next(): Promise<ConsumeMessage> {
    const message = await this.nextOrEnd();
    if (message === null) throw new Error("The broker has cancelled the consumer");
    return message;
  }

  /** The bodies of the next ones. */
  async texts(count: number): Promise<string[]> {
    const texts: string[] = [];
    while (texts.length < count) texts.push((await this.next()).content.toString());
    return texts;
  }
}

/** Publishes on a confirming channel; whether the broker took it. */
export function confirmed(
  channel: ConfirmChannel,
  exchange: string,
  routingKey: string,
  text: string,
  options: amqp.Options.Publish = {},
): Promise<boolean> {
  return new Promise((resolve) => {
    channel.publish(exchange, routingKey, Buffer.from(text), options, (refusal) => {
      resolve(refusal === null);
    });
  });
}

/** How an operation fails. */
export async function failure(operation: Promise<unknown>): Promise<Ending> {
  try {
    await operation;
  } catch (cause) {
    return endingOf(cause);
  }
  throw new Error("The operation was expected to fail");
}

function endingOf(cause: unknown): Ending {
  if (!(cause instanceof Error)) return { code: undefined, message: "" };
  const code = "code" in cause && typeof cause.code === "number" ? cause.code : undefined;
  const [, text] = /with message "(.*)"$/s.exec(cause.message) ?? [];
  return { code, message: text ?? cause.message };
}
