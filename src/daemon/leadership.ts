import { both } from "../observe/both.ts";
import { Lease, type LeaseEvents } from "../broker/lease.ts";
import type { Clock } from "../ground/clock.ts";
import type { Engine } from "./engine.ts";
import { leaseJournal } from "../observe/broker_journal.ts";
import type { Log } from "../log/log.ts";

/** What competing for the lease needs. */
export interface LeadershipOptions {
  readonly engine: Engine;
  readonly url: string;
  /** The lease's queue. */
  readonly queue: string;
  readonly clock: Clock;
  readonly log: Log;
  /** Hears of the lease too, beside the log. */
  readonly watch: Partial<LeaseEvents> | undefined;
  /** The engine cannot go on. */
  readonly failed: (error: unknown) => void;
  /** Aborted when this instance is to stop: then it takes over no more. */
  readonly signal: AbortSignal;
}

/** Competes for the lease, and has the engine fire while this instance holds it. */
export class Leadership implements AsyncDisposable {
  readonly #options: LeadershipOptions;
  #lease: Lease | null = null;
  #term = new AbortController();

  /** Competes for nothing before {@link compete}. */
  constructor(options: LeadershipOptions) {
    this.#options = options;
  }

  /** Whether no other instance can be the one that fires. */
  get isHeld(): boolean {
    return this.#lease?.isHeld ?? false;
  }

  /** Stands by from now on: to be called when all rules are known. */
  compete(): void {
    const { url, queue, clock, log, watch } = this.#options;
    const told = both(leaseJournal(log), watch);
    this.#lease = new Lease({ url, queue, clock }, {
      ...told,
      acquired: () => {
        told.acquired();
        this.#begin();
      },
      lost: (reason) => {
        told.lost(reason);
        this.#term.abort(new Error(reason));
        this.#options.engine.stepDown();
      },
    });
  }

  /** Gives the lease up, so that another instance takes over at once. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#lease?.[Symbol.asyncDispose]();
  }

  #begin(): void {
    const { engine, failed, signal } = this.#options;
    if (signal.aborted) return;
    this.#term = new AbortController();
    engine.lead(Promise.resolve(), this.#term.signal).catch(failed);
    // Messages may have been missed while standing by; the next snapshot could be a minute away.
    engine.reconciler.requestSnapshot();
  }
}
