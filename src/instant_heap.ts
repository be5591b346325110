/** Where a slot stands that is not in the heap. */
const ABSENT = -1;
const FIRST_CAPACITY = 1024;
/** Children of a node, as a power of two: four keep the tree shallow and them in one cache line. */
const ARITY_BITS = 2;
const ARITY = 1 << ARITY_BITS;

/**
 * An indexed min-heap of slots, ordered by instant: the earliest is found in O(1), and any slot is
 * moved or removed in O(log n). Slots are small whole numbers; keys are epoch milliseconds.
 */
export class InstantHeap {
  #size = 0;
  #keys = new Float64Array(FIRST_CAPACITY);
  #slots = new Int32Array(FIRST_CAPACITY);
  #places = new Int32Array(FIRST_CAPACITY).fill(ABSENT);

  /** The number of slots in the heap. */
  get size(): number {
    return this.#size;
  }

  /** The earliest key, or Infinity. */
  get firstKey(): number {
    return this.#size === 0 ? Infinity : this.#keyAt(0);
  }

  /** The slot with the earliest key, or `undefined`. */
  get firstSlot(): number | undefined {
    return this.#size === 0 ? undefined : this.#slotAt(0);
  }

  /** The key of a slot, or `undefined` when it is not in the heap. */
  keyOf(slot: number): number | undefined {
    const place = this.#placeOf(slot);
    return place === ABSENT ? undefined : this.#keyAt(place);
  }

  /** The first so many slots, in the order of their keys; costs as little however many there are. */
  first(limit: number): number[] {
    const found: number[] = [];
    // Places whose parent was found, the earliest first: the next one is among them.
    const open = this.#size === 0 ? [] : [0];
    for (let place = open.shift(); place !== undefined && found.length < limit;) {
      found.push(this.#slotAt(place));
      const child = place * ARITY + 1;
      const end = Math.min(child + ARITY, this.#size);
      for (let it = child; it < end; it++) open.push(it);
      open.sort((a, b) => this.#keyAt(a) - this.#keyAt(b));
      place = open.shift();
    }
    return found;
  }

  /** Puts a slot in the heap, or moves it. */
  set(slot: number, key: number): void {
    let place = this.#placeOf(slot);
    if (place === ABSENT) {
      this.#reserve(slot);
      place = this.#size++;
    }
    this.#settle(place, slot, key);
  }

  /** Takes a slot out of the heap; does nothing when it is not there. */
  remove(slot: number): void {
    const place = this.#placeOf(slot);
    if (place === ABSENT) return;
    this.#places[slot] = ABSENT;
    const last = --this.#size;
    if (place !== last) this.#settle(place, this.#slotAt(last), this.#keyAt(last));
  }

  /** Finds the place for a slot, starting from a place whose own content may be overwritten. */
  #settle(start: number, slot: number, key: number): void {
    let place = start;
    while (place > 0) {
      const parent = (place - 1) >> ARITY_BITS;
      if (this.#keyAt(parent) <= key) break;
      this.#put(place, this.#slotAt(parent), this.#keyAt(parent));
      place = parent;
    }
    for (let child = this.#leastChild(place); child !== ABSENT; child = this.#leastChild(place)) {
      if (this.#keyAt(child) >= key) break;
      this.#put(place, this.#slotAt(child), this.#keyAt(child));
      place = child;
    }
    this.#put(place, slot, key);
  }

  #leastChild(place: number): number {
    const first = place * ARITY + 1;
    if (first >= this.#size) return ABSENT;
    const end = Math.min(first + ARITY, this.#size);
    let least = first;
    for (let child = first + 1; child < end; child++) {
      if (this.#keyAt(child) < this.#keyAt(least)) least = child;
    }
    return least;
  }

  #put(place: number, slot: number, key: number): void {
    this.#keys[place] = key;
    this.#slots[place] = slot;
    this.#places[slot] = place;
  }

  // The lookups below are within bounds by construction; the fallbacks only satisfy the checker.
  #keyAt(place: number): number {
    return this.#keys[place] ?? Infinity;
  }

  #slotAt(place: number): number {
    return this.#slots[place] ?? ABSENT;
  }

  #placeOf(slot: number): number {
    return this.#places[slot] ?? ABSENT;
  }

  #reserve(slot: number): void {
    const needed = Math.max(slot, this.#size) + 1;
    if (needed <= this.#keys.length) return;
    const capacity = Math.max(needed, this.#keys.length * 2);
    const keys = new Float64Array(capacity);
    const slots = new Int32Array(capacity);
    const places = new Int32Array(capacity).fill(ABSENT);
    keys.set(this.#keys);
    slots.set(this.#slots);
    places.set(this.#places);
    this.#keys = keys;
    this.#slots = slots;
    this.#places = places;
  }
}
