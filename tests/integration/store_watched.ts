import { Buffer } from "node:buffer";
import type { GetMessage } from "amqplib";
import type { Backoff } from "../../src/ground/backoff.ts";
import { ANSWER_TIMEOUT_MS } from "../../src/broker/answers.ts";
import type { ConfirmChannel, Connect, QueueOptions } from "../../src/broker/channel.ts";
import type { StoreNews } from "../../src/broker/news.ts";
import { REGISTER } from "../../src/broker/register.ts";
import { openStore, type Store } from "../../src/broker/store.ts";
import { systemChance } from "../../src/ground/chance.ts";
import { type Clock, systemClock } from "../../src/ground/clock.ts";
import { occurrenceId, type OutboundEvent } from "../../src/domain/event.ts";
import { firstLayout } from "../../src/domain/layout.ts";
import { layoutText } from "../../src/broker/layout_text.ts";
import type { Parcel } from "../../src/domain/outbox.ts";
import { RuleId } from "../../src/domain/rule.ts";
import type { Shard } from "../../src/domain/shard.ts";
import { type FakeClock, settle } from "../support/fake_clock.ts";
import { onBroker, patiently } from "./broker_feed.ts";

/** What a store of a test wants otherwise. */
export interface WatchedOptions {
  readonly connect?: Connect;
  readonly prefix?: string;
  readonly shard?: Shard;
  readonly ha?: boolean;
  readonly clock?: Clock;
  /** `undefined`: the one of the product. */
  readonly backoff?: Backoff | undefined;
}

/** A store with queues of its own, a line for everything that it told, and what it handed out. */
export class WatchedStore implements AsyncDisposable {
  readonly prefix: string;
  readonly store: Store;
  readonly lines: string[] = [];
  readonly parcels: Parcel[] = [];
  readonly #waiting = new Set<() => void>();

  constructor(url: string, options: WatchedOptions = {}) {
    this.prefix = options.prefix ?? newPrefix();
    const { backoff } = { backoff: () => 20, ...options };
    this.store = openStore({
      url,
      connect: options.connect,
      prefix: this.prefix,
      shard: options.shard ?? { index: 1, count: 1 },
      ha: options.ha ?? false,
      clock: options.clock ?? systemClock,
      chance: systemChance,
      ...(backoff === undefined ? {} : { backoff }),
      tell: (news) => this.#hear(news),
      refused: ({ message }) => this.#tell(`refused: ${message}`),
    });
    this.store.outbox.serve({
      take: (parcel) => {
        this.parcels.push(parcel);
        this.#tell(`take ${parcel.event.occurrenceId}`);
      },
      up: () => {},
      down: () => this.#tell("down"),
      blocked: () => {},
      unreadable: () => {},
      lost: (count) => this.#tell(`missing ${count}`),
    });
  }

  get outbox(): Store["outbox"] {
    return this.store.outbox;
  }

  get checkpoint(): Store["checkpoint"] {
    return this.store.checkpoint;
  }

  /** The lines that begin so. */
  told(beginning: string): string[] {
    return this.lines.filter((line) => line.startsWith(beginning));
  }

  /** Waits until the store is reached. */
  async ready(): Promise<void> {
    await patiently(this.store.ready, () => `Not ready:\n${this.lines.join("\n")}`);
  }

