import type { Clock } from "../ground/clock.ts";
import type {
  Channel,
  ChannelEvents,
  ConfirmChannel,
  ConfirmChannelEvents,
  Connection,
  ConnectionEvents,
  Listener,
} from "./channel.ts";
import { BrokerError } from "./fault.ts";

/**
 * A broker that takes longer is out of reach. RabbitMQ 4 itself waits for more than a minute before it says
 * so of a queue whose node is gone.
 */
export const ANSWER_TIMEOUT_MS = 5000;

/** What waits for the broker's answers. */
interface Waiting {
  /** Rejects, and tells, where an answer about something stays out. */
  answer<T>(about: string, ask: () => Promise<T>): Promise<T>;
}

/** A connection on which the broker has to answer in time whatever it is asked. */
export class AnsweredConnection implements Connection, Waiting {
  readonly #model: Connection;
  readonly #clock: Clock;
  readonly #late: (about: string) => Error;
  /** Those who wait; each gives up when the connection ends. */
  readonly #waiting = new Set<(reason: Error) => void>();
  /** For want of memory or disk the broker reads nothing: it answers once it has enough again. */
  #isBlocked = false;

  /** `late` is told what there was no answer about, and makes the error with which that rejects. */
  constructor(model: Connection, clock: Clock, late: (about: string) => Error) {
    this.#model = model;
    this.#clock = clock;
    this.#late = late;
    model.on("blocked", () => void (this.#isBlocked = true));
    model.on("unblocked", () => void (this.#isBlocked = false));
    model.on("close", () => {
      for (const giveUp of this.#waiting) giveUp(ended());
    });
  }

  on<E extends keyof ConnectionEvents>(event: E, listener: Listener<ConnectionEvents, E>): unknown {
    return this.#model.on(event, listener);
  }

  once(event: "close", listener: () => void): unknown {
    return this.#model.once(event, listener);
  }

  async createChannel(): Promise<Channel> {
    const channel = await this.answer("a channel", () => this.#model.createChannel());
    return new AnsweredChannel(channel, this);
  }

  async createConfirmChannel(): Promise<ConfirmChannel> {
    const channel = await this.answer("a channel", () => this.#model.createConfirmChannel());
    return new AnsweredConfirmChannel(channel, this);
  }

  /** However long that takes. */
  close(): Promise<void> {
    return this.#model.close();
  }

  async answer<T>(about: string, ask: () => Promise<T>): Promise<T> {
    const { promise: givenUp, reject } = Promise.withResolvers<never>();
    const arm = (): Disposable =>
      this.#clock.alarm(ANSWER_TIMEOUT_MS, () => {
        if (this.#isBlocked) alarm = arm();
        else reject(this.#late(about));
      });
    let alarm = arm();
    this.#waiting.add(reject);
    try {
      return await Promise.race([ask(), givenUp]);
    } finally {
      this.#waiting.delete(reject);
      alarm[Symbol.dispose]();
    }
  }
}

class AnsweredChannel<C extends Channel> implements Channel {
  protected readonly channel: C;
  readonly #waiting: Waiting;

  constructor(channel: C, waiting: Waiting) {
    this.channel = channel;
    this.#waiting = waiting;
  }

  on<E extends keyof ChannelEvents>(event: E, listener: Listener<ChannelEvents, E>): unknown {
    return this.channel.on(event, listener);
  }

  close(): Promise<void> {
    return this.#waiting.answer("a channel", () => this.channel.close());
  }

  prefetch(...args: Parameters<Channel["prefetch"]>): Promise<unknown> {
    return this.#waiting.answer("a channel", () => this.channel.prefetch(...args));
  }

  assertExchange(...args: Parameters<Channel["assertExchange"]>): Promise<unknown> {
    return this.#waiting.answer(exchange(args[0]), () => this.channel.assertExchange(...args));
  }

  checkExchange(name: string): Promise<unknown> {
    return this.#waiting.answer(exchange(name), () => this.channel.checkExchange(name));
  }

  assertQueue(...args: Parameters<Channel["assertQueue"]>): ReturnType<Channel["assertQueue"]> {
    return this.#waiting.answer(queue(args[0]), () => this.channel.assertQueue(...args));
  }

  checkQueue(name: string): ReturnType<Channel["checkQueue"]> {
    return this.#waiting.answer(queue(name), () => this.channel.checkQueue(name));
  }

  bindQueue(...args: Parameters<Channel["bindQueue"]>): Promise<unknown> {
    return this.#waiting.answer(queue(args[0]), () => this.channel.bindQueue(...args));
  }

  unbindQueue(...args: Parameters<Channel["unbindQueue"]>): Promise<unknown> {
    return this.#waiting.answer(queue(args[0]), () => this.channel.unbindQueue(...args));
  }

  purgeQueue(name: string): ReturnType<Channel["purgeQueue"]> {
    return this.#waiting.answer(queue(name), () => this.channel.purgeQueue(name));
  }

  deleteQueue(...args: Parameters<Channel["deleteQueue"]>): Promise<unknown> {
    return this.#waiting.answer(queue(args[0]), () => this.channel.deleteQueue(...args));
  }

  consume(...args: Parameters<Channel["consume"]>): ReturnType<Channel["consume"]> {
    return this.#waiting.answer(queue(args[0]), () => this.channel.consume(...args));
  }

  cancel(consumerTag: string): Promise<unknown> {
    return this.#waiting.answer("a consumer", () => this.channel.cancel(consumerTag));
  }

  get(name: string): ReturnType<Channel["get"]> {
    return this.#waiting.answer(queue(name), () => this.channel.get(name));
  }

  ack(message: Parameters<Channel["ack"]>[0]): void {
    this.channel.ack(message);
  }
}

class AnsweredConfirmChannel extends AnsweredChannel<ConfirmChannel> implements ConfirmChannel {
  override on<E extends keyof ConfirmChannelEvents>(
    event: E,
    listener: Listener<ConfirmChannelEvents, E>,
  ): unknown {
    return this.channel.on(event, listener);
  }

  /** Whoever publishes waits for the confirmation himself. */
  sendToQueue(...args: Parameters<ConfirmChannel["sendToQueue"]>): unknown {
    return this.channel.sendToQueue(...args);
  }
}

function ended(): BrokerError {
  return new BrokerError("lost", "The connection to RabbitMQ ended before it answered");
}

function queue(name: string): string {
  return `queue '${name}'`;
}

function exchange(name: string): string {
  return `exchange '${name}'`;
}
