/** How many events are in the outbox, by whose they are. */
export class Balance {
  /** Events that this process put there; the account of each rule has its part of them. */
  #own = 0;
  /** Further ones, of rules unknown: of a process before this one, or there twice. */
  #inherited = 0;

  /** Events in the outbox. */
  get size(): number {
    return this.#own + this.#inherited;
  }

  /** Whether there may be events of any rule: of a process before this one, or there twice. */
  get hasInherited(): boolean {
    return this.#inherited > 0;
  }

  /**
   * The outbox counts its events, but maybe not yet the last ones that it had handed out. Returns how many
   * it misses that it had confirmed: if any, all of them are of rules unknown.
   */
  recount(count: number, handedOut: number): number {
    const missing = this.#own - count > handedOut ? this.#own - count : 0;
    if (missing > 0) this.#own = 0;
    this.#inherited = Math.max(0, count - this.#own);
    return missing;
  }

  /** The outbox has lost some, of whichever rules: all that is left is of rules unknown. */
  lose(count: number): void {
    this.#inherited = Math.max(0, this.size - count);
    this.#own = 0;
  }

  /** This process put an event there. */
  addOwn(): void {
    this.#own++;
  }

  removeOwn(): void {
    this.#own--;
  }

  /** One of the events of rules unknown is no longer there. Returns whether it was the last. */
  removeInherited(): boolean {
    if (this.#inherited === 0) return false;
    this.#inherited--;
    return this.#inherited === 0;
  }
}
