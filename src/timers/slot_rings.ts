const FIRST_CAPACITY = 1024;

/** Slots in rings, each in one at most: any is put in or taken out in O(1). Slots are small whole numbers. */
export class SlotRings {
  /** Of each slot the one after it and the one before it, counted from 1; 0 where it is in no ring. */
  #links = new Int32Array(FIRST_CAPACITY * 2);

  /** Whether a slot is in a ring. */
  has(slot: number): boolean {
    return this.#at(slot * 2) !== 0;
  }

  /** Whether a slot is the only one in its ring. */
  isAlone(slot: number): boolean {
    return this.#at(slot * 2) === slot + 1;
  }

  /** The one after a slot that is in a ring; of the last that is the first. */
  after(slot: number): number {
    return this.#at(slot * 2) - 1;
  }

  /** A slot that is in a ring and all that follow it. */
  *from(slot: number): Iterable<number> {
    let at = slot;
    do {
      yield at;
      at = this.after(at);
    } while (at !== slot);
  }

  /** Makes a ring of a slot that is in none. */
  open(slot: number): void {
    this.#reserve(slot);
    this.#link(slot, slot);
  }

  /** Puts a slot that is in no ring before the first of one, which makes it the last. */
  append(first: number, slot: number): void {
    this.#reserve(slot);
    this.#link(this.#before(first), slot);
    this.#link(slot, first);
  }

  /** Takes a slot out of its ring, if it is in one. */
  remove(slot: number): void {
    if (!this.has(slot)) return;
    this.#link(this.#before(slot), this.after(slot));
    this.#links[slot * 2] = 0;
    this.#links[slot * 2 + 1] = 0;
  }

  #before(slot: number): number {
    return this.#at(slot * 2 + 1) - 1;
  }

  #link(slot: number, next: number): void {
    this.#links[slot * 2] = next + 1;
    this.#links[next * 2 + 1] = slot + 1;
  }

  #at(place: number): number {
    return this.#links[place] ?? 0;
  }

  #reserve(slot: number): void {
    const needed = (slot + 1) * 2;
    if (needed <= this.#links.length) return;
    const links = new Int32Array(Math.max(needed, this.#links.length * 2));
    links.set(this.#links);
    this.#links = links;
  }
}
