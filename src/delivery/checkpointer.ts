import { detach } from "../ground/detach.ts";
import type { Checkpoint } from "../domain/checkpoint.ts";
import type { Clock } from "../ground/clock.ts";
import type { Tell } from "../ground/tell.ts";
import type { CheckpointNews } from "./news.ts";

/** Between two checkpoints while things change: the span that a crash can double. */
const PACE_MS = 150;
/**
 * The longest without one, whether anything changed or not: it tells the next process how long nobody was
 * there, and makes up for one that vanished.
 */
const IDLE_MS = 5000;
/** What falls due waits so long for a checkpoint to be taken back, and no longer. */
const HOLD_MS = 500;

/** Where checkpoints are kept. */
export interface CheckpointStore {
  readonly isUp: boolean;
  /** Resolves once it is stored; rejects where it is not, or where nobody knows. */
  write(checkpoint: Checkpoint): Promise<void>;
  /** Looks whether the last one is still there, and tells where it is not. */
  verify(): Promise<void>;
}

/** What {@link Checkpointer} needs. */
export interface CheckpointerOptions {
  readonly store: CheckpointStore;
  readonly clock: Clock;
  /** The instant up to which every occurrence is delivered or in the outbox, in epoch milliseconds. */
  readonly watermark: () => number;
  readonly tell: Tell<CheckpointNews>;
}

/** Writes checkpoints: one at a time, at a measured pace while things change, now and then while not. */
export class Checkpointer {
  readonly #options: CheckpointerOptions;
  #alarm: Disposable | null = null;
  #idle: Disposable | null = null;
  #writing: Promise<void> | null = null;
  /** Something changed while one was being written. */
  #isStale = false;
  #isRunning = false;
  #lastAt = NaN;
  /** The instant of the latest that whoever comes next may find. */
  #reachesTo = -Infinity;
  /** Whether the last attempt failed. */
  #hasFailed = false;
  /** Since when something waits for one to be taken back, on the monotonic clock; `null`: nothing does. */
  #heldSince: number | null = null;
  /** When the last one was written, or should have been, on the monotonic clock. */
  #writtenAt = -Infinity;

  constructor(options: CheckpointerOptions) {
    this.#options = options;
  }

  /** Begins to write. Not before all rules are known: theirs could be among what fell due before. */
  start(): void {
    this.#isRunning = true;
    this.touch();
  }

  /** Something was delivered or put into the outbox. */
  touch(): void {
    if (!this.#isRunning) return;
    this.#isStale = this.#writing !== null;
    if (this.#isStale) return;
    this.#alarm ??= this.#options.clock.alarm(PACE_MS, () => {
      this.#alarm = null;
      detach(this.#write());
    });
  }

  /**
   * Whether what falls due at an instant may be handed out: not while a checkpoint is beyond it, which says
   * that it is seen to. Such a one is taken back, if it can be.
   */
  allows(at: number): boolean {
    const { store, clock } = this.#options;
    if (!this.#isRunning || at > this.#reachesTo || !store.isUp || this.#hasFailed) return true;
    if (this.#writing === null) detach(this.#write());
    this.#heldSince ??= clock.monotonic();
    return clock.monotonic() - this.#heldSince >= HOLD_MS;
  }

  /** Writes the last one, if it can within `timeoutMs`. */
  async finish(timeoutMs: number): Promise<void> {
    if (!this.#isRunning) return;
    this[Symbol.dispose]();
    const late = Promise.withResolvers<void>();
    using _deadline = this.#options.clock.alarm(timeoutMs, late.resolve);
    const last = async () => {
      await this.#writing;
      await this.#write();
    };
    await Promise.race([last(), late.promise]);
  }

  /** Writes no more. */
  [Symbol.dispose](): void {
    this.#isRunning = false;
    this.#alarm?.[Symbol.dispose]();
    this.#idle?.[Symbol.dispose]();
  }

  async #write(): Promise<void> {
    const { store, clock, watermark, tell } = this.#options;
    this.#wakeLater();
    const at = watermark();
    const isDue = clock.monotonic() - this.#writtenAt >= IDLE_MS;
    if (!store.isUp || at === this.#lastAt && !isDue) return;
    this.#writtenAt = clock.monotonic();
    const checkpoint = { at, writtenAt: clock.now() };
    this.#reachesTo = Math.max(this.#reachesTo, at);
    this.#writing = store.write(checkpoint).then(
      () => {
        this.#lastAt = at;
        this.#reachesTo = at;
        this.#heldSince = null;
        this.#hasFailed = false;
        tell({ kind: "checkpoint_written", checkpoint });
      },
      (error) => {
        this.#hasFailed = true;
        tell({ kind: "checkpoint_unwritten", error });
      },
    );
    await this.#writing;
    this.#writing = null;
    if (this.#isStale) this.touch();
  }

  #wakeLater(): void {
    this.#idle?.[Symbol.dispose]();
    if (!this.#isRunning) return;
    const { store, clock } = this.#options;
    this.#idle = clock.alarm(IDLE_MS, () => {
      if (store.isUp) store.verify().catch(() => {/* it goes out of reach: that is told */});
      this.touch();
    });
  }
}
