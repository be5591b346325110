import type { Backoff } from "../ground/backoff.ts";
import { type Clock, sleep } from "../ground/clock.ts";
import { detach } from "../ground/detach.ts";
import type { Tell } from "../ground/tell.ts";
import type { Rule, RuleChange, RuleId } from "../domain/rule.ts";
import type { SyncNews } from "./news.ts";
import { Rechecks } from "./rechecks.ts";
import type { RuleBook } from "./rule_book.ts";
import type { RuleSource } from "./rule_source.ts";
import { takeSnapshot } from "./snapshot.ts";
import { knownRule } from "./unreadable.ts";

/** Rules on one page of the API: what one request of a snapshot covers (contract 2.4). */
const PAGE_SIZE = 100;
/** Rules that take as long to be read one by one as a page of them does. */
const WORTH_A_PAGE = 3;
/** Rules that are rather read one by one, however small a snapshot would be. */
const FEW = 16;
/** A burst has paused when within this time no more than a few messages came. */
const LULL_MS = 20;
/** One that does not pause. */
const LONGEST_BURST_MS = 1000;
/** Between snapshots because of messages that cannot be read: there may be a flood of them. */
const MISSED_PAUSE_MS = 5000;
/** Before a rule is read again whose answer cannot be: a replica that lags catches up meanwhile. */
const SECOND_LOOK_MS = 1000;

/**
 * Keeps the rule book in step with the platform: a snapshot at each (re)connect and each minute, and in
 * between a re-read of the rule that a message names. Messages are hints: the API is the truth.
 */
export class Reconciler {
  readonly #source: RuleSource;
  readonly #book: RuleBook;
  readonly #triggers: ReadonlySet<string>;
  readonly #clock: Clock;
  readonly #backoff: Backoff;
  readonly #intervalMs: number;
  readonly #tell: Tell<SyncNews>;
  readonly #failed: (error: unknown) => void;
  readonly #signal: AbortSignal;
  readonly #rechecks: Rechecks<boolean> = new Rechecks((ref) => this.#recheck(ref));
  // Not the ones above: those may be put off until the snapshot that waits for these is done.
  readonly #lookups: Rechecks<boolean> = new Rechecks((ref) => this.#recheck(ref));
  /** Refs to be read again in a while. */
  readonly #doubtful = new Set<string>();
  /** When the last message was sent that was believed of a rule, in epoch milliseconds. */
  readonly #believed = new Map<RuleId, number>();
  /** A snapshot is about to be asked for, because a message could not be read. */
  #hasMissed = false;
  #request = openRequest();
  /** Aborted when somebody asks for a snapshot: the pause after the present one is cut short. */
  #interval = new AbortController();
  /** When the last complete snapshot began, in epoch milliseconds. */
  #snapshotAt = -Infinity;
  #snapshotMs = 0;
  /** How many are complete. */
  #snapshots = 0;

  /** Reads nothing before {@link run}; `signal` ends everything. */
  constructor(options: {
    source: RuleSource;
    book: RuleBook;
    triggers: ReadonlySet<string>;
    clock: Clock;
    backoff: Backoff;
    intervalMs: number;
    tell: Tell<SyncNews>;
    /** A snapshot failed for a reason that may end the sensor. */
    failed: (error: unknown) => void;
    signal: AbortSignal;
  }) {
    this.#source = options.source;
    this.#book = options.book;
    this.#triggers = options.triggers;
    this.#clock = options.clock;
    this.#backoff = options.backoff;
    this.#intervalMs = options.intervalMs;
    this.#tell = options.tell;
    this.#failed = options.failed;
    this.#signal = options.signal;
  }

