import type { Clock } from "../ground/clock.ts";
import { BrokerError } from "./fault.ts";
import { type BrokerLink, openChannel } from "./session.ts";
import type { Channel, Message } from "./channel.ts";
import type { SessionContext } from "./supervisor.ts";

/**
 * Messages handed out and not yet taken out: enough for many rules to be among them. A long backlog is read
 * from disk, and with 100 in place of 1000 comes half as fast.
 */
const PREFETCH = 1000;
/** What is held this long is handed out anew: after 30 min RabbitMQ itself ends the channel. */
const LONGEST_HOLD_MS = 600_000;
const LOOK_MS = 60_000;

/** A message that the outbox' queue hands out. */
export interface Handout {
  readonly message: Message;
  /** The connection has ended since: the queue hands it out again. */
  readonly isVoid: boolean;
  /** Takes it out of the queue, unless it is void. */
  ack(): void;
}

/** Who is handed the messages. */
export interface HandoutTaker {
  /** Must not throw. */
  take(handout: Handout): void;
  /** One was taken out of the queue. */
  takenOut(): void;
}

/** Hands out the messages of a queue over one connection, oldest first, and bounded. */
export class OutboxFeed {
  readonly #context: SessionContext<BrokerLink>;
  readonly #clock: Clock;
  readonly #channel: Channel;
  readonly #taker: HandoutTaker;
  /** When each message was handed out on the monotonic clock, by delivery tag, oldest first. */
  readonly #held = new Map<number, number>();
  #consumerTag = "";
  #look: Disposable | null = null;

  private constructor(
    context: SessionContext<BrokerLink>,
    clock: Clock,
    channel: Channel,
    taker: HandoutTaker,
  ) {
    this.#context = context;
    this.#clock = clock;
    this.#channel = channel;
    this.#taker = taker;
  }

  /** Messages that are handed out and not taken out. */
  get held(): number {
    return this.#held.size;
  }

  /** Begins to hand out. */
  static async open(
    queue: string,
    context: SessionContext<BrokerLink>,
    clock: Clock,
    taker: HandoutTaker,
  ): Promise<OutboxFeed> {
    const channel = await openChannel(context);
    const feed = new OutboxFeed(context, clock, channel, taker);
    await channel.prefetch(PREFETCH);
    const onMessage = (message: Message | null) => feed.#onMessage(queue, message);
    feed.#consumerTag = (await channel.consume(queue, onMessage)).consumerTag;
    context.signal.throwIfAborted();
    context.signal.addEventListener("abort", () => feed.#look?.[Symbol.dispose](), { once: true });
    feed.#watch();
    return feed;
  }

  /** Hands out nothing more. What is held can still be taken out, until the connection is closed. */
  async stop(): Promise<void> {
    await this.#channel.cancel(this.#consumerTag);
  }

  #onMessage(queue: string, message: Message | null): void {
    if (message === null) {
      const text = `RabbitMQ cancelled the consumer of queue '${queue}'`;
      return this.#context.fail(new BrokerError("cancelled", text));
    }
    const tag = message.fields.deliveryTag;
    this.#held.set(tag, this.#clock.monotonic());
    const { signal } = this.#context;
    const ack = () => {
      if (this.#held.delete(tag) && !signal.aborted) this.#ack(message);
    };
    this.#taker.take({
      message,
      ack,
      get isVoid() {
        return signal.aborted;
      },
    });
  }

  #ack(message: Message): void {
    try {
      this.#channel.ack(message);
      this.#taker.takenOut();
    } catch {
      // The channel was closed meanwhile: the queue hands the message out again.
    }
  }

  #watch(): void {
    this.#look = this.#clock.alarm(LOOK_MS, () => {
      const [oldestAt = Infinity] = this.#held.values();
      if (this.#clock.monotonic() - oldestAt < LONGEST_HOLD_MS) return this.#watch();
      const text = "Events of the outbox waited for 10 min: they are handed out anew";
      this.#context.fail(new BrokerError("lost", text));
    });
  }
}
