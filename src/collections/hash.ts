/** A number from 0 to 2^32 - 1 that a text decides: FNV-1a, then the finish of MurmurHash3. */
export function hashOfText(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  }
  return scattered(hash);
}

/** The same of a whole number. */
export function hashOfInteger(integer: number): number {
  return scattered(integer ^ Math.floor(integer / 2 ** 32));
}

function scattered(bits: number): number {
  let hash = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
