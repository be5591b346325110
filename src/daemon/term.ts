import { fullJitter } from "../ground/backoff.ts";
import type { Store } from "../broker/store.ts";
import { Checkpointer } from "../delivery/checkpointer.ts";
import type { Checkpoint } from "../domain/checkpoint.ts";
import type { Clock } from "../ground/clock.ts";
import type { Config } from "../config/config.ts";
import { Delivery } from "../delivery/delivery.ts";
import type { DeliveryEvents } from "../delivery/delivery_events.ts";
import type { OutboundEvent, PostResult } from "../domain/event.ts";
import type { Outbox } from "../domain/outbox.ts";
import type { RuleId } from "../domain/rule.ts";
import type { TimerManager } from "../timers/timer_manager.ts";

/** Between the attempts to post an event. */
const POST_BACKOFF = fullJitter(200, 2000);
/** Between the probes of an API that is down. */
const PROBE_BACKOFF = fullJitter(500, 5000);
/** What is undelivered at the end gets this long to reach the outbox, and then the checkpoint. */
const PARK_MS = 500;
const CHECKPOINT_MS = 300;
const NOT_HELD = {
  kind: "retry",
  reason: "this instance is not sure to hold the lease",
  retryAfterMs: null,
} as const satisfies PostResult;

/** What a term needs. */
export interface TermOptions {
  readonly config: Config;
  readonly clock: Clock;
  readonly store: Store;
  readonly timers: TimerManager;
  readonly post: (event: OutboundEvent, signal: AbortSignal) => Promise<PostResult>;
  readonly isKnown: (ruleId: RuleId) => boolean;
  /** Whether no other instance can be the one that fires. Asked before each deed. */
  readonly mayAct: () => boolean;
  readonly on: Omit<DeliveryEvents, "settled">;
  readonly checkpointWritten: ((checkpoint: Checkpoint) => void) | undefined;
  readonly checkpointFailed: (error: unknown) => void;
}

/** The time in which this instance is the one that fires: delivers what the timers hand out. */
export class Term {
  readonly delivery: Delivery;
  readonly #timers: TimerManager;
  readonly #store: Store;
  readonly #checkpointer: Checkpointer;

  constructor(options: TermOptions) {
    const { config, clock, store, timers, mayAct } = options;
    this.#timers = timers;
    this.#store = store;
    this.delivery = new Delivery({
      post: (event, signal) => mayAct() ? options.post(event, signal) : Promise.resolve(NOT_HELD),
      outbox: guarded(store.outbox, mayAct),
      clock,
      concurrency: config.maxConcurrency,
      backoff: POST_BACKOFF,
      probeBackoff: PROBE_BACKOFF,
      outboxMaxAgeMs: config.outboxMaxAgeMs,
      isKnown: options.isKnown,
      on: { ...options.on, settled: () => this.#checkpointer.touch() },
    });
    this.#checkpointer = new Checkpointer({
      store: {
        get isUp() {
          return store.checkpoint.isUp && mayAct();
        },
        async write(checkpoint) {
          await store.checkpoint.write(checkpoint);
          options.checkpointWritten?.(checkpoint);
        },
      },
      clock,
      watermark: () => Math.min(timers.handedOutTo, this.delivery.earliestDueAt - 1),
      failed: options.checkpointFailed,
    });
  }

  /**
   * Fires what fell due after `since`. `parked` is the number of events in the outbox, `null` where it is
   * not up.
   */
  start(since: number, parked: number | null): void {
    if (parked !== null) this.delivery.outboxUp(parked);
    this.#timers.start(since);
  }

  /** All rules are known: the outbox hands out what it has, and checkpoints are written. */
  settleIn(): void {
    this.#store.outbox.handOut();
    this.#checkpointer.start();
  }

  /**
   * Fires nothing any more; delivers what it can for `timeoutMs`, puts the rest into the outbox, and
   * leaves a checkpoint. Returns how many events are in neither place.
   */
  async end(timeoutMs: number): Promise<number> {
    this.#timers.pause();
    // Not waited for: a broker that hangs does not answer.
    this.#store.outbox.holdBack();
    await this.delivery.drain(timeoutMs, PARK_MS);
    await this.#checkpointer.finish(CHECKPOINT_MS);
    return this.delivery.waiting;
  }

  /** Ends at once: another instance may be the one that fires, and goes on from the checkpoint. */
  abandon(): void {
    this.#timers.pause();
    this.#checkpointer[Symbol.dispose]();
    this.delivery.abandon();
    this.#store.outbox.giveBack();
  }
}

/** Nothing is put into the outbox on a guess: another instance may have taken over what is in it. */
function guarded(outbox: Outbox, mayAct: () => boolean): Outbox {
  const ifHeld = async (put: () => Promise<void>): Promise<void> => {
    if (!mayAct()) throw new Error(NOT_HELD.reason);
    await put();
  };
  return {
    get isUp() {
      return outbox.isUp;
    },
    put: (event) => ifHeld(() => outbox.put(event)),
    bury: (event, reason) => ifHeld(() => outbox.bury(event, reason)),
  };
}
