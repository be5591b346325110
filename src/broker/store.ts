import { type Backoff, fullJitter } from "../ground/backoff.ts";
import type { Chance } from "../ground/chance.ts";
import type { Clock } from "../ground/clock.ts";
import { queuesOf, type Shard } from "../domain/shard.ts";
import { BrokerCheckpoint } from "./checkpoint.ts";
import type { Connect } from "./channel.ts";
import type { BrokerError } from "./fault.ts";
import { BrokerLayout } from "./layout.ts";
import type { LayoutError } from "./layout_error.ts";
import type { StoreNews } from "./news.ts";
import type { Tell } from "../ground/tell.ts";
import { BrokerOutbox } from "./outbox.ts";
import { openSession } from "./session.ts";

const RETRY_BASE_MS = 250;
const RETRY_CAP_MS = 5000;

/** Where the sensor's own queues are. */
export interface StoreOptions {
  /** `amqp(s)://user:password@host:port/vhost?heartbeat=seconds`. */
  readonly url: string;
  readonly connect?: Connect | undefined;
  /** What the names of all shards' queues begin with. */
  readonly prefix: string;
  /** Whose queues these are. */
  readonly shard: Shard;
  /** Several instances may run the same shard. */
  readonly ha: boolean;
  readonly clock: Clock;
  readonly chance: Chance;
  readonly backoff?: Backoff;
  readonly tell: Tell<StoreNews>;
  /** This instance must not run, or not go on: the store is closed for good. */
  readonly refused: (error: LayoutError) => void;
}

/** What the sensor keeps in RabbitMQ, the only disk it has (see src/decisions/one_disk.md). */
export interface Store extends AsyncDisposable {
  readonly outbox: BrokerOutbox;
  readonly checkpoint: BrokerCheckpoint;
  /** Resolves when it was reached for the first time, rejects when it is closed before, or refused. */
  readonly ready: Promise<void>;
  /** The latest trouble with the broker. */
  readonly trouble: BrokerError | null;
}

/**
 * Opens the store on a connection of its own: while the broker is short of memory it stops those that
 * publish, and the messages about rules are to come in all the same. Throws a `TypeError` when the URL
 * cannot be read.
 */
export function openStore(options: StoreOptions): Store {
  const { prefix: base, shard, ha, clock, chance } = options;
  const queues = queuesOf(base, shard);
  let trouble: BrokerError | null = null;
  let wasUp = false;
  const warned = new Set<string>();
  const tell: Tell<StoreNews> = (news) => {
    if (news.kind === "outbox_up") wasUp = true;
    if (news.kind === "store_warning") {
      if (warned.has(news.text)) return;
      warned.add(news.text);
    }
    options.tell(news);
  };
  const warning = (text: string) => tell({ kind: "store_warning", text });
  const refusal = new AbortController();
  const refused = (error: LayoutError) => {
    refusal.abort(error);
    options.refused(error);
  };
  const outbox = new BrokerOutbox({ queues, clock, processId: chance.uuid(), tell });
  const lost = (queue: string) => tell({ kind: "kept_message_lost", queue });
  const layout = new BrokerLayout({ base, shard, ha, clock, on: { warning, lost, refused } });
  const checkpoint = new BrokerCheckpoint({
    queue: queues.checkpoint,
    layout,
    predecessor: () => layout.found ?? outbox.found,
    clock,
    warn: warning,
    lost,
  });
  const session = openSession({
    url: options.url,
    connect: options.connect,
    name: `attune-core-timer-sensor (${queues.outbox})`,
    clock,
    backoff: options.backoff ?? fullJitter(RETRY_BASE_MS, RETRY_CAP_MS, chance),
    // Otherwise it outlives everything else: what is undelivered in the end goes there.
    signal: refusal.signal,
    async begin(context) {
      await layout.begin(context);
      await checkpoint.begin(context);
      await outbox.begin(context);
    },
    down: (error, retryMs) => {
      trouble = error;
      tell({ kind: "store_lost", error, retryMs, wasUp });
    },
  });
  session.ready.catch(() => {/* stopped before: whoever waits for it knows */});
  return {
    outbox,
    checkpoint,
    get ready() {
      return session.ready;
    },
    get trouble() {
      return trouble;
    },
    [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
  };
}
