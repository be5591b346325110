import { InstantHeap } from "../collections/instant_heap.ts";
import type { MisfireAction } from "./misfire.ts";

/** Occurrences beyond the catch-up window that are counted one by one; any more are passed over at once. */
const COUNTED = 100;

/** Occurrences that were missed and will not fire. */
export interface Dropped {
  readonly count: number;
  /** There were more than are counted. */
  readonly orMore: boolean;
  /** The instants of the first and the last of them, or a little later; epoch milliseconds. */
  readonly from: number;
  readonly to: number;
}

/** What a rule missed, as far as it is worked off. */
export interface Backlog {
  /** Missed occurrences that the next one fired stands for. */
  readonly coalesced: number;
  /** When the first of those fell due, in epoch milliseconds; Infinity for none. */
  readonly coalescedSince: number;
  readonly dropped: Dropped;
  /** The first of those that `all` makes up for, in epoch milliseconds; `null` where that is still open. */
  readonly newestFrom: number | null;
}

/** Of a rule that is on time. */
export const NO_BACKLOG: Backlog = {
  coalesced: 0,
  coalescedSince: Infinity,
  dropped: { count: 0, orMore: false, from: Infinity, to: -Infinity },
  newestFrom: null,
};

/** What rules missed while it is worked off, by their slots. */
export class Backlogs {
  readonly #backlogs = new Map<number, Backlog>();
  /** The rules that have coalesced some, by the instant at which the first of those fell due. */
  readonly #coalescing = new InstantHeap();

  /** Whether no rule has one. */
  get areNone(): boolean {
    return this.#backlogs.size === 0;
  }

  /** When the first occurrence fell due that no event stands for yet, in epoch milliseconds, or Infinity. */
  get coalescedSince(): number {
    return this.#coalescing.firstKey;
  }

  /** What a rule missed so far. */
  of(slot: number): Backlog {
    return this.#backlogs.get(slot) ?? NO_BACKLOG;
  }

  /** Notes what becomes of an occurrence that was missed, or comes while others are worked off. */
  note(
    slot: number,
    { scheduledAt, dueAt }: { readonly scheduledAt: number; readonly dueAt: number },
    verdict: MisfireAction,
  ): void {
    const backlog = this.of(slot);
    const { coalesced, coalescedSince, dropped } = backlog;
    const since = sinceAfter(verdict, coalescedSince, dueAt);
    this.#backlogs.set(slot, {
      ...backlog,
      coalescedSince: since,
      coalesced: verdict === "fire" ? 0 : coalesced + (verdict === "coalesce" ? 1 : 0),
      dropped: verdict === "drop" ? withOne(dropped, scheduledAt) : dropped,
    });
    if (since === Infinity) this.#coalescing.remove(slot);
    else this.#coalescing.set(slot, since);
  }

  /** Whether a rule, with the occurrence at hand, has missed too many to be stepped through. */
  isLong(slot: number): boolean {
    return !this.areNone && this.of(slot).dropped.count + 1 >= COUNTED;
  }

  /** Occurrences of a rule up to an instant are passed over without being counted. */
  passOver(slot: number, to: number): void {
    const backlog = this.of(slot);
    this.#backlogs.set(slot, { ...backlog, dropped: { ...backlog.dropped, orMore: true, to } });
  }

  /** Which of the missed occurrences of a rule are the newest is known. */
  makeUpFrom(slot: number, newestFrom: number): void {
    this.#backlogs.set(slot, { ...this.of(slot), newestFrom });
  }

  /** A rule is on time again, or has another timer, or none. */
  end(slot: number): Backlog {
    const backlog = this.of(slot);
    this.#backlogs.delete(slot);
    this.#coalescing.remove(slot);
    return backlog;
  }

  /** All rules begin anew. */
  clear(): void {
    for (const slot of this.#backlogs.keys()) this.#coalescing.remove(slot);
    this.#backlogs.clear();
  }
}

function withOne({ count, orMore, from, to }: Dropped, scheduledAt: number): Dropped {
  return {
    count: count + 1,
    orMore,
    from: Math.min(from, scheduledAt),
    to: Math.max(to, scheduledAt),
  };
}

function sinceAfter(verdict: MisfireAction, since: number, dueAt: number): number {
  if (verdict === "fire") return Infinity;
  return verdict === "coalesce" ? Math.min(since, dueAt) : since;
}
