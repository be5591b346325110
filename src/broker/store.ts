import { type Backoff, fullJitter } from "../backoff.ts";
import type { Clock } from "../clock.ts";
import { BrokerCheckpoint } from "./checkpoint.ts";
import type { BrokerError } from "./fault.ts";
import { BrokerOutbox, type OutboxEvents } from "./outbox.ts";
import { openSession } from "./session.ts";

const RETRY_BASE_MS = 250;
const RETRY_CAP_MS = 5000;

/** Where the sensor's own queues are. */
export interface StoreOptions {
  /** `amqp(s)://user:password@host:port/vhost?heartbeat=seconds`. */
  readonly url: string;
  /** What the names of the queues begin with: that of the queue beside them. */
  readonly prefix: string;
  readonly clock: Clock;
  readonly backoff?: Backoff;
}

/** Is told how the store is. */
export interface StoreEvents extends OutboxEvents {
  /** The connection was lost, or could not be made; the next attempt follows in `retryMs`. */
  lost(error: BrokerError, retryMs: number): void;
}

/** What the sensor keeps in RabbitMQ, the only disk it has (design idea 3). */
export interface Store extends AsyncDisposable {
  readonly outbox: BrokerOutbox;
  readonly checkpoint: BrokerCheckpoint;
  /** Resolves when it was reached for the first time, rejects when it is closed before. */
  readonly ready: Promise<void>;
}

/**
 * Opens the store on a connection of its own: while the broker is short of memory it stops those that
 * publish, and the messages about rules are to come in all the same. Throws a `TypeError` when the URL
 * cannot be read.
 */
export function openStore(options: StoreOptions, on: StoreEvents): Store {
  const { prefix, clock } = options;
  const told = new Set<string>();
  const warn = (text: string) => {
    if (!told.has(text)) on.warning(text);
    told.add(text);
  };
  const outbox = new BrokerOutbox(`${prefix}.outbox`, `${prefix}.dead`, clock, {
    ...on,
    warning: warn,
  });
  const checkpoint = new BrokerCheckpoint(`${prefix}.checkpoint`, clock, warn);
  const session = openSession({
    url: options.url,
    name: `attune-core-timer-sensor (${prefix}.outbox)`,
    clock,
    backoff: options.backoff ?? fullJitter(RETRY_BASE_MS, RETRY_CAP_MS),
    // It outlives everything else: what is undelivered in the end goes there.
    signal: new AbortController().signal,
    async begin(context) {
      await checkpoint.begin(context);
      await outbox.begin(context);
    },
    down: (error, retryMs) => on.lost(error, retryMs),
  });
  session.ready.catch(() => {/* stopped before: whoever waits for it knows */});
  return {
    outbox,
    checkpoint,
    get ready() {
      return session.ready;
    },
    [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
  };
}
