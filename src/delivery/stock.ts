import type { OutboundEvent } from "../domain/event.ts";
import type { Parcel } from "../domain/outbox.ts";
import type { Lanes } from "./lanes.ts";
import type { Lane } from "./lane.ts";
import { Recent } from "../collections/recent.ts";

/** More than can be handed out, or be on its way into the outbox, at one time. */
const REMEMBERED = 10_000;

/** What is in the outbox: as much as the order of events depends on. */
export class Stock {
  /** Events that this process put there; each lane has its part of them. */
  #stored = 0;
  /** Further ones, of rules unknown: of a process before this one, or there twice. */
  #inherited = 0;
  /** What the outbox had handed out when it went down: it may not count it yet when it is back. */
  #handedOut = 0;
  #isUp = false;
  /** What has been taken out: should the outbox not have learnt of that, it hands it out once more. */
  readonly #takenOut = new Recent(REMEMBERED);
  /** What is over although it may be in the outbox, behind very many that are taken out before. */
  readonly #remembered = new Recent(REMEMBERED);
  readonly #known: () => void;

  /** `known` is called when all that is in the outbox is of rules known. */
  constructor(known: () => void) {
    this.#known = known;
  }

  /** Events in the outbox. */
  get size(): number {
    return this.#stored + this.#inherited;
  }

  /** Whether it may have events of any rule: of a process before this one, or there twice. */
  get hasInherited(): boolean {
    return this.#inherited > 0;
  }

  /** The outbox is up and counts its events. Returns how many are missing that it had confirmed. */
  up(count: number, lanes: Lanes): number {
    const missing = this.#stored - count > this.#handedOut ? this.#stored - count : 0;
    if (missing > 0) {
      for (const lane of lanes) lane.forgetStored();
      this.#stored = 0;
    }
    this.#inherited = Math.max(0, count - this.#stored);
    this.#isUp = true;
    return missing;
  }

  /** The outbox is down, with so many events handed out and not yet taken out. */
  down(handedOut: number): void {
    this.#handedOut = handedOut;
    this.#isUp = false;
  }

  /** The first that waits in a lane was put into the outbox. */
  add(lane: Lane): void {
    if (lane.notePut()) this.#stored++;
  }

  /** The outbox hands out an event. */
  accept(lane: Lane, parcel: Parcel): void {
    lane.hold(parcel);
  }

  /** An event is taken out of the outbox; should that be down, it hands it out once more. */
  remove(lane: Lane, parcel: Parcel): void {
    this.#takenOut.add(parcel.event.occurrenceId);
    this.#takeOut(lane, parcel);
  }

  /** Takes a parcel out of the outbox whose event is over. Returns whether it was such a one. */
  removeDuplicate(lane: Lane, parcel: Parcel): boolean {
    if (!this.isOver(parcel.event)) return false;
    this.#takeOut(lane, parcel);
    return true;
  }

  /** An event is over that may be in the outbox all the same. */
  remember(event: OutboundEvent): void {
    this.#remembered.add(event.occurrenceId);
  }

  /** Whether an event is over, as far as can be told of one that is in the outbox, or may be. */
  isOver({ occurrenceId }: OutboundEvent): boolean {
    return this.#takenOut.has(occurrenceId) || this.#remembered.has(occurrenceId);
  }

  /** One of the events of rules unknown is no longer in the outbox. */
  disinherit(): void {
    if (this.#inherited === 0) return;
    this.#inherited--;
    if (this.#inherited === 0) this.#known();
  }

  #takeOut(lane: Lane, parcel: Parcel): void {
    parcel.ack();
    // The outbox has counted it once more, and will hand it out once more: it is taken out then.
    if (parcel.isVoid && this.#isUp) return;
    const kind = lane.noteTakenOut(parcel);
    if (kind === "own") this.#stored--;
    else if (kind === "other") this.disinherit();
  }
}
