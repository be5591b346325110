import { OrderedSet } from "../collections/ordered_set.ts";
import type { OutboundEvent } from "../domain/event.ts";
import type { Outbox, OutboxTaker, Parcel } from "../domain/outbox.ts";
import type { RuleId } from "../domain/rule.ts";
import type { Clock } from "../ground/clock.ts";
import type { Tell } from "../ground/tell.ts";
import { Balance } from "./balance.ts";
import { Finished } from "./finished.ts";
import type { Lane } from "./lane.ts";
import type { Lanes } from "./lanes.ts";
import type { DeliveryNews } from "./news.ts";
import type { Step } from "./next_step.ts";
import { Valve } from "./valve.ts";

/** What the ledger works on. */
export interface OutboxLedgerOptions {
  readonly outbox: Outbox;
  readonly lanes: Lanes;
  readonly clock: Clock;
  /** How long an event may stay in the outbox. */
  readonly outboxMaxAgeMs: number;
  readonly isKnown: (ruleId: RuleId) => boolean;
  readonly tell: Tell<DeliveryNews>;
  readonly on: OutboxLedgerEvents;
}

/** Is told what follows. */
export interface OutboxLedgerEvents {
  /** There may be another step for a lane, or for all of them: it is noted, not taken. */
  reroute(lane: Lane | null): void;
  /** Steps may be taken. */
  proceed(): void;
  /** Something came to its end. */
  settled(): void;
}

/**
 * What is in the outbox. Events are put there one at a time for each rule, so that they stay in order; what
 * is handed out is kept by rule until it is posted; and what is there twice is found, whatever the outbox
 * did not learn when it went down.
 */
export class OutboxLedger implements OutboxTaker, Disposable {
  readonly #options: OutboxLedgerOptions;
  readonly #balance = new Balance();
  #isUp = false;
  #isClosed = false;
  /** What the outbox had handed out when it went down: it may not count it yet when it is back. */
  #handedOut = 0;
  readonly #finished = new Finished();
  /** Lanes whose first that waits is to be put into the outbox. */
  readonly #toPut = new OrderedSet<Lane>();
  readonly #valve: Valve;

  constructor(options: OutboxLedgerOptions) {
    const { outbox, clock } = options;
    this.#options = options;
    this.#valve = new Valve(outbox, clock, () => this.#changed(null));
  }

  /** Events in the outbox, as far as this process knows. */
  get size(): number {
    return this.#balance.size;
  }

  /** Whether the outbox may have events of any rule. */
  get hasInherited(): boolean {
    return this.#balance.hasInherited;
  }

  /** Whether events may be put into the outbox: it is up, and has not just refused one. */
  get isOpen(): boolean {
    return this.#valve.isOpen;
  }

