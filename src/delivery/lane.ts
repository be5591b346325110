import { Fifo } from "../collections/fifo.ts";
import type { OutboundEvent } from "../domain/event.ts";
import type { Parcel } from "../domain/outbox.ts";
import type { RuleId } from "../domain/rule.ts";

/**
 * The events of one rule, oldest first: those in the outbox, of which it has handed out the `held` ones,
 * then those that wait in memory. What becomes of it next is for next_step.ts to say.
 */
export class Lane {
  readonly ruleId: RuleId;
  /** Its place among all lanes. */
  readonly slot: number;
  readonly held: Fifo<Parcel> = new Fifo();
  readonly waiting: Fifo<OutboundEvent> = new Fifo();
  #stored = 0;
  #posting: "held" | "waiting" | null = null;
  #isPutting = false;
  /** The event on its way into the outbox, where it was handed out before it was confirmed. */
  #early: Parcel | null = null;
  /** That was taken out as well: it will never be counted. */
  #isTakenOut = false;
  #isUncertain = false;
  #isSpent = false;
  #failures = 0;
  #successesBefore = 0;
  #retry: Disposable | null = null;

  constructor(ruleId: RuleId, slot: number) {
    this.ruleId = ruleId;
    this.slot = slot;
  }

  /** Events in the outbox that this process put there. */
  get stored(): number {
    return this.#stored;
  }

  /** Whether one of its events is in flight. */
  get isPosting(): boolean {
    return this.#posting !== null;
  }

  /** Whether the first that waits is on its way into the outbox. */
  get isPutting(): boolean {
    return this.#isPutting;
  }

  /** Whether the first that waits is beyond recall. */
  get isBusy(): boolean {
    return this.#posting === "waiting" || this.#isPutting;
  }

  /** Whether the first that waits may be in the outbox all the same. */
  get isUncertain(): boolean {
    return this.#isUncertain;
  }

  /** Whether the first that waits has had its quick attempts. */
  get isSpent(): boolean {
    return this.#isSpent;
  }

  /** Whether it waits before the next attempt. */
  get isRetrying(): boolean {
    return this.#retry !== null;
  }

  /** Takes back all that the outbox has handed out, but for what is in flight. */
  dropHeld(): Parcel[] {
    return this.held.clear(this.#posting === "held" ? 1 : 0);
  }

  /** The first that is held, or else the first that waits, is posted. */
  beginPost(): void {
    this.#posting = this.held.size > 0 ? "held" : "waiting";
  }

  endPost(): void {
    this.#posting = null;
  }

  /** The first that waits is on its way into the outbox: nothing counts of an attempt before. */
  beginPut(): void {
    this.#isPutting = true;
    this.#early = null;
    this.#isTakenOut = false;
  }

  endPut(): void {
    this.#isPutting = false;
  }

  /** The outbox hands out an event. */
  hold(parcel: Parcel): void {
    this.held.push(parcel);
    const isEarly = this.#isPutting &&
      this.waiting.first?.occurrenceId === parcel.event.occurrenceId;
    if (isEarly) this.#early ??= parcel;
  }

  /** The first that waits is in the outbox. Returns whether it counts: it may have been taken out. */
  notePut(): boolean {
    this.#early = null;
    if (this.#isTakenOut) return false;
    this.#stored++;
    return true;
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

  /** Nobody knows whether the first that waits is in the outbox. */
  doubt(): void {
    this.#isUncertain = true;
  }

  /** The first that waits has had its quick attempts. Returns whether that is new. */
  spend(): boolean {
    const isNew = !this.#isSpent;
    this.#isSpent = true;
    return isNew;
  }

  /** `successes` is the circuit's count. Returns the attempts that failed in a row, this one included. */
  noteFailure(successes: number): number {
    if (this.#failures === 0) this.#successesBefore = successes;
    return ++this.#failures;
  }

  /** Whether others got through since the first attempt of these failed. */
  othersPass(successes: number): boolean {
    return successes > this.#successesBefore;
  }

  /** What failed so far no longer counts. */
  forgetFailures(): void {
    this.#failures = 0;
  }

  /** Nothing is posted before the alarm rings; {@link endRetry} follows. */
  retryAfter(alarm: Disposable): void {
    this.#retry = alarm;
  }

  endRetry(): void {
    this.#retry?.[Symbol.dispose]();
    this.#retry = null;
  }

  /** Another event is the first that waits. */
  beginAnew(): void {
    this.#isUncertain = false;
    this.#isSpent = false;
    // Otherwise it is one of the outbox that is being tried.
    if (this.held.size > 0) return;
    this.#failures = 0;
    this.endRetry();
  }
}
