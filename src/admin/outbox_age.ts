/**
 * How old the oldest event in the outbox is, as far as it can be told without asking the broker. Events
 * leave it in the order in which they came: what is delivered shows how far it has got. Instants are
 * epoch milliseconds.
 */
export class OutboxAge {
  /** Nothing in the outbox is older. */
  #oldestAt: number | null = null;

  /** An event was put there, or some were found there, of whatever age. */
  holds(now: number): void {
    this.#oldestAt ??= now;
  }

  /** An event that was put there at an instant is delivered. */
  delivered(parkedAt: number): void {
    this.#oldestAt = Math.max(this.#oldestAt ?? parkedAt, parkedAt);
  }

  /** The age of the oldest in milliseconds, of `count` events; `null` where there is none. */
  ageMs(count: number, now: number): number | null {
    if (count === 0) this.#oldestAt = null;
    return this.#oldestAt === null ? null : Math.max(0, now - this.#oldestAt);
  }
}
