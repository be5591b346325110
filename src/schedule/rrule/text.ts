import type * as z from "zod";
import { nearest } from "../../ground/nearest.ts";
import type { Moment } from "../moment.ts";
import { anyOf, inspect, orElse } from "../refusal.ts";
import { calendarTimeFrom } from "./calendar_time.ts";
import { RuleParams } from "./params.ts";
import { RuleError } from "./rule.ts";

const MAX_CHARACTERS = 2048;
/** A date alone as the end is all of that day. */
const END_OF_DAY = "235959";

/** What other programs call parts of a rule. */
const OTHER_NAMES = new Map([
  ["BYWEEKDAY", "BYDAY"],
  ["BYNWEEKDAY", "BYDAY"],
  ["BYWEEK", "BYWEEKNO"],
  ["DAYS", "BYDAY"],
  ["FREQUENCY", "FREQ"],
  ["REPEAT", "COUNT"],
  ["END", "UNTIL"],
]);

/** The parts of a rule, each with the member that says the same. */
const MEMBERS = new Map([
  ["FREQ", "freq"],
  ["INTERVAL", "interval"],
  ["COUNT", "count"],
  ["UNTIL", "until"],
  ["BYMONTH", "by_month"],
  ["BYWEEKNO", "by_week_no"],
  ["BYYEARDAY", "by_year_day"],
  ["BYMONTHDAY", "by_month_day"],
  ["BYDAY", "by_day"],
  ["BYHOUR", "by_hour"],
  ["BYMINUTE", "by_minute"],
  ["BYSECOND", "by_second"],
  ["BYSETPOS", "by_set_pos"],
  ["WKST", "week_start"],
]);

/**
 * Reads the text of a rule, such as "FREQ=WEEKLY;BYDAY=MO,WE". Throws a {@link RuleError} whose
 * message says what is allowed.
 */
export function parseRule(text: string): { params: RuleParams; until: Moment | null } {
  const parts = partsOf(text.trim());
  const values = new Map<string, unknown>();
  for (const [name, value] of parts) values.set(MEMBERS.get(name) ?? name, valueOf(name, value));
  const parsed = RuleParams.safeParse(Object.fromEntries(values));
  if (parsed.success) {
    const until = parts.get("UNTIL");
    return {
      params: parsed.data,
      until: until === undefined ? null : calendarTimeFrom(until, END_OF_DAY, "UNTIL"),
    };
  }
  throw errorOf(parsed.error, parts);
}

/** The first of the members that are wrong, in the words of the rule's text. */
function errorOf({ issues: [issue] }: z.ZodError, parts: ReadonlyMap<string, string>): RuleError {
  const [name] = [...MEMBERS].find(([, member]) => member === issue?.path[0]) ?? [""];
  const known = issue?.code === "custom" ? issue.params ?? {} : {};
  const { allowed = issue?.message, meant = null }: Record<string, unknown> = known;
  const text = `${allowed} instead of ${inspect(parts.get(name) ?? "")} in ${name}`;
  return new RuleError("rule", orElse(text, Array.isArray(meant) ? meant.join(",") : meant));
}

function partsOf(text: string): ReadonlyMap<string, string> {
  if (text.length > MAX_CHARACTERS) {
    throw new RuleError("rule", `at most ${MAX_CHARACTERS} characters, not ${text.length}`);
  }
  const parts = new Map<string, string>();
  // Some calendars end a rule with what separates its parts.
  for (const part of text.replace(/;\s*$/, "").split(";")) {
    const [given = "", value, ...rest] = part.split("=").map((it) => it.trim());
    const name = given.toUpperCase();
    if (value === undefined || rest.length > 0) {
      throw new RuleError("rule", `parts such as "FREQ=DAILY" instead of ${inspect(part)}`);
    }
    if (!MEMBERS.has(name)) throw new RuleError("rule", unknownPart(given, value));
    if (parts.has(name)) throw new RuleError("rule", `${name} once`);
    parts.set(name, value);
  }
  return parts;
}

function unknownPart(given: string, value: string): string {
  const name = given.toUpperCase();
  if (name === "DTSTART" || name === "TZID") {
    const example = "DTSTART;TZID=Europe/Berlin:20260105T090000";
    return `a line ${inspect(example)} before the RRULE instead of ${inspect(`${given}=${value}`)}`;
  }
  const known = [...MEMBERS.keys()];
  const meant = OTHER_NAMES.get(name) ?? nearest(name, known);
  return orElse(`${anyOf(known)} instead of ${inspect(given)}`, meant);
}

/** The value as the member of the same meaning has it. */
function valueOf(name: string, value: string): unknown {
  switch (name) {
    case "FREQ":
    case "WKST":
    case "UNTIL":
      return value;
    case "INTERVAL":
    case "COUNT":
      return /^\d+$/.test(value) ? Number(value) : value;
    case "BYDAY":
      return itemsOf(value);
    default:
      return itemsOf(value).map((item) => /^[+-]?\d+$/.test(item) ? Number(item) : item);
  }
}

function itemsOf(value: string): string[] {
  return value.split(",").map((item) => item.trim());
}
