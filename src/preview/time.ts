import { instantText, wallText } from "../words/calendar.ts";
import { offsetText, spanText } from "../words/spans.ts";
import type { Zone } from "../schedule/zone.ts";

const WEEKDAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
/** `Sun 2026-03-29 03:00:00 +02:00`. */
export function localText(at: number, zone: Zone): string {
  const { offset } = zone.stretchAt(at);
  return `${dayText(at + offset)} ${clockText(at + offset)} ${offsetText(offset)}`;
}

/** `Sun 2026-03-29T01:00:00Z`. */
export function utcText(at: number): string {
  return `${weekdayText(at)} ${instantText(at)}`;
}

/** The date of a local time that is kept as if it were UTC, with its day of the week. */
export function dayText(local: number): string {
  return `${weekdayText(local)} ${wallText(local).split("T")[0]}`;
}

/** The time of day of a local time that is kept as if it were UTC. */
export function clockText(local: number): string {
  return wallText(local).split("T")[1] ?? "";
}

/** How long until an instant, or since. Both in epoch milliseconds. */
export function waitText(at: number, now: number): string {
  return at < now ? `${spanText(now - at)} ago` : `in ${spanText(at - now)}`;
}

function weekdayText(local: number): string {
  return WEEKDAYS[new Date(local).getUTCDay()] ?? "";
}
