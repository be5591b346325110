import type { Timer } from "../schedule/timer.ts";

/** A schedule that fired on although it was no longer its rule's. */
interface Former {
  readonly timer: Timer;
  /** It handed out all its occurrences from the one instant to the other, in epoch milliseconds. */
  readonly firstAt: number;
  readonly lastAt: number;
}

/**
 * What was handed out after the instant from which a rule is planned now, by the slots of the rules: by the
 * schedule that it had before a change that was heard late, or by the same one before the clock was set
 * back. It has the identity of the occurrence that is planned for the same instant.
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
    this.#add(slot, { timer, firstAt: -Infinity, lastAt });
  }

  /** A timer begins anew that handed out its occurrences from `firstAt` to `lastAt`, which lie ahead again. */
  noteUndone(slot: number, timer: Timer, firstAt: number, lastAt: number): void {
    this.#add(slot, { timer, firstAt, lastAt });
  }

  /** What a timer had handed out before it began anew lies behind once it has come that far again. */
  passUndone(slot: number, at: number): void {
    this.#keep(slot, ({ firstAt, lastAt }) => firstAt === -Infinity || lastAt > at);
  }

  /** The first occurrence of a rule's timer, from `at` on, that none of its former ones handed out. */
  firstFree(slot: number, timer: Timer, at: number | null): number | null {
    const formers = this.#formers.get(slot);
    if (formers === undefined) return at;
    const isTaken = (at: number) =>
      formers.some((it) => it.firstAt <= at && at <= it.lastAt && it.timer.next(at - 1) === at);
    let free = at;
    while (free !== null && isTaken(free)) free = timer.next(free);
    return free;
  }

  /** Nothing is asked any more of what a rule handed out up to an instant. */
  forgetUpTo(slot: number, at: number): void {
    this.#keep(slot, ({ lastAt }) => lastAt > at);
  }

  /** A rule begins anew, or is no more. */
  end(slot: number): void {
    this.#formers.delete(slot);
  }

  /** All rules begin anew. */
  clear(): void {
    this.#formers.clear();
  }

  #add(slot: number, former: Former): void {
    this.#formers.set(slot, [...this.#formers.get(slot) ?? [], former]);
  }

  #keep(slot: number, isKept: (former: Former) => boolean): void {
    const formers = this.#formers.get(slot)?.filter(isKept) ?? [];
    if (formers.length === 0) this.end(slot);
    else this.#formers.set(slot, formers);
  }
}
