// Inserting one by one into a hundred thousand costs less than sorting them until about here.
const MAX_INSERTED = 100;

/** A set of refs that can be read in ascending order, a stretch at a time, however large it is. */
export class RefOrder {
  readonly #sorted: string[] = [];
  #added: string[] = [];

  /** How many there are. */
  get size(): number {
    return this.#sorted.length + this.#added.length;
  }

  /** Adds a ref that is not in the set. Its place is found at the next read, so that bulk loads are cheap. */
  add(ref: string): void {
    this.#added.push(ref);
  }

  /** Removes a ref that is in the set. */
  delete(ref: string): void {
    this.#settle();
    const index = this.#placeOf(ref);
    if (this.#sorted[index] === ref) this.#sorted.splice(index, 1);
  }

  /** Up to `limit` refs from `offset`, in ascending order of their code units (bytes, for ASCII). */
  slice(offset: number, limit: number): readonly string[] {
    this.#settle();
    return this.#sorted.slice(offset, offset + limit);
  }

  #settle(): void {
    if (this.#added.length <= MAX_INSERTED) {
      for (const ref of this.#added) this.#sorted.splice(this.#placeOf(ref), 0, ref);
    } else {
      for (const ref of this.#added) this.#sorted.push(ref);
      this.#sorted.sort((a, b) => (a < b ? -1 : 1));
    }
    this.#added = [];
  }

  #placeOf(ref: string): number {
    let low = 0;
    let high = this.#sorted.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const there = this.#sorted[middle];
      if (there !== undefined && there < ref) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
