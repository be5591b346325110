import type { Entry } from "./backlog.ts";
import { ProtocolError } from "./protocol_error.ts";
import type { Consumer, Queue } from "./queue.ts";
import type { VirtualHost } from "./virtual_host.ts";

/** What a client makes of a message that it was given. */
export type Verdict = "ack" | "requeue" | "reject";

/** A message as a channel is given it, under the tag by which it is settled. */
export interface Handout {
  readonly tag: number;
  readonly entry: Entry;
}

/** The channel, to which consumers' messages go. */
export interface Receiver {
  deliver(consumerTag: string, handout: Handout): void;
  /** The consumer's queue is no more. */
  cancelled(consumerTag: string): void;
}

/** What `basic.consume` asks for. */
export interface ConsumeOptions {
  /** Empty to be given one. */
  readonly consumerTag: string;
  readonly noAck: boolean;
  readonly exclusive: boolean;
}

interface ChannelConsumer extends Consumer {
  readonly queue: Queue;
  /** How many messages it was given and has not settled. */
  held: number;
}

interface Delivery {
  readonly queue: Queue;
  readonly entry: Entry;
  /** `null` for one that was fetched with `basic.get`. */
  readonly consumer: ChannelConsumer | null;
}

/** One channel's consumers, and the messages it was given and has not settled. */
export class Deliveries implements Disposable {
  readonly #host: VirtualHost;
  readonly #receiver: Receiver;
  readonly #consumers = new Map<string, ChannelConsumer>();
  readonly #unsettled = new Map<number, Delivery>();
  readonly #limits = { perConsumer: 0, perChannel: 0 };
  #lastTag = 0;

  constructor(host: VirtualHost, receiver: Receiver) {
    this.#host = host;
    this.#receiver = receiver;
  }

  /** Limits what may be unsettled: of each consumer to come, or of all of them together; 0: no limit. */
  limit(count: number, together: boolean): void {
    if (together) this.#limits.perChannel = count;
    else this.#limits.perConsumer = count;
  }

  /** Adds a consumer and gives its tag; nothing is delivered before the queue is pumped. */
  consume(queue: Queue, { consumerTag, noAck, exclusive }: ConsumeOptions): string {
    if (this.#consumers.has(consumerTag)) {
      throw new ProtocolError("NOT_ALLOWED", `attempt to reuse consumer tag '${consumerTag}'`);
    }
    const tag = consumerTag === "" ? `amq.ctag-${crypto.randomUUID()}` : consumerTag;
    const limit = noAck ? 0 : this.#limits.perConsumer;
    const hasRoom = () => limit === 0 || consumer.held < limit;
    const consumer: ChannelConsumer = {
      queue,
      held: 0,
      isReady: () => noAck || (hasRoom() && this.#hasRoom()),
      deliver: (entry) => {
        const delivery = noAck ? this.#nextTag() : this.#remember({ queue, entry, consumer });
        this.#receiver.deliver(tag, { tag: delivery, entry });
      },
      cancelled: () => {
        this.#consumers.delete(tag);
        this.#receiver.cancelled(tag);
      },
    };
    queue.addConsumer(consumer, exclusive);
    this.#consumers.set(tag, consumer);
    return tag;
  }

  /** Removes a consumer if it is there; what it was given stays with the channel. */
  cancel(consumerTag: string): void {
    const consumer = this.#consumers.get(consumerTag);
    if (consumer === undefined) return;
    this.#consumers.delete(consumerTag);
    consumer.queue.removeConsumer(consumer);
    consumer.queue.pump();
    this.#host.consumersLeft(consumer.queue);
  }

  /** Hands out the oldest message of a queue; `null` where there is none. */
  get(queue: Queue, noAck: boolean): Handout | null {
    const entry = queue.take();
    if (entry === undefined) return null;
    const tag = noAck ? this.#nextTag() : this.#remember({ queue, entry, consumer: null });
    return { tag, entry };
  }

  /** Settles a message, or all up to it (`tag` 0: all). Throws a `ProtocolError` 406. */
  settle(tag: number, multiple: boolean, verdict: Verdict): void {
    if (!this.#unsettled.has(tag) && !(multiple && tag === 0)) {
      throw new ProtocolError("PRECONDITION_FAILED", `unknown delivery tag ${tag}`);
    }
    const settled = this.#forget(multiple ? this.#upTo(tag) : [tag]);
    if (verdict === "requeue") requeue(settled);
    for (const { queue } of this.#consumers.values()) queue.pump();
  }

  /** Ends all consumers and gives back what was not settled. */
  [Symbol.dispose](): void {
    const queues = new Set<Queue>();
    for (const consumer of this.#consumers.values()) {
      consumer.queue.removeConsumer(consumer);
      queues.add(consumer.queue);
    }
    this.#consumers.clear();
    // Before anyone is given more: the next consumer has to get the older ones first.
    requeue(this.#forget([...this.#unsettled.keys()]));
    for (const queue of queues) {
      queue.pump();
      this.#host.consumersLeft(queue);
    }
  }

  #hasRoom(): boolean {
    const { perChannel } = this.#limits;
    return perChannel === 0 ||
      this.#consumers.values().reduce((sum, { held }) => sum + held, 0) < perChannel;
  }

  #upTo(tag: number): number[] {
    const tags: number[] = [];
    for (const each of this.#unsettled.keys()) {
      if (tag !== 0 && each > tag) break;
      tags.push(each);
    }
    return tags;
  }

  #nextTag(): number {
    return ++this.#lastTag;
  }

  #remember(delivery: Delivery): number {
    const tag = this.#nextTag();
    this.#unsettled.set(tag, delivery);
    if (delivery.consumer !== null) delivery.consumer.held++;
    return tag;
  }

  #forget(tags: readonly number[]): Delivery[] {
    const forgotten: Delivery[] = [];
    for (const tag of tags) {
      const delivery = this.#unsettled.get(tag);
      if (delivery === undefined) continue;
      this.#unsettled.delete(tag);
      if (delivery.consumer !== null) delivery.consumer.held--;
      forgotten.push(delivery);
    }
    return forgotten;
  }
}

function requeue(deliveries: readonly Delivery[]): void {
  for (const [queue, ofQueue] of Map.groupBy(deliveries, ({ queue }) => queue)) {
    queue.requeue(ofQueue.map(({ entry }) => entry));
  }
}
