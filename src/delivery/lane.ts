import { Fifo } from "../collections/fifo.ts";
import type { OutboundEvent } from "../domain/event.ts";
import type { Parcel } from "../domain/outbox.ts";
import type { RuleId } from "../domain/rule.ts";
import { Account } from "./account.ts";

const NONE: Pick<Fifo<Parcel>, "size" | "first"> = new Fifo();

/**
 * The events of one rule, oldest first: those in the outbox, of which it has handed out the `held` ones,
 * then those that wait in memory. What becomes of it next is for next_step.ts to say.
 */
export class Lane {
  readonly ruleId: RuleId;
  /** Its place among all lanes. */
  readonly slot: number;
  readonly #waiting: Fifo<OutboundEvent> = new Fifo();
  /** Those of them that cover an earlier time than one before them: of a change that was heard late. */
  #receding: readonly OutboundEvent[] = [];
  /** Most lanes come and go without having anything in the outbox. */
  #account: Account | null = null;
  #posting: "held" | "waiting" | null = null;
  #isUncertain = false;
  #isSpent = false;
  #failures = 0;
  #successesBefore = 0;
  #retry: Disposable | null = null;

  constructor(ruleId: RuleId, slot: number) {
    this.ruleId = ruleId;
    this.slot = slot;
  }

  /** What waits in memory, oldest first. */
  get waiting(): Pick<Fifo<OutboundEvent>, "size" | "first" | "second"> {
    return this.#waiting;
  }

  /** What the outbox has of it, if it ever had anything. */
  get account(): Account | null {
    return this.#account;
  }

  /** What the outbox has handed out, oldest first. */
  get held(): Pick<Fifo<Parcel>, "size" | "first"> {
    return this.#account?.held ?? NONE;
  }

  /** Events in the outbox that this process put there. */
  get stored(): number {
    return this.#account?.stored ?? 0;
  }

  /** Whether one of its events is in flight. */
  get isPosting(): boolean {
    return this.#posting !== null;
  }

  /** Whether the first that is held is in flight. */
  get isPostingHeld(): boolean {
    return this.#posting === "held";
  }

  /** Whether the first that waits is on its way into the outbox. */
  get isPutting(): boolean {
    return this.#account?.isPutting ?? false;
  }

  /** Whether the first that waits is beyond recall. */
  get isBusy(): boolean {
    return this.#posting === "waiting" || this.isPutting;
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

  /** For the ledger, which alone changes it. */
  openAccount(): Account {
    return this.#account ??= new Account();
  }

  /** When the first occurrence fell due that an event in memory stands for, or Infinity. */
  get coversFrom(): number {
    const first = this.#waiting.first?.coversFrom ?? Infinity;
    return this.#receding.reduce((at, event) => Math.min(at, event.coversFrom), first);
  }

  push(event: OutboundEvent): void {
    if (event.coversFrom < this.coversFrom && this.#waiting.size > 0) {
      this.#receding = [...this.#receding, event];
    }
    this.#waiting.push(event);
  }

  /** Takes the first that waits. */
  shift(): OutboundEvent | undefined {
    const event = this.#waiting.shift();
    this.#beginAnew();
    return this.#gone(event);
  }

  /** Takes the first that waits and is not beyond recall. */
  shiftFree(): OutboundEvent | undefined {
    return this.isBusy ? this.#gone(this.#waiting.removeSecond()) : this.shift();
  }

  /** Takes all that wait and are not beyond recall. */
  clear(): OutboundEvent[] {
    this.#receding = [];
    if (this.isBusy) return this.#waiting.clear(1);
    const events = this.#waiting.clear();
    this.#beginAnew();
    return events;
  }

  /** The first that is held, or else the first that waits, is posted. */
  beginPost(): void {
    this.#posting = this.held.size > 0 ? "held" : "waiting";
  }

  endPost(): void {
    this.#posting = null;
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

  #gone(event: OutboundEvent | undefined): OutboundEvent | undefined {
    if (this.#receding.length > 0) this.#receding = this.#receding.filter((it) => it !== event);
    return event;
  }

  /** Another event is the first that waits. */
  #beginAnew(): void {
    this.#isUncertain = false;
    this.#isSpent = false;
    // Otherwise it is one of the outbox that is being tried.
    if (this.held.size > 0) return;
    this.#failures = 0;
    this.endRetry();
  }
}
