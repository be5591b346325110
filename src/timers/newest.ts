import type { Schedule } from "../schedule/schedule.ts";

/** As many are gathered at once, where there are more of them than are wanted. */
const GATHERED = 4;

/**
 * The first of the newest `count` occurrences of a schedule that are later than `after` and not later than
 * `to`; `null` where there is none. Epoch milliseconds. However many there are, it looks at a few hundred
 * for each halving of the time between: schedules only go forward.
 */
export function firstOfNewest(
  schedule: Schedule,
  count: number,
  after: number,
  to: number,
): number | null {
  const most = GATHERED * count;
  let early = after;
  let late = to;
  let from = after;
  for (;;) {
    const found = occurrencesIn(schedule, from, to, most + 1);
    if (found.length > most) early = from;
    else if (found.length >= count || from === after) return found.at(-count) ?? found[0] ?? null;
    else late = from;
    from = Math.floor((early + late) / 2);
  }
}

function occurrencesIn(schedule: Schedule, after: number, to: number, most: number): number[] {
  const found: number[] = [];
  for (let at = schedule.next(after); at !== null && at <= to; at = schedule.next(at)) {
    if (found.push(at) >= most) break;
  }
  return found;
}
