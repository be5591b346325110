import { fullJitter } from "./backoff.ts";
import type { Clock } from "./clock.ts";
import type { Config } from "./config.ts";
import { Delivery } from "./delivery.ts";
import { eventOf, type OutboundEvent } from "./event.ts";
import {
  type DeliveryCounts,
  deliveryJournal,
  missedJournal,
  ruleJournal,
  syncJournal,
} from "./journal.ts";
import type { Log } from "./log.ts";
import { type ApiClient, ApiError } from "./platform/api_client.ts";
import { TIMER_TRIGGERS } from "./schedule/mod.ts";
import { Reconciler } from "./sync/reconciler.ts";
import { RuleBook } from "./sync/rule_book.ts";
import { TimerManager } from "./timers/timer_manager.ts";
import { TimerTable } from "./timers/timer_table.ts";

/** Between the attempts to post an event. */
const POST_BACKOFF = fullJitter(200, 2000);
/** Between snapshots that failed. */
const SNAPSHOT_BACKOFF = fullJitter(500, 5000);

/** What the engine runs on. */
export interface EngineOptions {
  readonly config: Config;
  readonly log: Log;
  readonly clock: Clock;
  readonly api: ApiClient;
  /** The triggers that the token covers; `null` for all. */
  readonly allowedTriggers: readonly string[] | null;
  /** Ends the reading of rules. */
  readonly signal: AbortSignal;
  /** The token is of no use any more. */
  readonly unauthorized: (reason: string) => void;
}

/** Rules in, events out: everything between the two. */
export interface Engine {
  readonly timers: TimerManager;
  readonly delivery: Delivery;
  readonly book: RuleBook;
  readonly reconciler: Reconciler;
  readonly counts: Readonly<DeliveryCounts>;
}

/** Puts timers, delivery and the staying in step together. */
export function openEngine(options: EngineOptions): Engine {
  const { config, log, clock, signal } = options;
  const counts: DeliveryCounts = { stored: 0, refused: 0, lost: 0, discarded: 0 };
  const told = deliveryJournal(log, counts);
  const sync = syncJournal(log);
  const delivery = new Delivery({
    post: (event, signal) => options.api.createEvent(event, signal),
    clock,
    concurrency: config.maxConcurrency,
    backoff: POST_BACKOFF,
    on: {
      ...told,
      stored(event, result) {
        told.stored(event, result);
        if (result.ruleGone) giveUp(event);
      },
      refused(event, result) {
        told.refused(event, result);
        if (result.kind === "unauthorized") options.unauthorized(result.reason);
      },
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

  return { timers, delivery, book, reconciler, counts };
}

/** Whether a call failed because the token was refused. */
export function isUnauthorized(error: unknown): error is ApiError {
  return error instanceof ApiError && error.status === 401;
}
