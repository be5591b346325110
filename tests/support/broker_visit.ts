import { Buffer } from "node:buffer";
import { readAddresses } from "../../src/config/broker_address.ts";
import type {
  Channel,
  ConfirmChannel,
  Connect,
  Connection,
  Message,
  PublishOptions,
} from "../../src/broker/channel.ts";
import { replyCode } from "../../src/broker/fault.ts";

/** A broker as the operations know it. */
export interface BrokerAtHand {
  readonly url: string;
  readonly connect: Connect;
  /** Has it run short of memory, or recover. */
  starve(isStarving: boolean): void | Promise<void>;
  /** Has it end all connections. */
  end(): void | Promise<void>;
}

/** The connections of one operation to one broker; all end with it. */
export class Visit implements AsyncDisposable {
  readonly broker: BrokerAtHand;
  readonly #end = new AbortController();

  constructor(broker: BrokerAtHand) {
    this.broker = broker;
  }

  /** One that ends with the signal, too. */
  async connection(signal?: AbortSignal): Promise<Connection> {
    const { url, connect } = this.broker;
    const end = AbortSignal.any([this.#end.signal, ...(signal === undefined ? [] : [signal])]);
    const { model } = await connect({ address: readAddresses(url)[0], name: "test" }, end);
    model.on("error", () => {/* "close" follows */});
    return model;
  }

  /** A channel on a connection of its own. */
  async channel(): Promise<ConfirmChannel> {
    return quiet(await (await this.connection()).createConfirmChannel());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end.abort();
    // The ends of sockets are told a moment later.
    await new Promise((resolve) => setTimeout(resolve));
  }
}

/** How something was refused. */
export interface Refused {
  readonly code: number | null;
  readonly message: string;
}

/** The messages of a consumer, as they come. */
export class Inbox {
  readonly #messages: Message[] = [];
  #ended = false;

  readonly take = (message: Message | null): void => {
    if (message === null) this.#ended = true;
    else this.#messages.push(message);
  };

  /** Whether the broker has cancelled the consumer. */
  get ended(): boolean {
    return this.#ended;
  }

  message(index: number): Message {
    const message = this.#messages[index];
    if (message === undefined) throw new Error(`There is no message ${index}`);
    return message;
  }

  /** Those that have come, once they are so many. */
  async texts(count: number): Promise<string[]> {
    await this.until(count);
    return this.#messages.map(({ content }) => content.toString());
  }

  /** Waits for so many, the end being one. */
  async until(count: number): Promise<void> {
    await until(() => this.#messages.length + Number(this.#ended) >= count);
  }
}

/** A channel whose end is no trouble. */
export function quiet<C extends Channel>(channel: C): C {
  channel.on("error", () => {/* what caused it fails too */});
  return channel;
}

/** How a channel ends: its events, in order. */
export function endOf(channel: Channel): Promise<unknown[]> {
  const events: unknown[] = [];
  channel.on("error", (error) => events.push(described(error)));
  return new Promise((resolve) => {
    channel.on("close", () => resolve([...events, "close"]));
  });
}

/** What a connection tells, as it comes. */
export function eventsOf(model: Connection): string[] {
  const events: string[] = [];
  model.on("error", (error) => events.push(`error ${code(error)}`));
  model.on("close", (error) => events.push(`close ${code(error)}`));
  model.on("blocked", () => events.push("blocked"));
  model.on("unblocked", () => events.push("unblocked"));
  return events;
}

/** Whether it was stored, or why not. */
export function send(
  channel: ConfirmChannel,
  queue: string,
  text: string,
  options: PublishOptions = {},
): Promise<string> {
  return new Promise((resolve) => {
    channel.sendToQueue(queue, Buffer.from(text), options, (error) => {
      resolve(error instanceof Error ? error.message : "stored");
    });
  });
}

/** Takes the texts of all messages that nobody holds. */
export async function texts(channel: Channel, queue: string): Promise<string[]> {
  const texts: string[] = [];
  for (let it = await channel.get(queue); it !== false; it = await channel.get(queue)) {
    texts.push(it.content.toString());
  }
  return texts;
}

/** What an operation is refused with. */
export async function failure(operation: () => Promise<unknown>): Promise<Refused> {
  try {
    await operation();
  } catch (error) {
    return described(error);
  }
  throw new Error("The operation was expected to fail");
}

function described(error: unknown): Refused {
  return { code: code(error), message: error instanceof Error ? error.message : String(error) };
}

/** The broker's reply code. */
export function code(error: unknown): number | null {
  return replyCode(error);
}

/** amqplib tells the queue's name as well. */
export function withoutName(answer: unknown): unknown {
  if (typeof answer !== "object" || answer === null || Array.isArray(answer)) return answer;
  return Object.fromEntries(Object.entries(answer).filter(([name]) => name !== "queue"));
}

/** Waits until something is so. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!await holds()) await new Promise((resolve) => setTimeout(resolve, 5));
}
