import { type Backoff, fullJitter } from "../ground/backoff.ts";
import type { Chance } from "../ground/chance.ts";
import { type Clock, sleep } from "../ground/clock.ts";
import type { RuleChange } from "../domain/rule.ts";
import type { Tell } from "../ground/tell.ts";
import type { BrokerError } from "./fault.ts";
import { Consumer } from "./consumer.ts";
import type { ListenerNews } from "./news.ts";
import { readRuleMessage } from "./rule_message.ts";
import { type BrokerLink, onChannel, openChannel, openSession, type Session } from "./session.ts";
import type { Connect, Message } from "./channel.ts";
import type { SessionContext } from "./supervisor.ts";
import { declareOwnRuleFeed, declareRuleFeed, mendRuleFeed } from "./topology.ts";

const NAME = "attune-core-timer-sensor";
/**
 * Enough that the handler sees a burst of changes as such, which it then reads from the API page by page. What
 * is kept of a message meanwhile is a kilobyte, or a few.
 */
const PREFETCH = 20_000;
const RETRY_BASE_MS = 250;
const RETRY_CAP_MS = 5000;
/** Between two looks whether the exchange still feeds the queue. */
const LOOK_MS = 30_000;
/** What takes longer is handed out again at the next start. */
const STOP_TIMEOUT_MS = 1000;

/** Where the messages about rules come from. */
export interface RuleListenerOptions {
  /** `amqp(s)://user:password@host:port/vhost?heartbeat=seconds`. */
  readonly url: string;
  readonly connect?: Connect | undefined;
  readonly exchange: string;
  readonly queue: string;
  /** One of several instances, each of which hears everything: it has a queue of its own beside that one. */
  readonly isOneOfMany?: boolean;
  readonly clock: Clock;
  readonly chance: Chance;
  /** The pauses between attempts to connect, and to apply a change. */
  readonly backoff?: Backoff;
  readonly feed: RuleFeed;
  readonly tell: Tell<ListenerNews>;
  /** Ends the listener at once; {@link RuleListener.stop} is the gentle way. */
  readonly signal: AbortSignal;
}

/** What is done about the messages. */
export interface RuleFeed {
  /**
   * A rule changed. The message is acknowledged when this resolves, and the same change is offered again
   * after a pause when it rejects. Changes come in the order of the queue, several at a time.
   */
  changed(change: RuleChange): Promise<void>;
  /** A message came that cannot be read: whatever it told is to be read from the API. */
  missed(): void;
  /**
   * The queue is bound: from now on nothing is missed, and what was missed before has to be read from the
   * API. Called after each successful connection.
   */
  connected(): void;
}

/** Listens for changes of rules until it is stopped, through all failures of the broker. */
export interface RuleListener extends AsyncDisposable {
  /** Resolves when messages can come in for the first time; rejects when it is stopped before. */
  readonly ready: Promise<void>;
  /** The latest trouble with the broker. */
  readonly trouble: BrokerError | null;
  /** Takes no more messages, waits a second at most for those being handled, and closes. */
  stop(): Promise<void>;
}

/** Opens a listener. Throws a `TypeError` when the URL cannot be read. */
export function openRuleListener(options: RuleListenerOptions): RuleListener {
  return new Listener(options);
}

class Listener implements RuleListener {
  readonly #options: RuleListenerOptions;
  readonly #feed: RuleFeed;
  readonly #tell: Tell<ListenerNews>;
  readonly #backoff: Backoff;
  readonly #session: Session;
  readonly #warned = new Set<string>();
  #consumer: Consumer | null = null;
  #trouble: BrokerError | null = null;
  /** The connection broke on a message that cannot be decoded, and the broker would hand it out again. */
  #isPoisoned = false;