  take(parcel: Parcel): void {
    if (this.#isClosed) return;
    const lane = this.#options.lanes.open(parcel.event.ruleId);
    lane.openAccount().hold(parcel);
    this.#changed(lane);
  }

  up(count: number): void {
    const missing = this.#balance.recount(count, this.#handedOut);
    this.#isUp = true;
    if (missing > 0) this.#tellLost(missing);
    this.#changed(null);
  }

  lost(count: number): void {
    this.#balance.lose(count);
    this.#tellLost(count);
    this.#changed(null);
  }

  down(): void {
    this.#handedOut = 0;
    for (const lane of this.#options.lanes) this.#handedOut += lane.held.size;
    this.#dropHeld();
    this.#isUp = false;
    this.#changed(null);
  }

  blocked(): void {
    this.#changed(null);
  }

  unreadable(): void {
    this.#disinherit();
    this.#changed(null);
  }

  /** Takes nothing more, and forgets what is not in flight: the outbox hands it out to whoever is next. */
  close(): void {
    this.#isClosed = true;
    this.#dropHeld();
  }

  /** Takes out what is held of a rule that is no more, but for what is in flight. */
  discard(lane: Lane): void {
    for (const parcel of lane.account?.dropHeld(lane.isPostingHeld) ?? []) {
      this.#options.tell({ kind: "event_discarded", event: parcel.event });
      this.takeOut(lane, parcel);
    }
  }

  /** Puts the first that waits in a lane into the outbox, if that is its next step, as soon as it can. */
  include(lane: Lane, step: Step): void {
    if (step === "park" || step === "post held and park") this.#toPut.add(lane);
    else this.#toPut.delete(lane);
  }

  /** Starts what may be started now. */
  pump(): void {
    while (this.#valve.hasRoom) {
      const lane = this.#toPut.first;
      if (lane === undefined) return;
      this.#put(lane);
    }
  }

  /** Whether a lane has a held event that is worth posting; those before it are taken out. */
  isWorthwhile(lane: Lane): boolean {
    for (let parcel = lane.held.first; parcel !== undefined; parcel = lane.held.first) {
      if (!this.#isPointless(lane, parcel)) return true;
      this.pass(lane);
    }
    this.#options.on.reroute(lane);
    this.#options.on.settled();
    return false;
  }

  /** The first held event of a lane makes way for the next. */
  pass(lane: Lane): void {
    lane.account?.passHeld();
  }

  /** An event is taken out of the outbox; should that be down, it hands it out once more. */
  takeOut(lane: Lane, parcel: Parcel): void {
    this.#finished.noteTakenOut(parcel.event);
    this.#remove(lane, parcel);
  }

  /** An event is over that may be in the outbox all the same. */
  remember(event: OutboundEvent): void {
    this.#finished.noteMaybeThere(event);
  }

  /** Whether an event is over, as far as can be told of one that is in the outbox, or may be. */
  isOver(event: OutboundEvent): boolean {
    return this.#finished.has(event);
  }

  [Symbol.dispose](): void {
    this.#isClosed = true;
    this.#valve[Symbol.dispose]();
  }

  /** Whose they were cannot be known. */
  #tellLost(count: number): void {
    const { lanes, tell } = this.#options;
    for (const lane of lanes) lane.account?.forgetStored();
    tell({ kind: "parked_events_lost", count });
  }

  #changed(lane: Lane | null): void {
    this.#options.on.reroute(lane);
    this.#options.on.proceed();
  }

  #dropHeld(): void {
    for (const lane of this.#options.lanes) lane.account?.dropHeld(lane.isPostingHeld);
  }

  /** Whether there is no use in posting a held event: then it is taken out. */
  #isPointless(lane: Lane, parcel: Parcel): boolean {
    const { clock, outboxMaxAgeMs, isKnown, tell } = this.#options;
    const { event, parkedAt } = parcel;
    if (this.isOver(event)) {
      this.#remove(lane, parcel);
      tell({ kind: "event_duplicate", event });
      return true;
    }
    const isOld = clock.now() - parkedAt > outboxMaxAgeMs;
    if (!isKnown(event.ruleId)) tell({ kind: "event_discarded", event });
    else if (isOld) tell({ kind: "event_expired", event, parkedAt });
    else return false;
    this.takeOut(lane, parcel);
    return true;
  }

  #remove(lane: Lane, parcel: Parcel): void {
    parcel.ack();
    // The outbox has counted it once more, and will hand it out once more: it is taken out then.
    if (parcel.isVoid && this.#isUp) return;
    const kind = lane.openAccount().noteTakenOut(parcel);
    if (kind === "own") this.#balance.removeOwn();
    else if (kind === "other") this.#disinherit();
  }

  #disinherit(): void {
    // All that is there now is of rules known.
    if (this.#balance.removeInherited()) this.#options.on.reroute(null);
  }

  #put(lane: Lane): void {
    const event = lane.waiting.first;
    this.#toPut.delete(lane);
    if (event === undefined) return;
    lane.openAccount().beginPut(event);
    this.#valve.begin();
    const end = (error: unknown) => this.#endPut(lane, event, error);
    this.#options.outbox.put(event).then(() => end(undefined), end);
  }

  #endPut(lane: Lane, event: OutboundEvent, error: unknown): void {
    const { on } = this.#options;
    lane.openAccount().endPut();
    const isRefused = this.#valve.end(error);
    this.#concludePut(lane, event, error);
    on.reroute(lane);
    on.settled();
    if (isRefused) on.reroute(null);
    on.proceed();
  }

  #concludePut(lane: Lane, event: OutboundEvent, error: unknown): void {
    const { lanes, isKnown, tell } = this.#options;
    if (error === undefined) {
      if (lane.openAccount().notePut()) this.#balance.addOwn();
      tell({ kind: "event_parked", event });
    } else if (isKnown(event.ruleId)) {
      lane.doubt();
      return tell({ kind: "event_unparked", event, error });
    } else {
      tell({ kind: "event_discarded", event });
    }
    lanes.shift(lane);
  }
}
