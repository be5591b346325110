import type { Backoff } from "./backoff.ts";
import type { Clock } from "./clock.ts";
import type { OutboundEvent, PostResult } from "./event.ts";
import type { RuleId } from "./rule.ts";

/** Attempts before an event is given up. */
const ATTEMPTS = 3;
/** A server that asks for a longer pause than this is taken to be down. */
const LONGEST_RETRY_AFTER_MS = 60_000;
/** The most events that wait at once; beyond it the oldest are lost. */
const MAX_PENDING = 100_000;

/** Posts one event. Does not throw: whatever happens is a {@link PostResult}. */
export type Post = (event: OutboundEvent, signal: AbortSignal) => Promise<PostResult>;

/** Is told what came of each event: exactly one of these for each, `retrying` aside. */
export interface DeliveryEvents {
  stored(event: OutboundEvent, result: PostResult & { kind: "stored" }): void;
  refused(event: OutboundEvent, result: PostResult & { kind: "refused" | "unauthorized" }): void;
  retrying(event: OutboundEvent, reason: string, delayMs: number): void;
  lost(event: OutboundEvent, reason: string): void;
  discarded(event: OutboundEvent): void;
}

/** The events of one rule, oldest first. The first of a busy lane is on its way or waits for a retry. */
interface Lane {
  readonly ruleId: RuleId;
  readonly waiting: OutboundEvent[];
  busy: boolean;
  /** The rule is no more: what is in flight gets no further attempt. */
  isGone: boolean;
  failures: number;
  retry: Disposable | null;
}

/**
 * Delivers events: in order for each rule, a bounded number at a time, with a few quick attempts each.
 * A rule that waits for a retry holds up no other rule.
 */
export class Delivery implements AsyncDisposable {
  readonly #post: Post;
  readonly #clock: Clock;
  readonly #concurrency: number;
  readonly #backoff: Backoff;
  readonly #on: DeliveryEvents;
  readonly #lanes = new Map<RuleId, Lane>();
  readonly #ready = new Set<Lane>();
  readonly #stop = new AbortController();
  readonly #sending = new Set<Promise<void>>();
  #pending = 0;
  #idle: PromiseWithResolvers<void> | null = null;

  constructor(options: {
    post: Post;
    clock: Clock;
    concurrency: number;
    backoff: Backoff;
    on: DeliveryEvents;
  }) {
    this.#post = options.post;
    this.#clock = options.clock;
    this.#concurrency = options.concurrency;
    this.#backoff = options.backoff;
    this.#on = options.on;
  }

  /** Events that were submitted and have no outcome yet. */
  get pending(): number {
    return this.#pending;
  }

  /** Takes an event for delivery. */
  submit(event: OutboundEvent): void {
    if (this.#stop.signal.aborted) return this.#on.lost(event, "the sensor is stopping");
    let lane = this.#lanes.get(event.ruleId);
    if (lane === undefined) {
      lane = openLane(event.ruleId);
      this.#lanes.set(event.ruleId, lane);
    }
    lane.waiting.push(event);
    this.#pending++;
    if (this.#pending > MAX_PENDING) this.#loseOldest();
    if (!lane.busy) this.#ready.add(lane);
    this.#pump();
  }

  /**
   * Drops what waits for a rule that is no more: posted without their rule, its events would run the
   * actions of others (contract 2.5). A request in flight is beyond recall.
   */
  discard(ruleId: RuleId): void {
    const lane = this.#lanes.get(ruleId);
    if (lane === undefined) return;
    const isInFlight = lane.busy && lane.retry === null;
    lane.isGone = true;
    for (const event of lane.waiting.splice(isInFlight ? 1 : 0)) {
      this.#on.discarded(event);
      this.#settleOne();
    }
    if (!isInFlight) this.#close(lane);
  }

  /** Waits until nothing is pending, `timeoutMs` at most; what is pending then is lost. */
  async drain(timeoutMs: number): Promise<void> {
    if (this.#pending > 0) {
      this.#idle = Promise.withResolvers();
      using _deadline = this.#clock.alarm(timeoutMs, () => this.#idle?.resolve());
      await this.#idle.promise;
    }
    await this[Symbol.asyncDispose]();
  }

  /** Ends all requests and loses what is pending. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort(new Error("The sensor is stopping"));
    for (const lane of [...this.#lanes.values()]) {
      for (const event of lane.waiting.splice(0)) {
        this.#on.lost(event, "the sensor stopped before it was delivered");
        this.#settleOne();
      }
      this.#close(lane);
    }
    await Promise.all(this.#sending);
  }

  #pump(): void {
    for (const lane of this.#ready) {
      if (this.#sending.size >= this.#concurrency) return;
      const event = lane.waiting[0];
      this.#ready.delete(lane);
      if (event === undefined) continue;
      lane.busy = true;
      const sending = this.#send(lane, event).finally(() => {
        this.#sending.delete(sending);
        this.#pump();
      });
      this.#sending.add(sending);
    }
  }

  async #send(lane: Lane, event: OutboundEvent): Promise<void> {
    const result = await this.#post(event, this.#stop.signal);
    if (!this.#stop.signal.aborted) this.#conclude(lane, event, result);
  }

  #conclude(lane: Lane, event: OutboundEvent, result: PostResult): void {
    switch (result.kind) {
      case "stored":
        this.#on.stored(event, result);
        break;
      case "refused":
      case "unauthorized":
        this.#on.refused(event, result);
        break;
      case "retry":
        if (lane.isGone) this.#on.discarded(event);
        else if (this.#retryLater(lane, event, result)) return;
        else this.#on.lost(event, result.reason);
        break;
      default:
        result satisfies never;
    }
    this.#advance(lane, event);
  }

  /** Whether there will be another attempt. */
  #retryLater(lane: Lane, event: OutboundEvent, result: PostResult & { kind: "retry" }): boolean {
    const retryAfterMs = result.retryAfterMs ?? 0;
    lane.failures++;
    if (lane.failures >= ATTEMPTS || retryAfterMs > LONGEST_RETRY_AFTER_MS) return false;
    const delayMs = Math.max(this.#backoff(lane.failures), retryAfterMs);
    this.#on.retrying(event, result.reason, delayMs);
    lane.retry = this.#clock.alarm(delayMs, () => {
      lane.retry = null;
      this.#ready.add(lane);
      this.#pump();
    });
    return true;
  }

  #advance(lane: Lane, done: OutboundEvent): void {
    lane.busy = false;
    lane.failures = 0;
    // `stored` may have discarded the lane's events, or the bound may have lost this one, meanwhile.
    if (lane.waiting[0] === done) {
      lane.waiting.shift();
      this.#settleOne();
    }
    if (lane.waiting.length > 0) this.#ready.add(lane);
    else this.#close(lane);
  }

  #loseOldest(): void {
    for (const lane of this.#lanes.values()) {
      const [lost] = lane.waiting.splice(lane.busy ? 1 : 0, 1);
      if (lost === undefined) continue;
      this.#on.lost(lost, `more than ${MAX_PENDING} events are waiting`);
      return this.#settleOne();
    }
  }

  #close(lane: Lane): void {
    lane.retry?.[Symbol.dispose]();
    this.#ready.delete(lane);
    this.#lanes.delete(lane.ruleId);
  }

  #settleOne(): void {
    this.#pending--;
    if (this.#pending === 0) this.#idle?.resolve();
  }
}

function openLane(ruleId: RuleId): Lane {
  return { ruleId, waiting: [], busy: false, isGone: false, failures: 0, retry: null };
}
