import { listOf, monthWords } from "../words/calendar.ts";
import type { Timer } from "./timer.ts";
import { progressionOf } from "../collections/number_lists.ts";

/** Every month has this day; of those after it, the months that lack them. */
const LAST_COMMON_DAY = 28;
const MONTHS_WITHOUT = new Map<number, readonly number[]>([
  [29, [2]],
  [30, [2]],
  [31, [2, 4, 6, 9, 11]],
]);

/** Tells of days of the month that some months lack, where that looks like an oversight. */
export function adviceOnDates(timer: Timer): readonly string[] {
  const { dates } = timer;
  if (dates === null) return [];
  return suspectsAmong(dates.days).flatMap((day) => {
    const without = MONTHS_WITHOUT.get(day)?.filter((month) => dates.months.includes(month)) ?? [];
    if (without.length === 0) return [];
    const months = listOf(without.flatMap((month) => monthWords([month])));
    const leap = day === 29 ? " but in leap years" : "";
    return [`Day ${day} does not exist in ${months}${leap}: no run for it there (${dates.hint})`];
  });
}

/** Who lists days up to the end of the month, or goes through it in steps, knows of its length. */
function suspectsAmong(days: readonly number[]): readonly number[] {
  const steps = progressionOf(days);
  if (steps !== null && steps.first <= LAST_COMMON_DAY) return [];
  let isCovered = days.includes(LAST_COMMON_DAY);
  return [29, 30, 31].filter((day) => {
    const isNamed = days.includes(day);
    isCovered &&= isNamed;
    return isNamed && !isCovered;
  });
}
