/** Units of a span of time, the largest first, in seconds. */
const UNITS: readonly (readonly [name: string, seconds: number])[] = [
  ["d", 86_400],
  ["h", 3600],
  ["min", 60],
  ["s", 1],
];

/** A span of time in its two largest units: `3 h 12 min`. */
export function spanText(ms: number): string {
  let seconds = Math.floor(ms / 1000);
  const first = Math.max(UNITS.findIndex(([, size]) => seconds >= size), 0);
  const parts: string[] = [];
  for (const [name, size] of seconds === 0 ? UNITS.slice(-1) : UNITS.slice(first, first + 2)) {
    const n = Math.floor(seconds / size);
    if (n > 0 || parts.length === 0) parts.push(`${n} ${name}`);
    seconds -= n * size;
  }
  return parts.join(" ");
}
