import { Delivery, type DeliveryOptions } from "../../src/delivery/delivery.ts";
import type { DeliveryNews } from "../../src/delivery/news.ts";
import type { Tell } from "../../src/ground/tell.ts";
import type { OutboundEvent, PostResult } from "../../src/domain/event.ts";
import { FakeClock, settle } from "../support/fake_clock.ts";
import { ruleId, START } from "../support/rules.ts";
import { FakeOutbox } from "./fake_outbox.ts";

export const STORED: PostResult = { kind: "stored", eventId: 1, ruleGone: false };
export const RETRY: PostResult = { kind: "retry", reason: "503", retryAfterMs: null };
export const REFUSED: PostResult = { kind: "refused", status: 422, reason: "no" };
export const UNAUTHORIZED: PostResult = { kind: "unauthorized", reason: "Token expired" };
/** The pause before the first probe; the second one is twice as long, and so on. */
export const PROBE_MS = 1000;
export const MAX_AGE_MS = 3_600_000;

/** Worth another attempt, but not soon. */
export function retryAfter(retryAfterMs: number): PostResult {
  return { kind: "retry", reason: "429", retryAfterMs };
}

/** The `n`th event of a rule: `1.2` is the second of rule 1; due `n` ms after {@link START}. */
export function eventOf(rule: number, n: number, dueAt: number = START + n): OutboundEvent {
  return {
    ruleId: ruleId(rule),
    ruleRef: `test.rule${rule}`,
    triggerRef: "core.timer",
    occurrenceId: `${rule}.${n}`,
    scheduledAt: dueAt,
    dueAt,
    coversFrom: dueAt,
    body: "{}",
  };
}

/** The event that has an id, as {@link eventOf}. */
export function eventById(id: string): OutboundEvent {
  const [rule = "", n = ""] = id.split(".");
  return eventOf(Number(rule), Number(n));
}

/** A request that nobody has answered yet. */
export interface Request {
  readonly event: OutboundEvent;
  readonly signal: AbortSignal;
  readonly answer: (result: PostResult) => void;
}

/** What a {@link Rig} is made of. */
export interface RigOptions extends Partial<Pick<DeliveryOptions, "concurrency">> {
  /** What is told and asked for beside what the rig keeps of it. */
  readonly tell?: Tell<DeliveryNews>;
  readonly settled?: () => void;
  readonly unauthorized?: () => void;
  /** How many parcels the outbox hands out at a time. */
  readonly prefetch?: number;
  /** Whether the outbox is down at first. */
  readonly isDown?: boolean;
}

/**
 * A delivery whose requests wait until the test answers them, and an outbox that is up and confirms at
 * once unless told otherwise. Retries come 100 ms, 200 ms, ... after a failure.
 */
export class Rig {
  readonly clock: FakeClock = new FakeClock();
  readonly outbox: FakeOutbox;
  readonly delivery: Delivery;
  /** Requests that nobody has answered yet, by the ids of their events. */
  readonly open: Map<string, Request> = new Map();
  /** Rules that the platform does not have. */
  readonly unknown: Set<number> = new Set();
  /** How many times something came to its end. */
  settled = 0;
  readonly #told: string[] = [];
  readonly #posted: string[] = [];

  constructor(options: RigOptions = {}) {
    const { clock } = this;
    this.outbox = new FakeOutbox(clock, options.prefetch);
    this.delivery = new Delivery({
      clock,
      outbox: this.outbox,
      concurrency: options.concurrency ?? 10,
      backoff: (attempt) => attempt * 100,
      probeBackoff: (attempt) => attempt * PROBE_MS,
      outboxMaxAgeMs: MAX_AGE_MS,
      isKnown: (id) => !this.unknown.has(id),
      post: (event, signal) => this.#post(event, signal),
      tell: (news) => {
        this.#told.push(lineOf(news));
        options.tell?.(news);
      },
      ports: {
        unauthorized: (reason) => {
          this.#told.push(`unauthorized: ${reason}`);
          options.unauthorized?.();
        },
        ruleGone: () => {},
        settled: () => {
          this.settled++;
          options.settled?.();
        },
      },
    });
    this.outbox.serve(this.delivery.outbox);
    if (!options.isDown) this.outbox.up();
  }

  /** What was told since the last look. */
  get news(): string[] {
    return this.#told.splice(0);
  }

  /** The ids of the events that were posted since the last look. */
  get posts(): string[] {
    return this.#posted.splice(0);
  }

  /** The ids of the events in flight. */
  get inFlight(): string[] {
    return [...this.open.keys()];
  }

  /** How long the oldest event has been undelivered, counted from {@link START}; see {@link eventOf}. */
  get earliest(): number {
    return this.delivery.earliestDueAt - START;
  }

  /** Submits events by their ids. */
  submit(...ids: string[]): void {
    for (const id of ids) this.delivery.submit(eventById(id));
  }

  /** Another process had put events into the outbox, before it comes up. */
  inherit(...ids: string[]): void {
    for (const id of ids) this.outbox.add(eventById(id));
  }

  /** Answers a request that is in flight. */
  async answer(id: string, result: PostResult = STORED): Promise<void> {
    const request = this.open.get(id);
    if (request === undefined) throw new Error(`${id} is not in flight`);
    this.open.delete(id);
    request.answer(result);
    await settle();
  }

  /** Lets events be stored one after the other, each of which is to be in flight by then. */
  async store(...ids: string[]): Promise<void> {
    for (const id of ids) await this.answer(id);
  }

  /** Fails the quick attempts at an event. */
  async spend(id: string): Promise<void> {
    await this.answer(id, RETRY);
    await this.clock.advance(100);
    await this.answer(id, RETRY);
    await this.clock.advance(200);
    await this.answer(id, RETRY);
  }

  /** The platform goes down: rule 9 finds out by its event 9.0, which is parked where that can be. */
  async goDown(): Promise<void> {
    this.submit("9.0");
    await this.spend("9.0");
    this.forget();
  }

  /** Looks at nothing that was so far. */
  forget(): void {
    this.#told.length = 0;
    this.#posted.length = 0;
  }

  #post(event: OutboundEvent, signal: AbortSignal): Promise<PostResult> {
    const id = event.occurrenceId;
    const { promise, resolve } = Promise.withResolvers<PostResult>();
    this.#posted.push(id);
    this.open.set(id, { event, signal, answer: resolve });
    const onAbort = () => {
      this.open.delete(id);
      resolve(RETRY);
    };
    signal.addEventListener("abort", onAbort);
    if (signal.aborted) onAbort();
    return promise;
  }
}

/** What was told, in a line. */
export function lineOf(news: DeliveryNews): string {
  switch (news.kind) {
    case "event_retrying":
      return `retrying ${news.event.occurrenceId} in ${news.delayMs}`;
    case "parked_events_lost":
      return `outbox lost ${news.count}`;
    case "circuit_opened":
      return `opened: ${news.reason}`;
    case "circuit_closed":
      return `closed after ${news.downMs}`;
    default:
      return `${news.kind.replace("event_", "")} ${news.event.occurrenceId}`;
  }
}