  constructor(options: RuleListenerOptions) {
    this.#options = options;
    this.#feed = options.feed;
    this.#tell = options.tell;
    this.#backoff = options.backoff ?? fullJitter(RETRY_BASE_MS, RETRY_CAP_MS, options.chance);
    this.#session = openSession({
      url: options.url,
      connect: options.connect,
      name: `${NAME} (${options.queue})`,
      clock: options.clock,
      chance: options.chance,
      backoff: this.#backoff,
      signal: options.signal,
      begin: (context) => this.#begin(context),
      down: (error, retryMs) => {
        this.#trouble = error;
        this.#isPoisoned = error.fault === "undecodable";
        this.#tell({ kind: "listener_down", error, retryMs });
      },
    });
  }

  get ready(): Promise<void> {
    return this.#session.ready;
  }

  get trouble(): BrokerError | null {
    return this.#trouble;
  }

  async stop(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    using _deadline = this.#options.clock.alarm(STOP_TIMEOUT_MS, resolve);
    const drained = this.#consumer?.drain().catch(() => {/* no connection: nothing to drain */});
    await Promise.race([drained, promise]);
    await this.#session[Symbol.asyncDispose]();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #begin(context: SessionContext<BrokerLink>): Promise<void> {
    const { queue, warnings } = await this.#declare(context.link);
    for (const warning of warnings) {
      if (!this.#warned.has(warning)) this.#tell({ kind: "listener_warning", text: warning });
      this.#warned.add(warning);
    }
    if (this.#isPoisoned) await this.#empty(queue, context.link);
    this.#tell({ kind: "listener_up", address: context.link.address.printable });
    this.#feed.connected();
    this.#consumer = await Consumer.start({
      channel: await openChannel(context),
      queue,
      consumerTag: NAME,
      prefetch: PREFETCH,
      handle: (message) => this.#handle(message, context.signal),
      fail: context.fail,
    });
    this.#keep(queue, context).catch(context.fail);
  }

  /** Makes anew what somebody takes away while the session lasts. */
  async #keep(
    queue: string,
    { link: { model }, signal }: SessionContext<BrokerLink>,
  ): Promise<void> {
    const { exchange, clock } = this.#options;
    for (;;) {
      await sleep(clock, LOOK_MS, signal);
      if (!await mendRuleFeed(model, exchange, queue)) continue;
      const text = `Exchange '${exchange}' was gone: it is declared again, and all rules are read`;
      this.#tell({ kind: "listener_warning", text });
      this.#feed.connected();
    }
  }

  /** Messages are hints: what is thrown away here is read from the API as soon as the queue is up. */
  async #empty(queue: string, { model }: BrokerLink): Promise<void> {
    const { messageCount } = await onChannel(model, (channel) => channel.purgeQueue(queue));
    if (messageCount === 0) return;
    const text = `Threw away the ${messageCount} messages of queue '${queue}'`;
    this.#tell({
      kind: "listener_warning",
      text: `${text}: there is one among them that cannot be decoded`,
    });
  }

  async #declare({ model }: BrokerLink): Promise<{ queue: string; warnings: string[] }> {
    const { exchange, queue, isOneOfMany = false, chance } = this.#options;
    if (isOneOfMany) return await declareOwnRuleFeed(model, exchange, queue, chance.uuid());
    return { queue, warnings: await declareRuleFeed(model, exchange, queue) };
  }

  // Not async, which would hold the content of the message until the change is applied.
  #handle(message: Message, signal: AbortSignal): Promise<void> {
    const read = readRuleMessage(message.content, message.properties.timestamp);
    if (read.ok) {
      this.#tell({ kind: "change_heard", change: read.change });
      return this.#apply(read.change, signal);
    }
    this.#tell({ kind: "message_unreadable", message: read.unreadable });
    this.#feed.missed();
    return Promise.resolve();
  }

  /**
   * Waits here between attempts rather than to give the message back, for the broker would hand it out
   * again at once. It stays unacknowledged: when the session ends, the broker has it still.
   */
  async #apply(change: RuleChange, signal: AbortSignal): Promise<void> {
    for (let failures = 1;; failures++) {
      try {
        return await this.#feed.changed(change);
      } catch (error) {
        signal.throwIfAborted();
        const retryMs = this.#backoff(failures);
        this.#tell({ kind: "change_retrying", change, error, retryMs });
        await sleep(this.#options.clock, retryMs, signal);
      }
    }
  }
}
