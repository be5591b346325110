/** As long as the parameters of `/timers` may be; the platform sets no limit to a ref. */
const LONGEST = 255;

/** A rule's ref, in as many characters as a table and a stream have room for. */
export function shortened(ref: string): string {
  return ref.length > LONGEST ? `${ref.slice(0, LONGEST - 1)}…` : ref;
}
