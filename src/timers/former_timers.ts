import type { Timer } from "../schedule/timer.ts";

/** A schedule that fired on although it was no longer its rule's. */
interface Former {
  readonly timer: Timer;
  /** The occurrence that it handed out last, in epoch milliseconds. */
  readonly lastAt: number;
}

/**
 * The schedules that rules had before a change that was heard late, by the slots of the rules: what such a
 * one fired after the change has the identity of an occurrence of the new schedule at the same instant.
 */
export class FormerTimers {
  readonly #formers = new Map<number, readonly Former[]>();

  /** Whether no rule has one. */
  get areNone(): boolean {
    return this.#formers.size === 0;
  }

  /** Whether a rule has one. */
  has(slot: number): boolean {
    return this.#formers.has(slot);
  }

  /** A timer that handed out occurrences up to `lastAt` gives way to another. */
  note(slot: number, timer: Timer, lastAt: number): void {
    this.#formers.set(slot, [...this.#formers.get(slot) ?? [], { timer, lastAt }]);
  }

  /** The first occurrence of a rule's timer, from `at` on, that none of its former ones handed out. */
  firstFree(slot: number, timer: Timer, at: number | null): number | null {
    const formers = this.#formers.get(slot);
    if (formers === undefined) return at;
    const isTaken = (at: number) =>
      formers.some((it) => at <= it.lastAt && it.timer.next(at - 1) === at);
    let free = at;
    while (free !== null && isTaken(free)) free = timer.next(free);
    return free;
  }

  /** Nothing is asked any more of what a rule handed out up to an instant. */
  forgetUpTo(slot: number, at: number): void {
    const formers = this.#formers.get(slot)?.filter(({ lastAt }) => lastAt > at) ?? [];
    if (formers.length === 0) this.end(slot);
    else this.#formers.set(slot, formers);
  }

  /** A rule begins anew, or is no more. */
  end(slot: number): void {
    this.#formers.delete(slot);
  }

  /** All rules begin anew. */
  clear(): void {
    this.#formers.clear();
  }
}
