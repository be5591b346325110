import type { OutboundEvent } from "../domain/event.ts";
import { InstantHeap } from "../collections/instant_heap.ts";
import type { RuleId } from "../domain/rule.ts";
import { Lane } from "./lane.ts";

/** The lanes of all rules that have events, and how long the oldest event has been waiting. */
export class Lanes {
  readonly #lanes = new Map<RuleId, Lane>();
  readonly #bySlot: (Lane | undefined)[] = [];
  readonly #freeSlots: number[] = [];
  /** The lanes in which events wait, by the instant from which on they stand for occurrences. */
  readonly #heads = new InstantHeap();
  #waiting = 0;

  /** Events that wait in memory, those included that are being posted or put into the outbox. */
  get waiting(): number {
    return this.#waiting;
  }

  /** When the first occurrence fell due that an event in memory stands for, in epoch milliseconds, or Infinity. */
  get earliestDueAt(): number {
    return this.#heads.firstKey;
  }

  get(ruleId: RuleId): Lane | undefined {
    return this.#lanes.get(ruleId);
  }

  [Symbol.iterator](): Iterator<Lane> {
    return this.#lanes.values();
  }

  /** The lane of a rule, made where there is none. */
  open(ruleId: RuleId): Lane {
    const known = this.#lanes.get(ruleId);
    if (known !== undefined) return known;
    const slot = this.#freeSlots.pop() ?? this.#bySlot.length;
    const lane = new Lane(ruleId, slot);
    this.#bySlot[slot] = lane;
    this.#lanes.set(ruleId, lane);
    return lane;
  }

  /** Forgets a lane that is empty. */
  close(lane: Lane): void {
    if (this.#lanes.get(lane.ruleId) !== lane) return;
    lane.endRetry();
    this.#lanes.delete(lane.ruleId);
    this.#bySlot[lane.slot] = undefined;
    this.#freeSlots.push(lane.slot);
  }

  push(lane: Lane, event: OutboundEvent): void {
    const before = lane.coversFrom;
    lane.push(event);
    this.#waiting++;
    if (event.coversFrom < before) this.#noteHead(lane);
  }

  /** Takes the first event that waits in a lane. */
  shift(lane: Lane): void {
    if (lane.shift() !== undefined) this.#waiting--;
    this.#noteHead(lane);
  }

  /** Takes all events that wait in a lane and are not beyond recall. */
  clear(lane: Lane): OutboundEvent[] {
    const events = lane.clear();
    this.#waiting -= events.length;
    this.#noteHead(lane);
    return events;
  }

  /** Takes the oldest event that waits in memory and is not beyond recall. */
  takeOldest(): OutboundEvent | undefined {
    const seen: Lane[] = [];
    let oldest: Lane | undefined;
    let oldestAt = Infinity;
    let lane = this.#firstLane();
    // Of a busy lane it is the second event that counts, and that of another may be older.
    while (lane !== undefined && this.#heads.firstKey < oldestAt) {
      const { first, second } = lane.waiting;
      const dueAt = (lane.isBusy ? second : first)?.dueAt ?? Infinity;
      if (dueAt < oldestAt) [oldest, oldestAt] = [lane, dueAt];
      seen.push(lane);
      this.#heads.remove(lane.slot);
      lane = this.#firstLane();
    }
    const event = oldest?.shiftFree();
    if (event !== undefined) this.#waiting--;
    for (const it of seen) this.#noteHead(it);
    return event;
  }

  #firstLane(): Lane | undefined {
    const slot = this.#heads.firstSlot;
    return slot === undefined ? undefined : this.#bySlot[slot];
  }

  #noteHead(lane: Lane): void {
    if (lane.waiting.size === 0) this.#heads.remove(lane.slot);
    else this.#heads.set(lane.slot, lane.coversFrom);
  }
}
