import type { Message } from "./message.ts";

// Spent slots at the front are given back once they are this many, and more than those in use.
const COMPACT_AFTER = 1024;

/** A message in a queue. */
export interface Entry {
  readonly message: Message;
  /** Its place in the order of arrival. */
  readonly position: number;
  /** Whether it was handed out before. */
  readonly redelivered: boolean;
}

/** The messages of a queue that wait, in the order of their arrival. */
export class Backlog {
  #slots: Entry[] = [];
  #head = 0;

  /** How many wait. */
  get size(): number {
    return this.#slots.length - this.#head;
  }

  /** Adds the newest. */
  push(entry: Entry): void {
    this.#slots.push(entry);
  }

  /** Takes the oldest. */
  shift(): Entry | undefined {
    const entry = this.#slots[this.#head];
    if (entry === undefined) return undefined;
    this.#head++;
    if (this.#head > COMPACT_AFTER && this.#head > this.size) {
      this.#slots.splice(0, this.#head);
      this.#head = 0;
    }
    return entry;
  }

  /** Puts entries back where they were. */
  putBack(entries: readonly Entry[]): void {
    const newestFirst = entries.toSorted((a, b) => b.position - a.position);
    for (const entry of newestFirst) this.#putBack(entry);
  }

  /** Takes all. */
  clear(): Entry[] {
    const entries = this.#slots.slice(this.#head);
    this.#slots = [];
    this.#head = 0;
    return entries;
  }

  #putBack(entry: Entry): void {
    let at = this.#head;
    while ((this.#slots[at]?.position ?? Infinity) < entry.position) at++;
    if (at === this.#head && at > 0) this.#slots[--this.#head] = entry;
    else this.#slots.splice(at, 0, entry);
  }
}
