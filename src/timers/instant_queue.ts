import { hashOfInteger } from "../collections/hash.ts";
import { InstantHeap } from "../collections/instant_heap.ts";
import { SlotRings } from "./slot_rings.ts";

/** A power of two. */
const LEADER_CELLS = 1 << 16;

/**
 * Slots by instant, the earliest first. Of those that share an instant one leads: it alone is in a heap, and
 * the others stand behind it in a ring. So a million timers cost as little as their instants are few, and a
 * herd as little as one: with a million timers over a thousand instants a fire costs at most 2.4 times one
 * with a thousand timers, and up to 5 times in a bare heap. Slots are small whole numbers; keys are epoch
 * milliseconds.
 */
export class InstantQueue {
  readonly #heap = new InstantHeap();
  readonly #rings = new SlotRings();
  /**
   * Slots that led when they were written here, by the hash of their instant, counted from 1. It is not the
   * truth: what was overwritten meanwhile only means that an instant gets another leader.
   */
  readonly #leaders = new Int32Array(LEADER_CELLS);

  /** The earliest key, or Infinity. */
  get firstKey(): number {
    return this.#heap.firstKey;
  }

  /** The slot with the earliest key, or `undefined`. */
  get firstSlot(): number | undefined {
    return this.#heap.firstSlot;
  }

  /** Whether a slot is in the queue. */
  has(slot: number): boolean {
    return this.#rings.has(slot);
  }

  /** The first so many slots, in the order of their keys; costs as little however many there are. */
  first(limit: number): number[] {
    const found: number[] = [];
    for (const leader of this.#heap.first(limit)) {
      for (const slot of this.#rings.from(leader)) {
        if (found.length === limit) return found;
        found.push(slot);
      }
    }
    return found;
  }

  /** The first so many slots whose key is at most `key`, in no order among those that share one. */
  upTo(key: number, limit: number): number[] {
    if (this.firstKey > key) return [];
    const found: number[] = [];
    for (const leader of this.#heap.first(limit)) {
      if ((this.#heap.keyOf(leader) ?? Infinity) > key) return found;
      for (const slot of this.#rings.from(leader)) {
        if (found.length === limit) return found;
        found.push(slot);
      }
    }
    return found;
  }

  /** Puts a slot in the queue, or moves it. */
  set(slot: number, key: number): void {
    const leader = this.#leaderOf(key);
    if (leader === slot) return;
    if (leader === undefined) this.#lead(slot, key);
    else {
      this.remove(slot);
      this.#rings.append(leader, slot);
    }
  }

  /** Takes a slot out of the queue; does nothing when it is not there. */
  remove(slot: number): void {
    if (this.#rings.isAlone(slot)) this.#heap.remove(slot);
    else this.#succeed(slot);
    this.#rings.remove(slot);
  }

  #leaderOf(key: number): number | undefined {
    const leader = (this.#leaders[cellOf(key)] ?? 0) - 1;
    return this.#heap.keyOf(leader) === key ? leader : undefined;
  }

  #lead(slot: number, key: number): void {
    // Alone it moves within the heap, which is cheaper than to leave and to come back.
    if (!this.#rings.isAlone(slot)) {
      this.remove(slot);
      this.#rings.open(slot);
    }
    this.#heap.set(slot, key);
    this.#leaders[cellOf(key)] = slot + 1;
  }

  /** Makes the next of its instant lead in the place of a slot, where it leads. */
  #succeed(slot: number): void {
    const key = this.#heap.keyOf(slot);
    if (key === undefined) return;
    const next = this.#rings.after(slot);
    this.#heap.replace(slot, next);
    this.#leaders[cellOf(key)] = next + 1;
  }
}

function cellOf(key: number): number {
  return hashOfInteger(key) & (LEADER_CELLS - 1);
}
