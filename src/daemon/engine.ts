import type { Connect } from "../broker/channel.ts";
import { openStore, type Store } from "../broker/store.ts";
import type { LayoutError } from "../broker/layout_error.ts";
import type { Config } from "../config/schema.ts";
import type { Delivery } from "../delivery/delivery.ts";
import { eventOf } from "../delivery/fire_event.ts";
import type { OutboundEvent, PostResult } from "../domain/event.ts";
import { ownsRule } from "../domain/shard.ts";
import type { Tenure } from "../domain/tenure.ts";
import { fullJitter } from "../ground/backoff.ts";
import type { Chance } from "../ground/chance.ts";
import type { Clock } from "../ground/clock.ts";
import type { Tell } from "../ground/tell.ts";
import type { News } from "../observe/news.ts";
import type { ApiClient } from "../platform/api_client.ts";
import type { ClockSkew } from "../platform/clock_skew.ts";
import { ApiError } from "../platform/api_error.ts";
import { TIMER_TRIGGERS } from "../schedule/kinds.ts";
import { Confirmations } from "../sync/confirmations.ts";
import { Reconciler } from "../sync/reconciler.ts";
import { RuleBook } from "../sync/rule_book.ts";
import { TimerManager } from "../timers/timer_manager.ts";
import { TimerTable } from "../timers/timer_table.ts";
import { reign, type ReignOptions } from "./reign.ts";

/** Between snapshots that failed. */
const SNAPSHOT_BACKOFF_MS = [500, 5000] as const;

/** What the engine runs on. */
export interface EngineOptions {
  readonly config: Config;
  readonly clock: Clock;
  readonly chance: Chance;
  /** How the broker is reached: over the network unless told otherwise. */
  readonly connect?: Connect | undefined;
  readonly api: ApiClient;
  readonly skew: Pick<ClockSkew, "steadyMs">;
  /** Posts an event. */
  readonly post: (event: OutboundEvent, signal: AbortSignal) => Promise<PostResult>;
  readonly tell: Tell<News>;
  /** The triggers that the token covers; `null` for all. */
  readonly allowedTriggers: readonly string[] | null;
  /** What the names of the sensor's own queues begin with, whatever its shard. */
  readonly queueBase: string;
  /** Ends the reading of rules. */
  readonly signal: AbortSignal;
  /** The token is of no use any more. */
  readonly unauthorized: (reason: string) => void;
  /** The rules are shared otherwise than this instance is told: it must not run. */
  readonly refused: (error: LayoutError) => void;
}

/** The reading of rules, until the signal is aborted. */
export type RuleReading = Pick<
  Reconciler,
  "changed" | "missed" | "connected" | "hasten" | "requestSnapshot" | "run"
>;

/** Where the rules are looked at one by one. */
export interface RuleSources {
  readonly book: Pick<RuleBook, "rules" | "refOf" | "has" | "census">;
  readonly timers: Pick<TimerManager, "view" | "upcoming">;
}

/** A tenure that is going on, and what is to be delivered in it. */
interface Present {
  readonly tenure: Tenure;
  readonly delivery: Delivery;
}

/** Rules in, events out: everything between the two. */
export class Engine implements AsyncDisposable {
  /** Where messages about rules go, and what reads the rules. */
  readonly rules: RuleReading;
  /** The queues of the sensor's own. */
  readonly queues: Pick<Store, "ready" | "trouble">;
  readonly ruleSources: RuleSources;
  readonly #timers: TimerManager;
  readonly #book: RuleBook;
  readonly #reconciler: Reconciler;
  readonly #confirmations: Confirmations;
  readonly #store: Store;
  readonly #options: EngineOptions;
  /** `null` where this is not the instance that fires. */
  #present: Present | null = null;

  constructor(options: EngineOptions) {
    const { config, clock, queueBase } = options;
    this.#options = options;
    const { mqUrl: url, shard, ha, catchUpWindowMs } = config;
    this.#store = openStore({ ...options, url, prefix: queueBase, shard, ha });
    this.#timers = new TimerManager({
      clock,
      table: new TimerTable({ catchUpWindowMs, watchedSince: clock.now() }),
    });
    this.#book = this.#openBook();
    this.#reconciler = this.#openReconciler();
    this.#confirmations = new Confirmations({
      clock,
      timers: this.#timers,
      rules: this.#book,
      reader: this.#reconciler,
    });
    this.rules = this.#reconciler;
    this.queues = this.#store;
    this.ruleSources = { book: this.#book, timers: this.#timers };
  }

  /** Whether what falls due is handed out by this instance now. */
  get isFiring(): boolean {
    return this.#present?.tenure.isHeld ?? false;
  }

  /** Everything that fell due up to this instant has been handed out, in epoch milliseconds. */
  get handedOutTo(): number {
    return this.#timers.handedOutTo;
  }

  /** Rules with a timer. */
  get size(): number {
    return this.#timers.size;
  }

  /** What is to be delivered; `null` where this is not the instance that fires. */
  get backlog(): Pick<Delivery, "waiting" | "parked" | "earliestDueAt"> | null {
    return this.#present?.delivery ?? null;
  }

  /** Fires for as long as the tenure lasts, as {@link reign} does. */
  async reign(tenure: Tenure, about: ReignOptions): Promise<number> {
    using _confirming = this.#confirmations.start();
    const { config, clock, chance, post, tell, unauthorized } = this.#options;
    return await reign(
      {
        config,
        clock,
        chance,
        store: this.#store,
        timers: this.#timers,
        post,
        isKnown: (ruleId) => this.#book.has(ruleId),
        tell,
        ports: { unauthorized, ruleGone: (event) => this.#giveUp(event) },
        eventOf: (fire) => eventOf(fire, config.sensorRef),
        show: (delivery) => {
          this.#present = { tenure, delivery };
          return { [Symbol.dispose]: () => void (this.#present = null) };
        },
      },
      tenure,
      about,
    );
  }

  /** Closes the queues. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#store[Symbol.asyncDispose]();
  }

  #openBook(): RuleBook {
    const { config, clock, skew, allowedTriggers, tell } = this.#options;
    return new RuleBook({
      timers: this.#timers,
      triggers: TIMER_TRIGGERS,
      isOurs: (ruleId) => ownsRule(config.shard, ruleId),
      allowed: allowedTriggers === null ? null : new Set(allowedTriggers),
      clock,
      tell,
      lookAgain: (ref) => this.#reconciler.lookAgain(ref),
      skewMs: () => skew.steadyMs,
      hasEvents: (ruleId) => this.#present?.delivery.has(ruleId) ?? false,
      gone: (ruleId) => this.#present?.delivery.discard(ruleId),
    });
  }

  #openReconciler(): Reconciler {
    const { config, clock, chance, api, signal, unauthorized, tell } = this.#options;
    return new Reconciler({
      source: api,
      book: this.#book,
      triggers: TIMER_TRIGGERS,
      clock,
      backoff: fullJitter(...SNAPSHOT_BACKOFF_MS, chance),
      intervalMs: config.reconcileIntervalMs,
      tell,
      failed: (error) => isUnauthorized(error) && unauthorized(error.message),
      signal,
    });
  }

  /** Posted without its rule, an event runs the actions of others: not one more (contract 2.5). */
  #giveUp(event: OutboundEvent): void {
    this.#book.doubt(event.ruleId);
    this.#present?.delivery.discard(event.ruleId);
    this.#reconciler.recheck(event.ruleRef);
  }
}

/** Whether a call failed because the token was refused. */
function isUnauthorized(error: unknown): error is ApiError {
  return error instanceof ApiError && error.status === 401;
}
