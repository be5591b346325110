import { Fifo } from "../collections/fifo.ts";
import type { OutboundEvent } from "../domain/event.ts";
import type { Parcel } from "../domain/outbox.ts";

/** What the outbox has of one rule, as far as this process knows. The ledger alone changes it. */
export class Account {
  readonly #held: Fifo<Parcel> = new Fifo();
  #stored = 0;
  #putting: OutboundEvent | null = null;
  /** The event on its way into the outbox, where it was handed out before it was confirmed. */
  #early: Parcel | null = null;
  /** That was taken out as well: it will never be counted. */
  #isTakenOut = false;

  /** Events that this process put there. */
  get stored(): number {
    return this.#stored;
  }

  /** What it has handed out, oldest first. */
  get held(): Pick<Fifo<Parcel>, "size" | "first"> {
    return this.#held;
  }

  /** Whether an event is on its way there. */
  get isPutting(): boolean {
    return this.#putting !== null;
  }

  /** An event is on its way into the outbox: nothing counts of an attempt before. */
  beginPut(event: OutboundEvent): void {
    this.#putting = event;
    this.#early = null;
    this.#isTakenOut = false;
  }

  endPut(): void {
    this.#putting = null;
  }

  /** The event is in the outbox. Returns whether it counts: it may have been taken out. */
  notePut(): boolean {
    this.#early = null;
    if (this.#isTakenOut) return false;
    this.#stored++;
    return true;
  }

  /** The outbox hands out an event. */
  hold(parcel: Parcel): void {
    this.#held.push(parcel);
    const isEarly = this.#putting?.occurrenceId === parcel.event.occurrenceId;
    if (isEarly) this.#early ??= parcel;
  }

  /** The first that is held makes way for the next. */
  passHeld(): void {
    this.#held.shift();
  }

  /** Lets go of all that is held, but for the first where that is in flight. */
  dropHeld(isFirstInFlight: boolean): Parcel[] {
    return this.#held.clear(isFirstInFlight ? 1 : 0);
  }

  /**
   * An event is taken out of the outbox: `own` is one that this process put there and counted, `early` one
   * that it has yet to count, `other` any other.
   */
  noteTakenOut(parcel: Parcel): "own" | "early" | "other" {
    if (parcel === this.#early) {
      this.#isTakenOut = true;
      return "early";
    }
    if (!parcel.isOwn || this.#stored === 0) return "other";
    this.#stored--;
    return "own";
  }

  /** The outbox has lost what this process put there. */
  forgetStored(): void {
    this.#stored = 0;
  }
}
