import { Buffer } from "node:buffer";
import { type ConfirmChannel, connect } from "amqplib";
import type { Backoff } from "../../src/ground/backoff.ts";
import type { ListenerNews } from "../../src/broker/news.ts";
import { openRuleListener, type RuleListener } from "../../src/broker/rule_listener.ts";
import { systemChance } from "../../src/ground/chance.ts";
import { type Clock, systemClock } from "../../src/ground/clock.ts";
import type { RuleChange } from "../../src/domain/rule.ts";
import { PATIENCE_MS } from "../support/patience.ts";

/** What a feed of a test wants otherwise. */
export interface FeedOptions {
  readonly exchange?: string;
  readonly queue?: string;
  readonly clock?: Clock;
  readonly backoff?: Backoff;
  readonly signal?: AbortSignal;
  readonly change?: (change: RuleChange) => Promise<void>;
  readonly up?: () => void;
}

/** A rule listener with names of its own, and a line for everything that it told. */
export class Feed implements AsyncDisposable {
  readonly exchange: string;
  readonly queue: string;
  readonly listener: RuleListener;
  /** Where it was last connected to. */
  address = "";
  readonly lines: string[] = [];
  readonly changes: RuleChange[] = [];
  readonly #waiting = new Set<() => void>();

  /** Messages that could not be read. */
  missed = 0;

  constructor(url: string, options: FeedOptions = {}) {
    const id = crypto.randomUUID().slice(0, 8);
    this.exchange = options.exchange ?? `attune.${id}`;
    this.queue = options.queue ?? `sensor.${id}`;
    this.listener = openRuleListener({
      url,
      exchange: this.exchange,
      queue: this.queue,
      clock: options.clock ?? systemClock,
      chance: systemChance,
      backoff: options.backoff ?? (() => 20),
      signal: options.signal ?? new AbortController().signal,
      feed: {
        changed: (change) => {
          this.changes.push(change);
          this.#tell(`change ${change.ruleId}`);
          return options.change?.(change) ?? Promise.resolve();
        },
        missed: () => void this.missed++,
        connected: () => options.up?.(),
      },
      tell: (news) => this.#hear(news),
    });
  }

  /** The lines that begin so. */
  told(beginning: string): string[] {
    return this.lines.filter((line) => line.startsWith(beginning));
  }

  /** Waits until messages can come in. */
  async ready(): Promise<void> {
    await patiently(this.listener.ready, () => `Not ready:\n${this.lines.join("\n")}`);
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

  async [Symbol.asyncDispose](): Promise<void> {
    await this.listener[Symbol.asyncDispose]();
  }

  #hear(news: ListenerNews): void {
    switch (news.kind) {
      case "listener_up":
        this.address = news.address;
        return this.#tell("up");
      case "listener_down":
        return this.#tell(`down ${news.error.fault}: ${news.error.message}`);
      case "change_heard":
        return;
      case "change_retrying":
        return this.#tell(`retrying ${news.change.ruleId}: ${news.error}`);
      case "message_unreadable":
        return this.#tell(`unreadable: ${news.message.reason}: ${news.message.excerpt}`);
      case "listener_warning":
        return this.#tell(`warning: ${news.text}`);
      default:
        news satisfies never;
    }
  }

  #tell(line: string): void {
    this.lines.push(line);
    for (const check of this.#waiting) check();
  }
}

/** Waits for what happens soon or never. */
export async function patiently<T>(promise: Promise<T>, otherwise: () => string): Promise<T> {
  const { promise: lost, reject } = Promise.withResolvers<never>();
  const patience = setTimeout(() => reject(new Error(otherwise())), PATIENCE_MS);
  return await Promise.race([promise, lost]).finally(() => clearTimeout(patience));
}

/** A lifecycle message of the native form. */
export function ruleMessage(id: number): string {
  return JSON.stringify({ event_type: "RuleCreated", rule_id: id, trigger_type: "core.timer" });
}

/** Works on a broker over a connection of its own, which is gone when this resolves. */
export async function onBroker<T>(
  url: string,
  work: (channel: ConfirmChannel) => Promise<T>,
): Promise<T> {
  const socket = new AbortController();
  const model = await connect(url, { noDelay: true, ...{ signal: socket.signal } });
  try {
    const channel = await model.createConfirmChannel();
    const result = await work(channel);
    await channel.waitForConfirms();
    await model.close();
    return result;
  } finally {
    socket.abort();
  }
}

/** Publishes messages and waits until the broker has them. */
export function publish(
  url: string,
  exchange: string,
  messages: Iterable<string | Uint8Array>,
  options: { key?: string; timestamp?: number } = {},
): Promise<void> {
  const { key = "rule.created", ...properties } = options;
  return onBroker(url, async (channel) => {
    for (const message of messages) {
      channel.publish(exchange, key, Buffer.from(message), properties);
    }
    await Promise.resolve();
  });
}
