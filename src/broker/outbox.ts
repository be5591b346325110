import { type Clock, sleep } from "../ground/clock.ts";
import type { OutboundEvent } from "../domain/event.ts";
import type { Outbox, OutboxTaker } from "../domain/outbox.ts";
import type { ShardQueues } from "../domain/shard.ts";
import type { Tell } from "../ground/tell.ts";
import { problemText } from "../ground/error_text.ts";
import { BrokerError } from "./fault.ts";
import type { StoreNews } from "./news.ts";
import { type Handout, OutboxFeed } from "./outbox_feed.ts";
import { messageOptions, type ParkedEvent, parkedEventFrom } from "./outbox_message.ts";
import { OutboxTally } from "./outbox_tally.ts";
import { watchOutbox } from "./outbox_watch.ts";
import { Publisher } from "./publisher.ts";
import { type BrokerLink, onChannel } from "./session.ts";
import type { PublishOptions } from "./channel.ts";
import type { SessionContext } from "./supervisor.ts";
import { type DeclaredQueue, declareQueue } from "./topology.ts";

/** RabbitMQ can lose a queue that it made within the last two seconds, should it be killed. */
const SETTLING_MS = 3000;
/** Between looks at whether somebody else still takes from it, and the longest wait for that. */
const LOOK_MS = 100;
const LONGEST_STAY_MS = 15_000;
/** It stands in a header, and all of these have to fit into one frame. */
const LONGEST_REASON = 1000;
/** The most dead letters that are kept: the oldest go first. */
const MAX_DEAD = 10_000;

/** The outbox in RabbitMQ: a durable queue, and one for dead letters. */
export class BrokerOutbox implements Outbox {
  readonly #queue: string;
  readonly #deadQueue: string;
  readonly #clock: Clock;
  readonly #tell: Tell<StoreNews>;
  #taker: OutboxTaker | null = null;
  /** Tells what this process put there from what it found. */
  readonly #processId: string;
  #publisher: Publisher | null = null;
  #feed: Promise<OutboxFeed> | null = null;
  readonly #tally = new OutboxTally();
  #context: SessionContext<BrokerLink> | null = null;
  /** Its queue, where that was there before this process; `undefined`: not looked at yet. */
  #found: string | null | undefined;
  #isUp = false;
  #canBury = false;
  #isHandingOut = false;
  /** On the monotonic clock; a connection that comes before does not make the queue any older. */
  #settledAt = -Infinity;

  /** `processId` is nobody else's. */
  constructor({ queues, clock, processId, tell }: {
    queues: Pick<ShardQueues, "outbox" | "dead">;
    clock: Clock;
    processId: string;
    tell: Tell<StoreNews>;
  }) {
    this.#queue = queues.outbox;
    this.#deadQueue = queues.dead;
    this.#clock = clock;
    this.#processId = processId;
    this.#tell = tell;
  }

  /** One of its queues that was there before this process. */
  get found(): string | null {
    return this.#found ?? null;
  }

  get isUp(): boolean {
    return this.#isUp && this.#publisher?.isBlocked === false;
  }

  async put(event: OutboundEvent): Promise<void> {
    this.#tally.beginPut();
    const put = this.#publish(this.#queue, event.body, this.#optionsOf(event));
    const end = (isStored: boolean) => this.#tally.endPut(isStored);
    put.then(() => end(true), () => end(false));
    await put;
  }

  async bury(event: OutboundEvent, reason: string): Promise<void> {
    await this.#bury(event.body, this.#optionsOf(event), reason);
  }