  /** Takes snapshots until the signal is aborted: at once, by the interval, on request, after a failure. */
  async run(): Promise<void> {
    for (let failures = 0; !this.#signal.aborted;) {
      const request = this.#request;
      this.#request = openRequest();
      this.#interval = new AbortController();
      try {
        await this.#snapshot();
        failures = 0;
        request.resolve();
        await this.#nextInterval();
      } catch (error) {
        request.reject(error);
        if (this.#signal.aborted) return;
        const retryMs = this.#backoff(++failures);
        this.#tell({ kind: "snapshot_failed", error, retryMs });
        this.#failed(error);
        await sleep(this.#clock, retryMs, this.#signal).catch(() => {/* aborted: the loop ends */});
      }
    }
  }

  /** Asks for a snapshot: resolves when one that began after this call is complete, rejects if it fails. */
  requestSnapshot(): Promise<void> {
    this.#hasten();
    return this.#request.promise;
  }

  /** Messages come in from now on, and what was missed before has to be read. Failures are told by {@link run}. */
  connected(): void {
    this.#hasten();
  }

  /** Resolves when what a message tells has been applied. Never rejects. */
  async changed(change: RuleChange): Promise<void> {
    if (!this.#concernsUs(change)) return;
    const { ruleId, ruleRef } = change;
    const known = ruleId === null ? undefined : this.#book.refOf(ruleId);
    try {
      if (ruleRef === null && known === undefined) await this.requestSnapshot();
      if (ruleRef !== null) await this.#confirm(ruleRef, ruleId);
      // Refs do not change: one of both is wrong.
      if (known !== undefined && known !== ruleRef) await this.#confirm(known, ruleId);
    } catch (error) {
      if (this.#signal.aborted) return;
      this.#believe(change);
      this.#tell({ kind: "change_unconfirmed", change, error });
      this.#hasten();
    }
  }

  /** A message cannot be read: what it told is read along with all else, in a while. */
  missed(): void {
    if (this.#hasMissed) return;
    this.#hasMissed = true;
    sleep(this.#clock, MISSED_PAUSE_MS, this.#signal).then(
      () => {
        this.#hasMissed = false;
        this.#hasten();
      },
      () => {/* aborted: nothing is read any more */},
    );
  }

  /** Reads a rule again that may be no more. What this cannot read, the next snapshot does. */
  recheck(ref: string): void {
    this.#rechecks.request(ref).catch(() => this.#hasten());
  }

  /** Rules that take as long to be read one by one as all of them do. */
  get worthASnapshot(): number {
    return Math.max(FEW, Math.ceil(this.#book.size / PAGE_SIZE) * WORTH_A_PAGE);
  }

  /** How long the last complete snapshot took, in milliseconds. */
  get snapshotMs(): number {
    return this.#snapshotMs;
  }

  /** Resolves when a rule was read again, rejects where it could not be. */
  async read(ref: string): Promise<void> {
    await this.#rechecks.request(ref);
  }

  /** Reads a rule again in a while. */
  lookAgain(ref: string): void {
    this.#doubtful.add(ref);
    if (this.#doubtful.size > 1) return;
    sleep(this.#clock, SECOND_LOOK_MS, this.#signal).then(
      () => {
        const refs = [...this.#doubtful];
        this.#doubtful.clear();
        for (const ref of refs) this.#reread(ref).catch(() => this.#hasten());
      },
      () => {/* aborted: nothing is read any more */},
    );
  }

  /** Lets the next snapshot begin as soon as the present one is over. */
  #hasten(): void {
    this.#interval.abort();
  }

  #concernsUs({ ruleId, ruleRef, triggerRef }: RuleChange): boolean {
    const isHandled = triggerRef === null || this.#book.handles(triggerRef);
    const namesake = ruleRef === null ? undefined : this.#book.idOf(ruleRef);
    if (ruleId === null) return isHandled || namesake !== undefined;
    if (this.#book.refOf(ruleId) !== undefined) return true;
    if (this.#book.isOurs(ruleId)) return isHandled;
    // A rule of ours that was deleted and made anew is another shard's now.
    return namesake !== undefined && namesake < ruleId;
  }

  async #snapshot(): Promise<void> {
    const beganAt = this.#clock.now();
    const began = this.#clock.monotonic();
    const rules = await takeSnapshot({
      source: this.#source,
      book: this.#book,
      triggers: this.#triggers,
      clock: this.#clock,
      recheck: (ref) => this.#lookups.request(ref),
      tell: this.#tell,
      signal: this.#signal,
    });
    this.#book.forgetDeleted();
    this.#snapshots++;
    this.#snapshotAt = beganAt;
    for (const [id, at] of this.#believed) if (at < beganAt) this.#believed.delete(id);
    const elapsedMs = this.#clock.monotonic() - began;
    this.#snapshotMs = elapsedMs;
    this.#tell({ kind: "snapshot_taken", rules, elapsedMs });
  }

  /** Waits for the interval, or until a snapshot is asked for. */
  async #nextInterval(): Promise<void> {
    const signal = AbortSignal.any([this.#signal, this.#interval.signal]);
    await sleep(this.#clock, this.#intervalMs, signal).catch(() => {/* asked for, or aborted */});
  }

  /**
   * Reads a rule again, or along with all others when so many wait that a snapshot costs less. Resolves
   * with `false` where it turns out that there is none.
   */
  #reread(ref: string): Promise<boolean> {
    const done = this.#rechecks.request(ref);
    if (!this.#rechecks.isPaused && this.#isWorthASnapshot) detach(this.#readAll());
    return done;
  }

  get #isWorthASnapshot(): boolean {
    return this.#rechecks.waiting > this.worthASnapshot;
  }

  /** Takes snapshots instead of single reads, as long as enough of these wait. */
  async #readAll(): Promise<void> {
    using _pause = this.#rechecks.pause();
    while (this.#isWorthASnapshot && !this.#signal.aborted) {
      await this.#lull();
      const snapshot = this.requestSnapshot().then(() => true);
      this.#rechecks.settleWith(snapshot);
      await snapshot.catch(() => {/* those who asked are told */});
    }
  }

  /** A snapshot in the midst of a burst would be followed by another one: waits for its end. */
  async #lull(): Promise<void> {
    for (let waitedMs = 0; waitedMs < LONGEST_BURST_MS; waitedMs += LULL_MS) {
      const before = this.#rechecks.waiting;
      await sleep(this.#clock, LULL_MS, this.#signal).catch(() => {/* asked to stop */});
      if (this.#rechecks.waiting - before <= FEW) return;
    }
  }

  /** Resolves with whether there is such a rule. */
  async #recheck(ref: string): Promise<boolean> {
    // Not the one that is known when the answer is there: it may have been made meanwhile.
    const known = this.#book.idOf(ref);
    const snapshots = this.#snapshots;
    const readAt = this.#book.reads.begin();
    const answer = await this.#source.rule(ref, this.#signal);
    if (answer === null) {
      if (known !== undefined) this.#book.delete(known);
      return false;
    }
    // What a snapshot found deleted is forgotten at its end: this answer may be from before.
    if (this.#snapshots !== snapshots) return await this.#recheck(ref);
    const rule = "params" in answer ? answer : knownRule(answer, "", this.#book);
    if (rule !== null) this.#book.apply(rule, readAt);
    return true;
  }

  /** Reads the rule that a message named again. One that is no more, no answer from before brings to life. */
  async #confirm(ref: string, ruleId: RuleId | null): Promise<void> {
    if (await this.#reread(ref) || ruleId === null) return;
    if ((this.#book.refOf(ruleId) ?? ref) === ref) this.#book.delete(ruleId, ref);
  }

  /** Takes a message at its word, unless something newer is known. The next snapshot confirms it. */
  #believe(change: RuleChange): void {
    const { triggerRef, params, enabled, sentAt } = change;
    const ruleId = change.ruleId ?? (change.ruleRef && this.#book.idOf(change.ruleRef));
    if (!ruleId || triggerRef === null) return;
    const ref = change.ruleRef ?? this.#book.refOf(ruleId);
    const version = this.#book.versionOf(ruleId);
    const isStale = sentAt === null || ref === undefined ||
      sentAt < (this.#believed.get(ruleId) ?? -Infinity) ||
      (version === null ? sentAt < this.#snapshotAt : sentAt * 1000 < version);
    if (isStale) return;
    this.#believed.set(ruleId, sentAt);
    if (change.kind === "deleted") return this.#book.delete(ruleId, ref);
    if (enabled && params === null) return;
    const rule: Rule = {
      id: ruleId,
      ref,
      triggerRef,
      params: params ?? {},
      enabled,
      createdAt: this.#book.createdAtOf(ruleId) ?? sentAt,
      version: null,
    };
    this.#book.apply(rule);
  }
}

function openRequest(): PromiseWithResolvers<void> {
  const request = Promise.withResolvers<void>();
  request.promise.catch(() => {/* asking does not oblige anybody to wait */});
  return request;
}
