import type { Watch } from "../admin/watch.ts";
import { fullJitter } from "../ground/backoff.ts";
import { both } from "../observe/both.ts";
import type { BrokerError } from "../broker/fault.ts";
import type { LayoutError } from "../broker/layout_error.ts";
import { openStore, type Store } from "../broker/store.ts";
import { type Clock, sleep } from "../ground/clock.ts";
import type { Checkpoint } from "../domain/checkpoint.ts";
import type { Config } from "../config/config.ts";
import type { Delivery } from "../delivery/delivery.ts";
import type { OutboundEvent } from "../domain/event.ts";
import { eventOf } from "../delivery/fire_event.ts";
import { checkpointJournal, resumeJournal, storeJournal } from "../observe/broker_journal.ts";
import { type DeliveryCounts, deliveryJournal } from "../observe/delivery_journal.ts";
import { DropTally } from "../observe/drop_tally.ts";
import { Lateness } from "../observe/lateness.ts";
import { missedJournal, ruleJournal, syncJournal } from "../observe/rule_journal.ts";
import type { Log } from "../log/log.ts";
import { messageOf } from "../ground/error_text.ts";
import { type ApiClient, ApiError } from "../platform/api_client.ts";
import { resumeFrom } from "../timers/resume.ts";
import type { RuleId } from "../domain/rule.ts";
import { TIMER_TRIGGERS } from "../schedule/mod.ts";
import { ownsRule } from "../domain/shard.ts";
import { Reconciler } from "../sync/reconciler.ts";
import { RuleBook } from "../sync/rule_book.ts";
import { Term } from "./term.ts";
import { TimerManager } from "../timers/timer_manager.ts";
import { openTracing, traced } from "../observe/tracing.ts";
import { type DueSink, TimerTable } from "../timers/timer_table.ts";

/** Between snapshots that failed. */
const SNAPSHOT_BACKOFF = fullJitter(500, 5000);
/** Between attempts to read the checkpoint. */
const CHECKPOINT_BACKOFF = fullJitter(250, 2000);

/** What the engine runs on. */
export interface EngineOptions {
  readonly config: Config;
  readonly log: Log;
  readonly clock: Clock;
  readonly api: ApiClient;
  /** The triggers that the token covers; `null` for all. */
  readonly allowedTriggers: readonly string[] | null;
  /** What the names of the sensor's own queues begin with, whatever its shard. */
  readonly queueBase: string;
  /** Whether no other instance can be the one that fires. Asked before each deed. */
  readonly mayAct: () => boolean;
  /** Ends the reading of rules. */
  readonly signal: AbortSignal;
  /** The token is of no use any more. */
  readonly unauthorized: (reason: string) => void;
  /** The rules are shared otherwise than this instance is told: it must not run. */
  readonly refused: (error: LayoutError) => void;
  /** Hears of everything too, beside the log. */
  readonly watch: Watch | undefined;
}

/** Rules in, events out: everything between the two. */
export class Engine {
  readonly timers: TimerManager;
  readonly book: RuleBook;
  readonly reconciler: Reconciler;
  readonly store: Store;
  readonly counts: DeliveryCounts = {
    stored: 0,
    refused: 0,
    parked: 0,
    dropped: 0,
    expired: 0,
    discarded: 0,
  };
  readonly lateness: Lateness = new Lateness();
  readonly #options: EngineOptions;
  readonly #drops: DropTally;
  readonly #tracing = openTracing();
  /** The present one, if this instance is the one that fires. */
  #term: Term | null = null;
  #brokerTrouble: BrokerError | null = null;

  constructor(options: EngineOptions) {
    const { config, log, clock, watch } = options;
    this.#options = options;
    this.#drops = new DropTally(log, clock);
    this.store = this.#openStore();
    this.timers = new TimerManager({
      clock,
      table: new TimerTable({ catchUpWindowMs: config.catchUpWindowMs }),
      sink: both<DueSink>({
        fire: (fire) => {
          this.lateness.add(fire.firedAt - fire.dueAt);
          const event = eventOf(fire, config.sensorRef);
          this.#tracing?.fired(fire, event);
          this.#term?.delivery.submit(event);
        },
        dropped: missedJournal(log),
      }, watch?.timers),
      mayFire: options.mayAct,
    });
    this.book = this.#openBook();
    this.reconciler = this.#openReconciler();
  }

  /** Whether what falls due is handed out by this instance now. */
  get isFiring(): boolean {
    return this.#term !== null && this.#options.mayAct();
  }

  /** What is to be delivered; `null` where this is not the instance that fires. */
  get delivery(): Delivery | null {
    return this.#term?.delivery ?? null;
  }

  /** The latest trouble with the broker. */
  get brokerTrouble(): BrokerError | null {
    return this.#brokerTrouble;
  }

  /**
   * Goes on firing where whoever fired before left off. Resolves when all is under way, or when `signal`
   * is aborted: then {@link stepDown} follows. `rulesKnown` resolves with the first snapshot.
   */
  async lead(rulesKnown: Promise<void>, signal: AbortSignal): Promise<void> {
    const { log, clock, config } = this.#options;
    // Whatever falls due from now on is this instance's to fire, however long the checkpoint takes.
    const now = clock.now();
    const checkpoint = await this.#readCheckpoint(signal);
    const parked = await this.#countParked(signal);
    if (signal.aborted) return;
    const resumption = resumeFrom(checkpoint, now);
    resumeJournal(log, config.catchUpWindowMs)(resumption);
    const term = this.#openTerm();
    this.#term = term;
    term.start(resumption.since, parked);
    await rulesKnown;
    if (!signal.aborted) term.settleIn();
  }

