import type { Chance } from "../ground/chance.ts";

/** The two halves of a key, 32 bits each. */
export type HashKey = readonly [low: number, high: number];

const FINAL_ROUNDS = 3;

/** A key that nobody can guess, of the random digits of a UUID. */
export function newHashKey({ uuid }: Chance): HashKey {
  const digits = uuid();
  return [parseInt(digits.slice(0, 8), 16) | 0, parseInt(digits.slice(-8), 16) | 0];
}

/**
 * Makes a hash of texts, from 0 to 2^32 - 1, that nobody can foresee who does not have the key: HalfSipHash-1-3
 * (Aumasson and Bernstein, 2012) over the text's UTF-16 units. Whoever chooses texts cannot choose them so
 * that all have one hash, which would make a table of them slow.
 */
export function keyedHash([low, high]: HashKey): (text: string) => number {
  return (text) => {
    const { length } = text;
    const words = (length >> 1) + 1;
    let [v0, v1, v2, v3] = [low, high, low ^ 0x6c796765, high ^ 0x74656462];
    for (let place = 0; place < words + FINAL_ROUNDS; place++) {
      const word = place < words ? wordOf(text, place, length) : 0;
      if (place === words) v2 ^= 0xff;
      v3 ^= word;
      v0 = (v0 + v1) | 0;
      v1 = (v1 << 5 | v1 >>> 27) ^ v0;
      v0 = v0 << 16 | v0 >>> 16;
      v2 = (v2 + v3) | 0;
      v3 = (v3 << 8 | v3 >>> 24) ^ v2;
      v0 = (v0 + v3) | 0;
      v3 = (v3 << 7 | v3 >>> 25) ^ v0;
      v2 = (v2 + v1) | 0;
      v1 = (v1 << 13 | v1 >>> 19) ^ v2;
      v2 = v2 << 16 | v2 >>> 16;
      v0 ^= word;
    }
    return (v1 ^ v3) >>> 0;
  };
}

/** Two units of a text; the last word has what is left, and the length in bytes as far as it fits. */
function wordOf(text: string, place: number, length: number): number {
  const at = place * 2;
  if (at + 1 < length) return text.charCodeAt(at) | text.charCodeAt(at + 1) << 16;
  return (at < length ? text.charCodeAt(at) : 0) | length << 25;
}
