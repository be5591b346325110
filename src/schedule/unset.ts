import type { TriggerParams } from "../domain/rule.ts";
import { wallTimeFromText } from "./instant.ts";

/** Lists that narrow something down: an empty one narrows nothing. */
const LIST = /^(by_|(ex|r)_dates$)/;
/** Texts that may be left out, as which an empty one counts. */
const TEXTS: ReadonlySet<string> = new Set(["timezone", "until"]);
/** Times that are in `timezone`, and without one in UTC. */
const TIMES = ["dtstart", "until"];

/**
 * The parameters as the platform's schemas mean them: what is there and empty is not set, and a time
 * without an offset and without a `timezone` is in UTC, the default of that. The platform fills in nothing.
 */
export function asMeant(params: TriggerParams): TriggerParams {
  const members = Object.entries(params);
  const isPlain = !members.some(isUnset) && !isInDefaultZone(params);
  if (isPlain) return params;
  const set: Record<string, unknown> = Object.fromEntries(members.filter((it) => !isUnset(it)));
  if (set["timezone"] !== undefined) return set;
  for (const name of TIMES) {
    const time = set[name];
    if (isWallTime(time)) set[name] = `${time}Z`;
  }
  return isWallTime(set["fire_at"]) ? { ...set, timezone: "UTC" } : set;
}

function isUnset([name, value]: [string, unknown]): boolean {
  if (value === "") return TEXTS.has(name);
  return Array.isArray(value) && value.length === 0 && LIST.test(name);
}

function isInDefaultZone(params: TriggerParams): boolean {
  if (params["timezone"] !== undefined) return false;
  return ["fire_at", ...TIMES].some((name) => isWallTime(params[name]));
}

function isWallTime(value: unknown): value is string {
  return typeof value === "string" && wallTimeFromText(value) !== null;
}
