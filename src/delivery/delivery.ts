import type { Backoff } from "../ground/backoff.ts";
import type { Clock } from "../ground/clock.ts";
import type { Tell } from "../ground/tell.ts";
import type { OutboundEvent, PostResult } from "../domain/event.ts";
import type { Outbox, OutboxTaker } from "../domain/outbox.ts";
import type { RuleId } from "../domain/rule.ts";
import { Circuit } from "./circuit.ts";
import type { DeliveryNews } from "./news.ts";
import { MAX_WAITING, nextStep, type Phase, type World } from "./next_step.ts";
import type { DeliveryPorts } from "./ports.ts";
import { Evacuation } from "./evacuation.ts";
import { Lanes } from "./lanes.ts";
import type { Lane } from "./lane.ts";
import { OutboxLedger } from "./outbox_ledger.ts";
import { Outcomes } from "./outcomes.ts";
import { Turns } from "./turns.ts";
import { worldOf } from "./world.ts";

/** So long an ending delivery looks at its pace before it judges by it. */
const PACE_MS = 250;

/** Posts one event. Does not throw: whatever happens is a {@link PostResult}. */
export type Post = (event: OutboundEvent, signal: AbortSignal) => Promise<PostResult>;

/** What {@link Delivery} needs. */
export interface DeliveryOptions {
  readonly post: Post;
  readonly outbox: Outbox;
  readonly clock: Clock;
  /** Requests in flight at the same time. */
  readonly concurrency: number;
  readonly backoff: Backoff;
  /** The pauses between probes while nothing gets through. */
  readonly probeBackoff: Backoff;
  /** How long an event may stay in the outbox. */
  readonly outboxMaxAgeMs: number;
  /** Whether the platform has the rule. */
  readonly isKnown: (ruleId: RuleId) => boolean;
  readonly tell: Tell<DeliveryNews>;
  readonly ports: DeliveryPorts;
}

/**
 * Delivers events: in order for each rule, a bounded number at a time, with a few quick attempts each.
 * What cannot be delivered now goes into the outbox, and from there, when the platform answers again, to
 * where it belongs: oldest first, behind what falls due meanwhile, never out of the order of its rule. A
 * rule that waits for a retry holds up no other rule.
 */
export class Delivery {
  readonly #options: DeliveryOptions;
  readonly #lanes = new Lanes();
  readonly #circuit: Circuit;
  readonly #outcomes: Outcomes;
  readonly #ledger: OutboxLedger;
  readonly #turns: Turns;
  readonly #evacuation: Evacuation;
  readonly #posting = new Set<Promise<void>>();
  readonly #abort = new AbortController();
  #phase: Phase = "open";
  readonly #world: World;
  #empty: PromiseWithResolvers<void> | null = null;

