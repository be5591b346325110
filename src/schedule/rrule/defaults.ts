import { zoneOf } from "../zone.ts";
import type { RecurrenceRule } from "./rule.ts";

/**
 * The rule with what it leaves to DTSTART filled in (RFC 5545 3.3.10). `start` is the local time of
 * DTSTART as if it were UTC. A list that is empty still is meant to be.
 */
export function filledIn(rule: RecurrenceRule, start: Date): RecurrenceRule {
  return { ...rule, ...dateOf(rule, start), ...timeOf(rule, start) };
}

function dateOf(rule: RecurrenceRule, start: Date): Partial<RecurrenceRule> {
  const { freq, byMonth, byWeekNo, byYearDay, byMonthDay, byDay } = rule;
  if (byYearDay.length > 0 || byMonthDay.length > 0 || byDay.length > 0) {
    const isWeekly = freq === "WEEKLY" && byDay.length === 0;
    return isWeekly ? { byDay: [weekdayOf(start)] } : {};
  }
  const monthDay = { byMonthDay: [start.getUTCDate()] };
  switch (freq) {
    case "YEARLY":
      if (byWeekNo.length === 0) {
        return byMonth.length > 0 ? monthDay : { ...monthDay, byMonth: [start.getUTCMonth() + 1] };
      }
      // Weeks within months: DTSTART could lend its date or its weekday. It lends neither.
      return byMonth.length > 0 ? {} : { byDay: [weekdayOf(start)] };
    case "MONTHLY":
      return monthDay;
    case "WEEKLY":
      return { byDay: [weekdayOf(start)] };
    default:
      return {};
  }
}

function weekdayOf(start: Date): RecurrenceRule["byDay"][number] {
  return { weekday: start.getUTCDay(), ordinal: null };
}

function timeOf(rule: RecurrenceRule, start: Date): Partial<RecurrenceRule> {
  const { freq, byHour, byMinute, bySecond } = rule;
  const isMinutely = freq === "MINUTELY" || freq === "SECONDLY";
  const isHourly = isMinutely || freq === "HOURLY";
  return {
    byHour: isHourly || byHour.length > 0 ? byHour : [start.getUTCHours()],
    byMinute: isMinutely || byMinute.length > 0 ? byMinute : [start.getUTCMinutes()],
    bySecond: freq === "SECONDLY" || bySecond.length > 0 ? bySecond : [start.getUTCSeconds()],
  };
}

/** A recurrence rule with what it leaves to DTSTART filled in, and DTSTART's local time as if in UTC. */
export function filledRuleOf(rule: RecurrenceRule): { filled: RecurrenceRule; start: Date } {
  const { offset = 0 } = zoneOf(rule.timezone)?.stretchAt(rule.dtstart) ?? {};
  const start = new Date(rule.dtstart + offset);
  return { filled: filledIn(rule, start), start };
}
