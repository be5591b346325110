import { fullJitter } from "./backoff.ts";
import { openStore, type Store } from "./broker/store.ts";
import { Checkpointer } from "./checkpointer.ts";
import type { Clock } from "./clock.ts";
import type { Config } from "./config.ts";
import { Delivery } from "./delivery/delivery.ts";
import { eventOf, type OutboundEvent } from "./event.ts";
import { checkpointJournal, storeJournal } from "./journal/broker_journal.ts";
import { type DeliveryCounts, deliveryJournal } from "./journal/delivery_journal.ts";
import { DropTally } from "./journal/drop_tally.ts";
import { missedJournal, ruleJournal, syncJournal } from "./journal/rule_journal.ts";
import type { Log } from "./log.ts";
import { type ApiClient, ApiError } from "./platform/api_client.ts";
import { TIMER_TRIGGERS } from "./schedule/mod.ts";
import { Reconciler } from "./sync/reconciler.ts";
import { RuleBook } from "./sync/rule_book.ts";
import { TimerManager } from "./timers/timer_manager.ts";
import { TimerTable } from "./timers/timer_table.ts";

/** Between the attempts to post an event. */
const POST_BACKOFF = fullJitter(200, 2000);
/** Between the probes of an API that is down. */
const PROBE_BACKOFF = fullJitter(500, 10_000);
/** Between snapshots that failed. */
const SNAPSHOT_BACKOFF = fullJitter(500, 5000);
/** What is undelivered at the end gets this long to reach the outbox, and then the checkpoint. */
const PARK_MS = 500;
const CHECKPOINT_MS = 300;

/** What the engine runs on. */
export interface EngineOptions {
  readonly config: Config;
  readonly log: Log;
  readonly clock: Clock;
  readonly api: ApiClient;
  /** The triggers that the token covers; `null` for all. */
  readonly allowedTriggers: readonly string[] | null;
  /** What the names of the sensor's own queues begin with. */
  readonly queue: string;
  /** Ends the reading of rules. */
  readonly signal: AbortSignal;
  /** The token is of no use any more. */
  readonly unauthorized: (reason: string) => void;
}

/** Rules in, events out: everything between the two. */
export interface Engine {
  readonly timers: TimerManager;
  readonly book: RuleBook;
  readonly reconciler: Reconciler;
  readonly store: Store;
  readonly counts: Readonly<DeliveryCounts>;
  /** All rules are known: the outbox hands out what it has, and checkpoints are written. */
  begin(): void;
  /**
   * Fires nothing any more; delivers what it can for `timeoutMs`, puts the rest into the outbox, and
   * leaves a checkpoint. Returns how many events are in neither place.
   */
  end(timeoutMs: number): Promise<number>;
}

/** Puts timers, delivery and the staying in step together. */
export function openEngine(options: EngineOptions): Engine {
  const { config, log, clock, signal } = options;
  const counts: DeliveryCounts = {
    stored: 0,
    refused: 0,
    parked: 0,
    dropped: 0,
    expired: 0,
    discarded: 0,
  };
  const drops = new DropTally(log, clock);
  const told = deliveryJournal(log, counts, drops);
  const sync = syncJournal(log);
  const storeTold = storeJournal(log);
  const store = openStore({ url: config.mqUrl, prefix: options.queue, clock }, {
    ...storeTold,
    up(count) {
      storeTold.up(count);
      delivery.outboxUp(count);
    },
    down: () => delivery.outboxDown(),
    blocked(isBlocked) {
      storeTold.blocked(isBlocked);
      delivery.outboxBlocked();
    },
    take: (parcel) => delivery.accept(parcel),
    unreadable(reason) {
      storeTold.unreadable(reason);
      delivery.outboxUnreadable();
    },
  });
  const delivery: Delivery = new Delivery({
    post: (event, signal) => options.api.createEvent(event, signal),
    outbox: store.outbox,
    clock,
    concurrency: config.maxConcurrency,
    backoff: POST_BACKOFF,
    probeBackoff: PROBE_BACKOFF,
    outboxMaxAgeMs: config.outboxMaxAgeMs,
    isKnown: (ruleId) => book.has(ruleId),
    on: {
      ...told,
      stored(event, result, parkedAt) {
        told.stored(event, result, parkedAt);
        if (result.ruleGone) giveUp(event);
      },
      unauthorized: options.unauthorized,
      settled: () => checkpointer.touch(),
    },
  });
  const timers = new TimerManager({
    clock,
    table: new TimerTable({ catchUpWindowMs: config.catchUpWindowMs }),
    sink: {
      fire: (fire) => delivery.submit(eventOf(fire, config.sensorRef)),
      dropped: missedJournal(log),
    },
  });
  const checkpointer = new Checkpointer({
    store: store.checkpoint,
    clock,
    watermark: () => Math.min(timers.handedOutTo, delivery.earliestDueAt - 1),
    failed: checkpointJournal(log),
  });
  const allowed = options.allowedTriggers === null ? null : new Set(options.allowedTriggers);
  const book = new RuleBook({
    timers,
    triggers: TIMER_TRIGGERS,
    isAllowed: (triggerRef) => allowed === null || allowed.has(triggerRef),
    clock,
    on: { ...ruleJournal(log), gone: (ruleId) => delivery.discard(ruleId) },
  });
  const reconciler = new Reconciler({
    source: options.api,
    book,
    triggers: TIMER_TRIGGERS,
    clock,
    backoff: SNAPSHOT_BACKOFF,
    intervalMs: config.reconcileIntervalMs,
    on: {
      ...sync,
      snapshotFailed(error, retryMs) {
        sync.snapshotFailed(error, retryMs);
        if (isUnauthorized(error)) options.unauthorized(error.message);
      },
    },
    signal,
  });

  /** Posted without its rule, an event runs the actions of others: not one more (contract 2.5). */
  function giveUp(event: OutboundEvent): void {
    book.doubt(event.ruleId);
    delivery.discard(event.ruleId);
    reconciler.recheck(event.ruleRef);
  }

  return {
    timers,
    book,
    reconciler,
    store,
    counts,
    begin() {
      store.outbox.handOut();
      checkpointer.start();
    },
    async end(timeoutMs) {
      timers[Symbol.dispose]();
      // Not waited for: a broker that hangs does not answer.
      store.outbox.holdBack();
      await delivery.drain(timeoutMs, PARK_MS);
      await checkpointer.finish(CHECKPOINT_MS);
      drops[Symbol.dispose]();
      return delivery.waiting;
    },
  };
}

/** Whether a call failed because the token was refused. */
export function isUnauthorized(error: unknown): error is ApiError {
  return error instanceof ApiError && error.status === 401;
}
