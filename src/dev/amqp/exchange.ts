import type { Queue } from "./queue.ts";

/** The types of exchange that this broker has; RabbitMQ's `headers` is missing. */
export const EXCHANGE_TYPES = ["direct", "fanout", "topic"] as const;
export type ExchangeType = typeof EXCHANGE_TYPES[number];

/** What an exchange is declared as. */
export interface ExchangeOptions {
  readonly type: ExchangeType;
  readonly durable: boolean;
  /** Whether it goes when its last binding goes. */
  readonly autoDelete: boolean;
}

/** Knows which queues a message goes to, by its routing key. */
export class Exchange {
  readonly name: string;
  readonly options: ExchangeOptions;
  readonly #bindings = new Map<Queue, Map<string, (routingKey: string) => boolean>>();

  constructor(name: string, options: ExchangeOptions) {
    this.name = name;
    this.options = options;
  }

  /** Whether any queue is bound. */
  get isUsed(): boolean {
    return this.#bindings.size > 0;
  }

  /** Binds a queue by a key, which is a pattern where the exchange is a topic. Idempotent. */
  bind(queue: Queue, key: string): void {
    const ofQueue = this.#bindings.get(queue) ?? new Map();
    this.#bindings.set(queue, ofQueue.set(key, matcher(this.options.type, key)));
  }

  /** Takes a binding back; whether there was one. */
  unbind(queue: Queue, key: string): boolean {
    const ofQueue = this.#bindings.get(queue);
    const isRemoved = ofQueue?.delete(key) ?? false;
    if (ofQueue?.size === 0) this.#bindings.delete(queue);
    return isRemoved;
  }

  /** Takes back all bindings of a queue; whether there was one. */
  unbindAll(queue: Queue): boolean {
    return this.#bindings.delete(queue);
  }

  /** The queues that a message with this key goes to, each once. */
  route(routingKey: string): Queue[] {
    return [...this.#bindings]
      .filter(([, ofQueue]) => ofQueue.values().some((matches) => matches(routingKey)))
      .map(([queue]) => queue);
  }
}

function matcher(type: ExchangeType, key: string): (routingKey: string) => boolean {
  switch (type) {
    case "direct":
      return (routingKey) => routingKey === key;
    case "fanout":
      return () => true;
    case "topic":
      return topicMatcher(key);
    default:
      return type satisfies never;
  }
}

/**
 * Whether a routing key is of a topic: both are words with dots between, where `*` in the pattern stands
 * for exactly one word and `#` for any number of them.
 */
export function topicMatcher(pattern: string): (routingKey: string) => boolean {
  const wanted = wordsOf(pattern);
  return (routingKey) => matchesWords(wanted, wordsOf(routingKey));
}

function wordsOf(key: string): string[] {
  return key === "" ? [] : key.split(".");
}

// Takes `#` for no word first, and comes back to give the last one a word more when that fails.
function matchesWords(pattern: readonly string[], words: readonly string[]): boolean {
  let at = 0;
  let hashAt = -1;
  let wordsOfHash = 0;
  for (let word = 0; word < words.length;) {
    if (pattern[at] === "#") {
      hashAt = at++;
      wordsOfHash = word;
    } else if (at < pattern.length && (pattern[at] === "*" || pattern[at] === words[word])) {
      at++;
      word++;
    } else if (hashAt !== -1) {
      at = hashAt + 1;
      word = ++wordsOfHash;
    } else {
      return false;
    }
  }
  return pattern.slice(at).every((rest) => rest === "#");
}