  constructor(options: DeliveryOptions) {
    const { clock } = options;
    const lanes = this.#lanes;
    const circuit = new Circuit({
      clock,
      backoff: options.probeBackoff,
      on: {
        opened: (reason) => this.#turned({ kind: "circuit_opened", reason }),
        closed: (downMs) => this.#turned({ kind: "circuit_closed", downMs }),
        probeDue: () => this.#pump(),
      },
    });
    const ledger = new OutboxLedger({
      ...options,
      lanes,
      on: {
        reroute: (lane) => this.#route(lane),
        proceed: () => this.#pump(),
        settled: () => this.#settled(),
      },
    });
    const again = (lane: Lane) => {
      this.#route(lane);
      this.#pump();
    };
    this.#options = options;
    this.#circuit = circuit;
    this.#ledger = ledger;
    this.#world = worldOf({ phase: () => this.#phase, circuit, ledger, lanes });
    this.#turns = new Turns({
      clock,
      circuit,
      concurrency: options.concurrency,
      isWorthwhile: (lane) => ledger.isWorthwhile(lane),
      changed: () => this.#pump(),
    });
    this.#evacuation = new Evacuation({ ...options, settled: () => this.#settled() });
    this.#outcomes = new Outcomes({ ...options, lanes, ledger, circuit, again });
  }

  /** Events that wait in memory, those in flight included. */
  get waiting(): number {
    return this.#lanes.waiting + this.#evacuation.size;
  }

  /** Events in the outbox, as far as this process knows. */
  get parked(): number {
    return this.#ledger.size;
  }

  /** Whether a rule has events that wait, in memory or in the outbox, as far as this process knows. */
  has(ruleId: RuleId): boolean {
    return this.#lanes.get(ruleId) !== undefined;
  }

  /** When the first event fell due that is neither delivered nor in the outbox, or Infinity. */
  get earliestDueAt(): number {
    return Math.min(this.#lanes.earliestDueAt, this.#evacuation.coversFrom);
  }

  /** Takes an event for delivery. The events of a rule come in their order. */
  submit(event: OutboundEvent): void {
    const lane = this.#lanes.open(event.ruleId);
    this.#lanes.push(lane, event);
    if (this.#lanes.waiting > MAX_WAITING) this.#dropOldest();
    this.#route(lane);
    this.#pump();
  }

  /** What the outbox hands out, and how it is, comes here. */
  get outbox(): OutboxTaker {
    return this.#ledger;
  }

  /**
   * Drops what waits for a rule that is no more: posted without their rule, its events would run the
   * actions of others (contract 2.5). A request in flight is beyond recall.
   */
  discard(ruleId: RuleId): void {
    const lane = this.#lanes.get(ruleId);
    if (lane === undefined) return;
    this.#ledger.discard(lane);
    for (const event of this.#lanes.clear(lane)) {
      this.#options.tell({ kind: "event_discarded", event });
    }
    this.#route(lane);
    this.#settled();
    this.#pump();
  }

  /**
   * Delivers what it can for `timeoutMs`, and puts the rest into the outbox: as soon as it is clear that there
   * will be one, and for `parkMs` longer.
   */
  async drain(timeoutMs: number, parkMs: number): Promise<void> {
    const { clock } = this.#options;
    const endAt = clock.monotonic() + timeoutMs;
    this.#phase = "draining";
    this.#ledger.close();
    this.#route(null);
    await this.#untilHopeless(endAt);
    this.#phase = "parking";
    this.#route(null);
    await this.#untilEmpty(endAt - clock.monotonic());
    this.#abort.abort(new Error("The sensor is stopping"));
    await Promise.all(this.#posting);
    if (this.#world.isOutboxOpen) await this.#untilEmpty(parkMs);
    this.abandon();
  }

  /** Ends at once: what is neither delivered nor in the outbox is for whoever takes over. */
  abandon(): void {
    this.#phase = "ended";
    this.#abort.abort(new Error("Another instance delivers"));
    for (const lane of this.#lanes) lane.endRetry();
    this.#ledger[Symbol.dispose]();
    this.#evacuation[Symbol.dispose]();
    this.#circuit[Symbol.dispose]();
    this.#turns[Symbol.dispose]();
  }

  /** Resolves when nothing is left, or when at the present pace something would be at `endAt`. */
  async #untilHopeless(endAt: number): Promise<void> {
    const { clock } = this.#options;
    const beganAt = clock.monotonic();
    const before = this.waiting;
    for (let now = beganAt; now < endAt && !this.#isEmpty; now = clock.monotonic()) {
      // One more may be about to come.
      const pace = (before - this.waiting + 1) / (now - beganAt);
      const isKnown = now - beganAt >= PACE_MS;
      // What is in flight is not to be put anywhere.
      if (isKnown && this.waiting > this.#posting.size + pace * (endAt - now)) return;
      await this.#untilEmpty(Math.min(PACE_MS, endAt - now));
    }
  }

  get #isEmpty(): boolean {
    return this.waiting + this.#posting.size === 0;
  }

  async #untilEmpty(timeoutMs: number): Promise<void> {
    if (this.#isEmpty || timeoutMs <= 0) return;
    this.#empty = Promise.withResolvers();
    using _deadline = this.#options.clock.alarm(timeoutMs, this.#empty.resolve);
    await this.#empty.promise;
    this.#empty = null;
  }

  #settled(): void {
    this.#options.ports.settled();
    if (this.#isEmpty) this.#empty?.resolve();
  }

  #turned(news: DeliveryNews): void {
    this.#options.tell(news);
    this.#route(null);
  }

  // What there is to do for a lane follows from its state alone: whatever changes only has to route anew.

  #route(lane: Lane | null): void {
    if (lane !== null) return this.#routeOne(lane);
    for (const it of [...this.#lanes]) this.#routeOne(it);
  }

  #routeOne(lane: Lane): void {
    // The outbox had it all the same, and handed it out: it is over.
    const head = lane.waiting.first;
    if (head !== undefined && lane.isUncertain && !lane.isBusy && this.#ledger.isOver(head)) {
      this.#lanes.shift(lane);
    }
    const step = nextStep(lane, this.#world);
    if (step === "close") this.#lanes.close(lane);
    if (step === "evacuate") this.#evacuation.take(this.#lanes.clear(lane));
    this.#turns.include(lane, step);
    this.#ledger.include(lane, step);
  }

  #pump(): void {
    if (this.#phase === "ended") return;
    this.#ledger.pump();
    while (this.#posting.size < this.#options.concurrency) {
      const lane = this.#turns.next();
      if (lane === undefined) return;
      this.#post(lane);
    }
  }

  #post(lane: Lane): void {
    const parcel = lane.held.first ?? null;
    const event = parcel?.event ?? lane.waiting.first;
    if (event === undefined) return;
    const attempt = { lane, event, parcel };
    if (!this.#circuit.isClosed) this.#outcomes.noteProbe(attempt);
    lane.beginPost();
    if (parcel !== null) this.#turns.beginHeld();
    this.#route(lane);
    const posting = this.#options.post(event, this.#abort.signal).then((result) => {
      this.#posting.delete(posting);
      if (parcel !== null) this.#turns.endHeld();
      this.#outcomes.conclude(attempt, result, this.#abort.signal.aborted);
      lane.endPost();
      this.#route(lane);
      this.#settled();
      this.#pump();
    });
    this.#posting.add(posting);
  }

  #dropOldest(): void {
    const dropped = this.#lanes.takeOldest();
    if (dropped === undefined) return;
    this.#options.tell({ kind: "event_dropped", event: dropped });
    const lane = this.#lanes.get(dropped.ruleId);
    if (lane !== undefined) this.#route(lane);
  }
}