  /** Waits until `count` lines begin so, from the first line on. Returns the last of them. */
  async until(beginning: string, count = 1): Promise<string> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const check = () => this.told(beginning).length >= count && resolve();
    this.#waiting.add(check);
    check();
    await patiently(promise, () => `No '${beginning}' in:\n${this.lines.join("\n")}`);
    this.#waiting.delete(check);
    return this.told(beginning)[count - 1] ?? "";
  }

  /** Waits until `count` parcels are handed out in all. Returns those from the `from`th on. */
  async handedOut(count: number, from = 0): Promise<Parcel[]> {
    await this.until("take", count);
    return this.parcels.slice(from, count);
  }

  /** Waits until nothing but the time keeps a new queue of the outbox from being up. */
  async settling(clock: FakeClock): Promise<void> {
    const settling = async () => {
      const isAsking = () => clock.isSet(ANSWER_TIMEOUT_MS);
      // The alarm that wakes the outbox is set last of all.
      while (!this.checkpoint.isUp || isAsking() || clock.pending === 0) await settle();
    };
    await patiently(settling(), () => `No new queue:\n${this.lines.join("\n")}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.store[Symbol.asyncDispose]();
  }

  #hear(news: StoreNews): void {
    switch (news.kind) {
      case "outbox_up":
        return this.#tell(`up ${news.count}`);
      case "outbox_blocked":
        return this.#tell(`blocked ${news.isBlocked}`);
      case "outbox_unreadable":
        return this.#tell(`unreadable: ${news.reason}`);
      case "kept_message_lost":
        return this.#tell(`gone: ${news.queue}`);
      case "store_warning":
        return this.#tell(`warning: ${news.text}`);
      case "store_lost":
        return this.#tell(`lost ${news.error.fault}: ${news.error.message}`);
      default:
        news satisfies never;
    }
  }

  #tell(line: string): void {
    this.lines.push(line);
    for (const check of this.#waiting) check();
  }
}

/** What the names of a test's own queues begin with. */
export function newPrefix(): string {
  return `store.${crypto.randomUUID().slice(0, 8)}`;
}

/** The queues of a store, as it declares them. */
const QUEUES = {
  layout: REGISTER,
  outbox: { arguments: { "x-overflow": "reject-publish" } },
  dead: { maxLength: 10_000 },
  checkpoint: { maxLength: 1 },
} as const;
type QueuesOptions = Readonly<Record<keyof typeof QUEUES, QueueOptions>>;

/** Makes the queues of a store, so that it finds them settled. Returns what their names begin with. */
export function prepared(url: string, otherwise: Partial<QueuesOptions> = {}): Promise<string> {
  return onBroker(url, (channel) => prepare(channel, otherwise));
}

/** The same over a channel that is there. */
export async function prepare(
  channel: Pick<ConfirmChannel, "assertQueue" | "sendToQueue">,
  otherwise: Partial<QueuesOptions> = {},
): Promise<string> {
  const prefix = newPrefix();
  for (const [name, options] of Object.entries({ ...QUEUES, ...otherwise })) {
    await channel.assertQueue(`${prefix}.${name}`, options);
  }
  const stored = Promise.withResolvers<void>();
  const layout = Buffer.from(layoutText(firstLayout(1)));
  channel.sendToQueue(`${prefix}.layout`, layout, {}, () => stored.resolve());
  await stored.promise;
  return prefix;
}

/** A store that is up, with nothing in it. */
export async function openWatched(
  url: string,
  options: WatchedOptions = {},
): Promise<WatchedStore> {
  // Over a connection that nothing is wrong with: `url` may be that of a proxy.
  const prefix = options.prefix ?? await prepared(url);
  const watched = new WatchedStore(url, { ...options, prefix });
  await watched.until("up");
  return watched;
}

/** The `number`th event of a rule, with a body beyond ASCII. */
export function eventOf(number: number, rule = 7): OutboundEvent {
  const ruleId = RuleId.parse(rule);
  const scheduledAt = Date.UTC(2025, 0, 2, 3, 4, 5, 678) + number * 1000;
  return {
    ruleId,
    ruleRef: `pack.rule_${rule}`,
    triggerRef: "core.crontimer",
    occurrenceId: occurrenceId(ruleId, scheduledAt),
    scheduledAt,
    dueAt: scheduledAt + 250,
    coversFrom: scheduledAt + 250,
    body: JSON.stringify({ number, text: "blåbær \u{1f552}" }),
  };
}

/** Events of one rule, in order. */
export function eventsOf(count: number): OutboundEvent[] {
  return Array.from({ length: count }, (_, index) => eventOf(index + 1));
}

/** How many messages of a queue nobody holds. */
export async function depth(url: string, queue: string): Promise<number> {
  return await onBroker(url, async (channel) => (await channel.checkQueue(queue)).messageCount);
}

/** Takes messages out of a queue, once there are `count`. */
export async function contents(url: string, queue: string, count: number): Promise<GetMessage[]> {
  const messages: GetMessage[] = [];
  const taken = onBroker(url, async (channel) => {
    while (messages.length < count) {
      const message = await channel.get(queue, { noAck: true });
      if (message) messages.push(message);
    }
  });
  await patiently(taken, () => `Only ${messages.length} in '${queue}'`);
  return messages;
}
