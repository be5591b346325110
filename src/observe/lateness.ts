/** Milliseconds up to here have a bucket each, and then each power of two has as many. */
const EXACT = 64;
const EXACT_BITS = 6;
const PARTS = 16;
const PART_BITS = 4;
const MOST_MS = 2 ** 31 - 1;
const BUCKETS = EXACT + (31 - EXACT_BITS) * PARTS;

/**
 * How late fires were, in buckets: exact to the millisecond below 64 ms, to a sixteenth above. A fire costs
 * one addition, and nothing grows.
 */
export class Lateness {
  readonly #counts = new Uint32Array(BUCKETS);
  #total = 0;

  /** The fires since the last {@link reset}. */
  get total(): number {
    return this.#total;
  }

  /** Takes a fire. */
  add(ms: number): void {
    const bucket = bucketOf(ms);
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.#total++;
  }

  /** The most by which this share of the fires was late, in milliseconds; `null` where there were none. */
  quantile(share: number): number | null {
    if (this.#total === 0) return null;
    let left = Math.ceil(this.#total * share);
    const bucket = this.#counts.findIndex((count) => (left -= count) <= 0);
    return greatestOf(bucket);
  }

  /** Begins anew. */
  reset(): void {
    this.#counts.fill(0);
    this.#total = 0;
  }
}

function bucketOf(ms: number): number {
  const whole = Math.min(Math.max(0, Math.ceil(ms)), MOST_MS);
  if (whole < EXACT) return whole;
  const power = 31 - Math.clz32(whole);
  const part = (whole >> (power - PART_BITS)) & (PARTS - 1);
  return EXACT + (power - EXACT_BITS) * PARTS + part;
}

function greatestOf(bucket: number): number {
  if (bucket < EXACT) return bucket;
  const power = EXACT_BITS + Math.floor((bucket - EXACT) / PARTS);
  const part = (bucket - EXACT) % PARTS;
  return (PARTS + part + 1) * 2 ** (power - PART_BITS) - 1;
}
