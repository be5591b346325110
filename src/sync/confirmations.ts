import type { RuleId } from "../domain/rule.ts";
import type { Clock } from "../ground/clock.ts";

/** How long what was read of a rule holds, in milliseconds. */
const FRESH_MS = 3000;
/** Between two looks at what falls due: at most, and while there is something. */
const LONGEST_LOOK_MS = 1000;
const LOOK_MS = 20;
/** How long before it fires a rule is read again, whatever an answer takes. */
const LEAST_LEAD_MS = 40;
const LONGEST_LEAD_MS = 1000;
/** What is read one by one in a second at most. */
const READS_A_SECOND = 200;
/** And at the same time. */
const READERS = 16;
/** Of the time at most this part goes into snapshots for this purpose. */
const SNAPSHOT_SHARE = 1 / 10;
/** After a read that failed nothing is read for this long: the rules fire all the same. */
const PAUSE_MS = 5000;

/** What {@link Confirmations} works with. */
export interface ConfirmationsOptions {
  readonly clock: Clock;
  readonly timers: {
    /** The instant at which something is to be handed out next, or Infinity. */
    readonly nextAt: number;
    /** The first rules that are to be handed out up to an instant. */
    dueUpTo(at: number, limit: number): readonly RuleId[];
  };
  readonly rules: {
    refOf(ruleId: RuleId): string | undefined;
    /** When the read began that told of a rule last, on the monotonic clock. */
    readAtOf(ruleId: RuleId): number;
  };
  readonly reader: {
    /** Resolves when a rule was read again; rejects where it could not be. */
    read(ref: string): Promise<unknown>;
    /** Resolves when all were. */
    requestSnapshot(): Promise<void>;
    /** How long that took the last time, in milliseconds. */
    readonly snapshotMs: number;
    /** From so many rules on it costs less than single reads. */
    readonly worthASnapshot: number;
  };
}

/**
 * Reads rules again shortly before they fire. Nothing tells of a rule that was deleted, and its event would
 * run the actions of all others (contract 2.5, 3.4). Holds up no fire, and costs a bounded part of the
 * requests: what could not be read in time fires by what is known.
 */
export class Confirmations {
  readonly #options: ConfirmationsOptions;
  readonly #reading = new Set<RuleId>();
  #alarm: Disposable | null = null;
  /** How long an answer takes, in milliseconds. */
  #answerMs = 0;
  /** No snapshot, and no read at all, before these instants of the monotonic clock. */
  #snapshotFrom = -Infinity;
  #readFrom = -Infinity;
  #second = -Infinity;
  #readsOfSecond = 0;

  constructor(options: ConfirmationsOptions) {
    this.#options = options;
  }

  /** Looks ahead until the result is disposed of. */
  start(): Disposable {
    this.#look();
    return {
      [Symbol.dispose]: () => {
        this.#alarm?.[Symbol.dispose]();
        this.#alarm = null;
      },
    };
  }

  #look(): void {
    const { clock, timers } = this.#options;
    const leadMs = Math.min(LEAST_LEAD_MS + 2 * this.#answerMs, LONGEST_LEAD_MS);
    const waitMs = timers.nextAt - leadMs - this.#herdMs - clock.now();
    if (waitMs <= 0 && clock.monotonic() >= this.#readFrom) this.#confirm(leadMs);
    const nextMs = Math.min(Math.max(LOOK_MS, waitMs), LONGEST_LOOK_MS);
    this.#alarm = clock.alarm(nextMs, () => this.#look());
  }

  /** By how much earlier many are read: what takes longer than it holds is not worth it. */
  get #herdMs(): number {
    const { snapshotMs } = this.#options.reader;
    return snapshotMs < FRESH_MS ? snapshotMs : 0;
  }

  #confirm(leadMs: number): void {
    const { clock, timers, reader } = this.#options;
    const now = clock.now();
    const many = reader.worthASnapshot;
    const herd = this.#stale(timers.dueUpTo(now + leadMs + this.#herdMs, many));
    if (herd.length >= many && clock.monotonic() >= this.#snapshotFrom) return this.#readAll();
    for (const id of this.#stale(timers.dueUpTo(now + leadMs, many))) {
      if (!this.#take()) return;
      this.#read(id);
    }
  }

  #stale(ids: readonly RuleId[]): RuleId[] {
    const freshFrom = this.#options.clock.monotonic() - FRESH_MS;
    return ids.filter((id) =>
      this.#options.rules.readAtOf(id) < freshFrom && !this.#reading.has(id)
    );
  }

  /** Whether one more may be read now. */
  #take(): boolean {
    if (this.#reading.size >= READERS) return false;
    const second = Math.floor(this.#options.clock.monotonic() / 1000);
    if (second !== this.#second) [this.#second, this.#readsOfSecond] = [second, 0];
    return this.#readsOfSecond++ < READS_A_SECOND;
  }

  #read(id: RuleId): void {
    const { clock, rules, reader } = this.#options;
    const ref = rules.refOf(id);
    if (ref === undefined) return;
    const beganAt = clock.monotonic();
    this.#reading.add(id);
    reader.read(ref).then(
      () => this.#answerMs += (clock.monotonic() - beganAt - this.#answerMs) / 8,
      () => this.#failed(),
    ).finally(() => this.#reading.delete(id));
  }

  #readAll(): void {
    const { clock, reader } = this.#options;
    const beganAt = clock.monotonic();
    this.#snapshotFrom = Infinity;
    reader.requestSnapshot().then(() => {
      this.#snapshotFrom = beganAt + (clock.monotonic() - beganAt) / SNAPSHOT_SHARE;
    }, () => {
      this.#snapshotFrom = clock.monotonic() + PAUSE_MS;
      this.#failed();
    });
  }

  #failed(): void {
    this.#readFrom = this.#options.clock.monotonic() + PAUSE_MS;
  }
}
