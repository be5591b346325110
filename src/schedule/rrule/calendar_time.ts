import { instantFromText, wallTimeFromText } from "../instant.ts";
import type { Moment } from "../moment.ts";
import { inspect } from "../refusal.ts";
import { UTC } from "../zone.ts";
import { RuleError } from "./rule.ts";

const TIME = /^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z?))?$/i;

/** A DATE or a DATE-TIME (RFC 5545 3.3.4, 3.3.5). */
export interface CalendarTime extends Moment {
  /** Whether it is a date alone; its time is then the one that was asked for. */
  readonly isDate: boolean;
}

/**
 * Reads a time such as "20260105T090000Z"; a date alone is as late on that day as `timeOfDay` says, "HHMMSS".
 * Throws a {@link RuleError} that names the place.
 */
export function calendarTimeFrom(text: string, timeOfDay: string, place: string): CalendarTime {
  const [matches, year, month, day, ...time] = TIME.exec(text) ?? [];
  const isDate = time[0] === undefined;
  const [hour, minute, second] = isDate ? timeOfDay.match(/../g) ?? [] : time;
  const wall = `${year}-${month}-${day}T${hour}:${minute}:${second}`;
  const isUtc = !isDate && time[3] !== "";
  // A leap second is one of UTC.
  const at = isUtc ? instantFromText(`${wall}Z`) : wallTimeFromText(wall);
  if (matches !== undefined && at !== null) return { at, zone: isUtc ? UTC : null, isDate };
  const instant = instantFromText(text);
  const example = instant === null ? "20261231T235959Z" : calendarText(instant, true);
  throw new RuleError("rule", `a time such as ${example} instead of ${inspect(text)} in ${place}`);
}

/** An instant, or a local time as if it were UTC, in the form of RFC 5545 3.3.5. */
export function calendarText(at: number, isUtc: boolean): string {
  const text = new Date(at).toISOString().replaceAll(/[-:]|\.\d+/g, "");
  return isUtc ? text : text.slice(0, -1);
}
