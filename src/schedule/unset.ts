import type { TriggerParams } from "../domain/rule.ts";
import { wallTimeFromText } from "./instant.ts";

/** Lists that narrow something down, or add to it: an empty one does neither. */
const LIST = /^(by_|(ex|r)_dates$)/;
/** Times of a recurrence, alone and in lists. */
const TIMES: ReadonlySet<string> = new Set(["dtstart", "until", "ex_dates", "r_dates"]);
/** A rule that comes with a start, and with the zone of that. */
const WITH_START = /dtstart/i;

/**
 * The parameters as the platform's schemas mean them: what is there and empty is not set, and a time
 * without an offset and without a `timezone` is in UTC, the default of that. The platform fills in nothing.
 */
export function asMeant(params: TriggerParams): TriggerParams {
  const { timezone, fire_at, rule } = params;
  const isInDefaultZone = (timezone === undefined || timezone === "") &&
    !(typeof rule === "string" && WITH_START.test(rule));
  const members = Object.entries(params);
  const changed = members.filter((it) => !isUnset(it)).map(([name, value]) =>
    isInDefaultZone && TIMES.has(name) ? [name, inUtc(value)] as const : [name, value] as const
  );
  const isSame = changed.length === members.length &&
    changed.every(([, value], place) => value === members[place]?.[1]);
  const set = isSame ? params : Object.fromEntries(changed);
  return isInDefaultZone && isWallTime(fire_at) ? { ...set, timezone: "UTC" } : set;
}

function isUnset([name, value]: [string, unknown]): boolean {
  if (name === "timezone") return value === "";
  return Array.isArray(value) && value.length === 0 && LIST.test(name);
}

function inUtc(value: unknown): unknown {
  if (Array.isArray(value)) return value.some(isWallTime) ? value.map(inUtc) : value;
  return isWallTime(value) ? `${value}Z` : value;
}

function isWallTime(value: unknown): value is string {
  return typeof value === "string" && wallTimeFromText(value) !== null;
}
