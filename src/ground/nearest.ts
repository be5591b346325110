/** More edits than this are no slip of the finger. */
const MOST_EDITS = 2;

/** The known name that somebody most likely meant by `name`: at most two edits away, or `null`. */
export function nearest(
  name: string,
  known: Iterable<string>,
  mostEdits: number = MOST_EDITS,
): string | null {
  let best: string | null = null;
  let fewest = mostEdits + 1;
  for (const candidate of known) {
    if (Math.abs(candidate.length - name.length) >= fewest) continue;
    const edits = editsBetween(name, candidate);
    if (edits < fewest) [best, fewest] = [candidate, edits];
  }
  return best;
}

/** Characters inserted, removed, replaced, or swapped with their neighbour: the distance of Damerau. */
function editsBetween(a: string, b: string): number {
  let above2: readonly number[] = [];
  let above = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const replaced = (above[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1);
      const removed = (above[column] ?? 0) + 1;
      const inserted = (current[column - 1] ?? 0) + 1;
      const isSwap = a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      const swapped = isSwap ? (above2[column - 2] ?? Infinity) + 1 : Infinity;
      current.push(Math.min(replaced, removed, inserted, swapped));
    }
    [above2, above] = [above, current];
  }
  return above[b.length] ?? 0;
}
