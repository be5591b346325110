import type { CronFields } from "./cron_fields.ts";
import { listOf, monthWords } from "../words/calendar.ts";
import type { Timer } from "./timer.ts";
import { progressionOf, sorted } from "../collections/number_lists.ts";
import type { RecurrenceRule } from "./rrule_rule.ts";
import { cronFieldsOf, filledRuleOf } from "./timer_parts.ts";

/** Every month has this day; of those after it, the months that lack them. */
const LAST_COMMON_DAY = 28;
const MONTHS_WITHOUT = new Map<number, readonly number[]>([
  [29, [2]],
  [30, [2]],
  [31, [2, 4, 6, 9, 11]],
]);

const EVERY_MONTH = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];

/** Days of the month that a rule names, and the months in which it does. */
interface Dates {
  readonly days: readonly number[];
  readonly months: readonly number[];
  /** How the rule would say "the last day of the month". */
  readonly hint: string;
}

/** Tells of days of the month that some months lack, where that looks like an oversight. */
export function adviceOnDates(timer: Timer): readonly string[] {
  const dates = datesOf(timer);
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

function datesOf(timer: Timer): Dates | null {
  switch (timer.kind) {
    case "cron":
      return cronDatesOf(cronFieldsOf(timer));
    case "rrule":
      return ruleDatesOf(timer.rule);
    default:
      return null;
  }
}

function cronDatesOf({ day, month }: CronFields): Dates | null {
  if (day.isAny || day.last) return null;
  return {
    days: sorted([...day.values, ...day.nearestTo]),
    months: sorted(month.values),
    hint: 'the last day of any month is "L"',
  };
}

function ruleDatesOf(rule: RecurrenceRule): Dates {
  const { byMonthDay, byMonth } = filledRuleOf(rule).filled;
  return {
    days: sorted(byMonthDay),
    months: byMonth.length > 0 ? byMonth : EVERY_MONTH,
    hint: "the last day of any month is -1 as day of the month",
  };
}
