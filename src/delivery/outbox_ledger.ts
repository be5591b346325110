import type { OutboxTaker, Parcel } from "../domain/outbox.ts";
import type { RuleId } from "../domain/rule.ts";
import type { Clock } from "../ground/clock.ts";
import type { Tell } from "../ground/tell.ts";
import type { Lane } from "./lane.ts";
import type { Lanes } from "./lanes.ts";
import type { DeliveryNews } from "./news.ts";
import type { Stock } from "./stock.ts";

/** What the ledger works on. */
export interface OutboxLedgerOptions {
  readonly lanes: Lanes;
  readonly stock: Stock;
  readonly clock: Clock;
  /** How long an event may stay in the outbox. */
  readonly maxAgeMs: number;
  readonly isKnown: (ruleId: RuleId) => boolean;
  readonly tell: Tell<DeliveryNews>;
  /** Whether what the outbox hands out is taken. */
  readonly isOpen: () => boolean;
  /** There may be another step for a lane, or for all of them, which is to be taken at once. */
  readonly changed: (lane: Lane | null) => void;
  /** The same, within such a step: it is only noted. */
  readonly reroute: (lane: Lane) => void;
  /** Something came to its end. */
  readonly settled: () => void;
}

/** What the outbox hands out: kept by rule until it is posted, in the order in which it came. */
export class OutboxLedger implements OutboxTaker {
  readonly #options: OutboxLedgerOptions;

  constructor(options: OutboxLedgerOptions) {
    this.#options = options;
  }

  take(parcel: Parcel): void {
    const { lanes, stock, isOpen, changed } = this.#options;
    if (!isOpen()) return;
    const lane = lanes.open(parcel.event.ruleId);
    stock.accept(lane, parcel);
    changed(lane);
  }

  up(count: number): void {
    const { lanes, stock, tell, changed } = this.#options;
    const missing = stock.up(count, lanes);
    if (missing > 0) tell({ kind: "parked_events_lost", count: missing });
    changed(null);
  }

  down(): void {
    const { lanes, stock, changed } = this.#options;
    let handedOut = 0;
    for (const lane of lanes) handedOut += lane.held.size;
    this.dropHeld();
    stock.down(handedOut);
    changed(null);
  }

  blocked(): void {
    this.#options.changed(null);
  }

  unreadable(): void {
    this.#options.stock.disinherit();
    this.#options.changed(null);
  }

  /** Whether a lane has a held event that is worth posting; those before it are taken out. */
  isWorthwhile(lane: Lane): boolean {
    for (let parcel = lane.held.first; parcel !== undefined; parcel = lane.held.first) {
      if (!this.#isOver(lane, parcel)) return true;
      lane.held.shift();
    }
    this.#options.reroute(lane);
    this.#options.settled();
    return false;
  }

  /** Takes out what is held of a rule that is no more, but for what is in flight. */
  discard(lane: Lane): void {
    for (const parcel of lane.dropHeld()) {
      this.#options.tell({ kind: "event_discarded", event: parcel.event });
      this.#options.stock.remove(lane, parcel);
    }
  }

  /** Forgets what is held, but for what is in flight: the outbox hands it out again, to whoever is next. */
  dropHeld(): void {
    for (const lane of this.#options.lanes) lane.dropHeld();
  }

  /** Whether there is no use in posting a held event: then it is taken out. */
  #isOver(lane: Lane, parcel: Parcel): boolean {
    const { stock, clock, maxAgeMs, isKnown, tell } = this.#options;
    const { event, parkedAt } = parcel;
    if (stock.removeDuplicate(lane, parcel)) {
      tell({ kind: "event_duplicate", event });
      return true;
    }
    const isOld = clock.now() - parkedAt > maxAgeMs;
    if (!isKnown(event.ruleId)) tell({ kind: "event_discarded", event });
    else if (isOld) tell({ kind: "event_expired", event, parkedAt });
    else return false;
    stock.remove(lane, parcel);
    return true;
  }
}