  /** Ends at once: another instance may be the one that fires. */
  stepDown(): void {
    this.#term?.abandon();
    this.#term = null;
  }

  /** Ends in order, see {@link Term.end}. Returns how many events are neither delivered nor kept. */
  async end(timeoutMs: number): Promise<number> {
    const left = await this.#term?.end(timeoutMs) ?? 0;
    this.#drops[Symbol.dispose]();
    return left;
  }

  async #readCheckpoint(signal: AbortSignal): Promise<Checkpoint | null> {
    const { log, clock } = this.#options;
    for (let failures = 1; !signal.aborted; failures++) {
      try {
        return await this.store.checkpoint.read();
      } catch (error) {
        const text = `Failed to read the checkpoint: ${messageOf(error)}`;
        log.repeated("warn", text, text);
        await sleep(clock, CHECKPOINT_BACKOFF(failures), signal).catch(() => {/* asked to stop */});
      }
    }
    return null;
  }

  /** `null` where the outbox is not up: it counts what it has when it is. */
  async #countParked(signal: AbortSignal): Promise<number | null> {
    const { outbox } = this.store;
    if (!outbox.isUp) return null;
    try {
      if (this.#options.config.ha) await outbox.untilLeft(signal);
      return await outbox.count();
    } catch {
      return null;
    }
  }

  #openStore(): Store {
    const { config, log, clock, queueBase, refused, watch } = this.#options;
    const told = both(storeJournal(log), watch?.store);
    const { mqUrl: url, shard, ha } = config;
    return openStore({ url, prefix: queueBase, shard, ha, clock }, {
      ...told,
      refused,
      lost: (error, retryMs) => {
        this.#brokerTrouble = error;
        told.lost(error, retryMs);
      },
      up: (count) => {
        told.up(count);
        this.#term?.delivery.outboxUp(count);
      },
      down: () => this.#term?.delivery.outboxDown(),
      blocked: (isBlocked) => {
        told.blocked(isBlocked);
        this.#term?.delivery.outboxBlocked();
      },
      take: (parcel) => this.#term?.delivery.accept(parcel),
      unreadable: (reason) => {
        told.unreadable(reason);
        this.#term?.delivery.outboxUnreadable();
      },
    });
  }

  #openTerm(): Term {
    const { config, log, clock, api, mayAct, unauthorized, watch } = this.#options;
    const journal = deliveryJournal(log, this.counts, this.#drops);
    const told = both(both(journal, watch?.delivery), this.#tracing?.delivery);
    return new Term({
      config,
      clock,
      store: this.store,
      timers: this.timers,
      post: traced(this.#tracing, (event, signal) => api.createEvent(event, signal)),
      isKnown: (ruleId) => this.book.has(ruleId),
      mayAct,
      on: {
        ...told,
        stored: (event, result, parkedAt) => {
          told.stored(event, result, parkedAt);
          if (result.ruleGone) this.#giveUp(event);
        },
        unauthorized,
      },
      checkpointWritten: watch?.checkpoint.written,
      checkpointFailed: checkpointJournal(log),
    });
  }

  #openBook(): RuleBook {
    const { config, log, clock, allowedTriggers, watch } = this.#options;
    const allowed = allowedTriggers === null ? null : new Set(allowedTriggers);
    const discard = (ruleId: RuleId) => this.#term?.delivery.discard(ruleId);
    return new RuleBook({
      timers: this.timers,
      triggers: TIMER_TRIGGERS,
      isOurs: (ruleId) => ownsRule(config.shard, ruleId),
      isAllowed: (triggerRef) => allowed === null || allowed.has(triggerRef),
      clock,
      on: {
        ...ruleJournal(log),
        gone(ruleId) {
          discard(ruleId);
          watch?.rules.gone?.(ruleId);
        },
      },
    });
  }

  #openReconciler(): Reconciler {
    const { config, log, clock, api, signal, unauthorized, watch } = this.#options;
    const told = both(syncJournal(log), watch?.sync);
    return new Reconciler({
      source: api,
      book: this.book,
      triggers: TIMER_TRIGGERS,
      clock,
      backoff: SNAPSHOT_BACKOFF,
      intervalMs: config.reconcileIntervalMs,
      on: {
        ...told,
        snapshotFailed(error, retryMs) {
          told.snapshotFailed(error, retryMs);
          if (isUnauthorized(error)) unauthorized(error.message);
        },
      },
      signal,
    });
  }

  /** Posted without its rule, an event runs the actions of others: not one more (contract 2.5). */
  #giveUp(event: OutboundEvent): void {
    this.book.doubt(event.ruleId);
    this.#term?.delivery.discard(event.ruleId);
    this.reconciler.recheck(event.ruleRef);
  }
}

/** Whether a call failed because the token was refused. */
function isUnauthorized(error: unknown): error is ApiError {
  return error instanceof ApiError && error.status === 401;
}
