/** Where a slot stands that is not in the heap. */
const ABSENT = -1;
const FIRST_CAPACITY = 1024;
/** Children of a node, as a power of two: eight keep the tree shallow, and their keys fill a cache line. */
const ARITY_BITS = 3;
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

  /** Puts a slot that is not in the heap in the place of one that is. */
  replace(slot: number, other: number): void {
    const place = this.#placeOf(slot);
    if (place === ABSENT) return;
    this.#reserve(other);
    this.#places[slot] = ABSENT;
    this.#put(place, other, this.#keyAt(place));
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
    this.#put(this.#sink(this.#rise(start, key), key), slot, key);
  }

  // Each of the two below moves what is in the way. They are most of what a fire costs: hence local names for
  // the keys, and the fallbacks where they are read.

  #rise(start: number, key: number): number {
    const keys = this.#keys;
    let place = start;
    while (place > 0) {
      const parent = (place - 1) >> ARITY_BITS;
      const parentKey = keys[parent] ?? -Infinity;
      if (parentKey <= key) break;
      this.#put(place, this.#slotAt(parent), parentKey);
      place = parent;
    }
    return place;
  }

  #sink(start: number, key: number): number {
    const keys = this.#keys;
    const size = this.#size;
    let place = start;
    for (let first = place * ARITY + 1; first < size; first = place * ARITY + 1) {
      const end = Math.min(first + ARITY, size);
      let least = first;
      let leastKey = keys[first] ?? Infinity;
      for (let child = first + 1; child < end; child++) {
        const childKey = keys[child] ?? Infinity;
        if (childKey >= leastKey) continue;
        least = child;
        leastKey = childKey;
      }
      if (leastKey >= key) break;
      this.#put(place, this.#slotAt(least), leastKey);
      place = least;
    }
    return place;
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

  /** Makes room for a slot, and for one entry more. */
  #reserve(slot: number): void {
    if (slot >= this.#places.length) {
      const places = new Int32Array(Math.max(slot + 1, this.#places.length * 2)).fill(ABSENT);
      places.set(this.#places);
      this.#places = places;
    }
    if (this.#size < this.#keys.length) return;
    const keys = new Float64Array(this.#size * 2);
    const slots = new Int32Array(this.#size * 2);
    keys.set(this.#keys);
    slots.set(this.#slots);
    this.#keys = keys;
    this.#slots = slots;
  }
}
