/** Numbers without a gap between them. */
export interface Run {
  readonly from: number;
  readonly to: number;
}

/** Numbers at equal distances. */
export interface Progression {
  readonly first: number;
  readonly last: number;
  readonly step: number;
}

/** Numbers in order, without repetition. */
export function sorted(values: Iterable<number>): number[] {
  return [...new Set(values)].sort((a, b) => a - b);
}

/** Numbers in order as runs without a gap. */
export function runsOf(values: readonly number[]): Run[] {
  const found: { from: number; to: number }[] = [];
  for (const value of values) {
    const run = found.at(-1);
    if (run !== undefined && run.to === value - 1) run.to = value;
    else found.push({ from: value, to: value });
  }
  return found;
}

/** Three or more numbers at equal distances of at least two, or `null`. Numbers in order. */
export function progressionOf(values: readonly number[]): Progression | null {
  const [first, second] = values;
  const last = values.at(-1);
  if (first === undefined || second === undefined || last === undefined) return null;
  const step = second - first;
  if (values.length < 3 || step < 2) return null;
  if (values.some((value, index) => value !== first + index * step)) return null;
  return { first, last, step };
}

/** The place of the first number above a bound in numbers in order; their count if there is none. */
export function placeAbove(values: readonly number[], bound: number): number {
  let [low, high] = [0, values.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((values[middle] ?? Infinity) > bound) high = middle;
    else low = middle + 1;
  }
  return low;
}