  /** Tells `taker` how it is, and hands out to it, until the result is disposed of. */
  serve(taker: OutboxTaker): Disposable {
    this.#taker = taker;
    return { [Symbol.dispose]: () => void (this.#taker = null) };
  }

  /** Hands out what it has from now on, after each reconnect too. */
  handOut(): void {
    this.#isHandingOut = true;
    this.#feedIfDue();
  }

  /** The events in it that nobody holds. Rejects where it is out of reach. */
  async count(): Promise<number> {
    const { messageCount } = await this.#look();
    // What this process knew before may have been taken out by another one.
    this.#tally.reset();
    this.#tally.found(messageCount);
    return messageCount;
  }

  /**
   * Resolves once nobody else takes from it, or when that takes too long: a process that stands still
   * holds events until the broker gives it up, and later ones would overtake them. Rejects where the
   * outbox is out of reach, or when the signal is aborted.
   */
  async untilLeft(signal: AbortSignal): Promise<void> {
    const deadline = this.#clock.monotonic() + LONGEST_STAY_MS;
    while ((await this.#look()).consumerCount > 0 && this.#clock.monotonic() < deadline) {
      await sleep(this.#clock, LOOK_MS, signal);
    }
  }

  /** Hands out nothing more, and gives back what is held: the connection is made anew. */
  giveBack(): void {
    this.#isHandingOut = false;
    this.#tally.reset();
    this.#context?.fail(new BrokerError("lost", "Standing by, what it handed out is given back"));
  }

  /** Hands out nothing more; what is held can still be taken out. */
  async holdBack(): Promise<void> {
    this.#isHandingOut = false;
    // What is still held is counted by nobody any more.
    this.#tally.reset();
    const feed = this.#feed;
    this.#feed = null;
    await feed?.then((it) => it.stop()).catch(() => {/* no connection: nothing is handed out */});
  }

  /** Puts a new connection to use. */
  async begin(context: SessionContext<BrokerLink>): Promise<void> {
    const { model } = context.link;
    const outbox = await declareQueue(model, this.#queue, {
      // Refused events stay with us, where an operator's limit would lose the oldest.
      arguments: { "x-overflow": "reject-publish" },
    });
    const dead = await declareQueue(model, this.#deadQueue, { maxLength: MAX_DEAD });
    for (const { warning } of [outbox, dead]) {
      if (warning !== null) this.#tell({ kind: "store_warning", text: warning });
    }
    if (this.#found === undefined) {
      this.#found = foundOf(outbox, this.#queue) ?? foundOf(dead, this.#deadQueue);
    }
    if (!outbox.isUsable) return;
    const publisher = await Publisher.open(context, this.#clock, (it) => this.#block(it));
    context.signal.throwIfAborted();
    context.signal.addEventListener("abort", () => this.#end(), { once: true });
    this.#publisher = publisher;
    this.#context = context;
    this.#watch(context);
    this.#canBury = dead.isUsable;
    const now = this.#clock.monotonic();
    if (outbox.isNew) this.#settledAt = now + SETTLING_MS;
    if (this.#settledAt <= now) return this.#openWhenLeft(context, outbox.count);
    const settled = this.#clock.alarm(this.#settledAt - now, () => this.#open(outbox.count));
    context.signal.addEventListener("abort", () => settled[Symbol.dispose](), { once: true });
  }

  /**
   * What a lost connection holds that RabbitMQ has not noticed comes back when it does: until then later
   * events would overtake it, and it would be missing from the count.
   */
  #openWhenLeft(context: SessionContext<BrokerLink>, count: number): void {
    if (!this.#isHandingOut) return this.#open(count);
    const { signal, fail } = context;
    this.untilLeft(signal).then(() => this.#look()).then(({ messageCount }) =>
      this.#open(messageCount)
    )
      .catch((error) => signal.aborted || fail(error));
  }

  async #look(): Promise<{ messageCount: number; consumerCount: number }> {
    if (this.#context === null) throw new BrokerError("lost", "RabbitMQ is out of reach");
    const { model } = this.#context.link;
    return await onChannel(model, (channel) => channel.checkQueue(this.#queue));
  }

  #open(count: number): void {
    this.#isUp = true;
    if (this.#taker !== null) this.#tally.found(count);
    this.#tell({ kind: "outbox_up", count });
    this.#taker?.up(count);
    this.#feedIfDue();
  }

  #block(isBlocked: boolean): void {
    this.#tell({ kind: "outbox_blocked", isBlocked });
    this.#taker?.blocked();
  }

  #watch({ signal, fail }: SessionContext<BrokerLink>): void {
    watchOutbox({
      clock: this.#clock,
      signal,
      tally: this.#tally,
      look: () => this.#look(),
      feed: () => this.#feed,
      lost: (count) => this.#taker?.lost(count),
    }).catch(fail);
  }

  #end(): void {
    const wasUp = this.#isUp;
    this.#publisher = null;
    this.#feed = null;
    this.#context = null;
    this.#isUp = false;
    if (wasUp) this.#taker?.down();
  }

  #feedIfDue(): void {
    const context = this.#context;
    if (context === null || !this.#isUp || !this.#isHandingOut || this.#feed !== null) return;
    const feed = OutboxFeed.open(this.#queue, context, this.#clock, {
      take: (handout) => this.#take(handout),
      takenOut: () => this.#tally.remove(),
    });
    feed.catch(context.fail);
    this.#feed = feed;
  }

  #take(handout: Handout): void {
    const parked = this.#read(handout);
    if (parked === null) return;
    this.#taker?.take({
      event: parked.event,
      parkedAt: parked.parkedAt,
      isOwn: parked.parkedBy === this.#processId,
      ack: handout.ack,
      get isVoid() {
        return handout.isVoid;
      },
    });
  }

  /** `null` for one that cannot be read, which is put among the dead letters as it came. */
  #read({ message, ack }: Handout): ParkedEvent | null {
    try {
      return parkedEventFrom(message);
    } catch (error) {
      const reason = problemText(error);
      this.#tell({ kind: "outbox_unreadable", reason });
      this.#taker?.unreadable();
      const { headers } = message.properties;
      this.#bury(message.content, headers === undefined ? {} : { headers }, reason)
        .then(ack, () => {/* it comes again */});
      return null;
    }
  }

  async #bury(
    content: string | Uint8Array,
    options: PublishOptions,
    reason: string,
  ): Promise<void> {
    // Where there is no such queue the session would end each time, in vain.
    if (this.#publisher !== null && !this.#canBury) {
      throw new BrokerError("refused", `There is no queue '${this.#deadQueue}'`);
    }
    const headers = { ...options.headers, reason: reason.slice(0, LONGEST_REASON) };
    await this.#publish(this.#deadQueue, content, { ...options, headers });
  }

  async #publish(
    queue: string,
    content: string | Uint8Array,
    options: PublishOptions,
  ): Promise<void> {
    if (this.#publisher === null) throw new BrokerError("lost", "RabbitMQ is out of reach");
    await this.#publisher.publish(queue, content, options);
  }

  #optionsOf(event: OutboundEvent): PublishOptions {
    return messageOptions({
      event,
      parkedAt: this.#clock.now(),
      parkedBy: this.#processId,
    });
  }
}

function foundOf({ isUsable, isNew }: DeclaredQueue, queue: string): string | null {
  return isUsable && !isNew ? queue : null;
}
