/** Choices that a seed decides: the same seed makes the same ones, on every machine. */
export class Random {
  #state: number;

  /** Any text may be a seed. */
  constructor(seed: string) {
    this.#state = hashOf(seed);
  }

  /** A number from 0 up to 1: mulberry32, which is plenty for choices. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number from `from` to `to`, both included. */
  between(from: number, to: number): number {
    return from + Math.floor(this.next() * (to - from + 1));
  }

  /** Whether something of this probability happens. */
  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** Choices of their own, for what goes on beside: their number then changes nothing here. */
  fork(): Random {
    return new Random(String(this.next()));
  }

  /** One of some things. Throws a `RangeError` where there are none. */
  pick<T>(things: readonly T[]): T {
    const picked = things[this.between(0, things.length - 1)];
    if (picked === undefined) throw new RangeError("There is nothing to pick from");
    return picked;
  }
}

/** FNV-1a: seeds that differ in one character begin far apart. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}
