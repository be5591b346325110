import { instantFromText, wallTimeFromText } from "../instant.ts";
import { anyOf, inspect } from "../refusal.ts";
import { RuleParams } from "./params.ts";
import { RuleError } from "./rule.ts";

const MAX_CHARACTERS = 2048;
const UNTIL = /^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z?))?$/i;

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

/** The end of a rule, in milliseconds: an instant or, if `isLocal`, a local time as if it were UTC. */
export interface Until {
  readonly at: number;
  readonly isLocal: boolean;
}

/**
 * Reads the text of a rule, such as "FREQ=WEEKLY;BYDAY=MO,WE". Throws a {@link RuleError} whose
 * message says what is allowed.
 */
export function parseRule(text: string): { params: RuleParams; until: Until | null } {
  const parts = partsOf(text.trim().replace(/^RRULE:/i, ""));
  const values = new Map<string, unknown>();
  for (const [name, value] of parts) values.set(MEMBERS.get(name) ?? name, valueOf(name, value));
  const parsed = RuleParams.safeParse(Object.fromEntries(values));
  if (parsed.success) {
    const until = parts.get("UNTIL");
    return { params: parsed.data, until: until === undefined ? null : untilFrom(until) };
  }
  const [issue] = parsed.error.issues;
  const [name] = [...MEMBERS].find(([, member]) => member === issue?.path[0]) ?? [""];
  throw unexpected(issue?.message ?? "", parts.get(name) ?? "", name);
}

function partsOf(text: string): ReadonlyMap<string, string> {
  if (text.length > MAX_CHARACTERS) {
    throw new RuleError("rule", `at most ${MAX_CHARACTERS} characters, not ${text.length}`);
  }
  const parts = new Map<string, string>();
  for (const part of text.split(";")) {
    const [given = "", value, ...rest] = part.split("=");
    const name = given.toUpperCase();
    if (value === undefined || rest.length > 0) {
      throw new RuleError("rule", `parts such as "FREQ=DAILY" instead of ${inspect(part)}`);
    }
    if (!MEMBERS.has(name)) {
      throw new RuleError("rule", `${anyOf([...MEMBERS.keys()])} instead of ${inspect(given)}`);
    }
    if (parts.has(name)) throw new RuleError("rule", `${name} once`);
    parts.set(name, value);
  }
  return parts;
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
      return value.split(",");
    default:
      return value.split(",").map((item) => /^[+-]?\d+$/.test(item) ? Number(item) : item);
  }
}

/** A date alone is all of that day. */
function untilFrom(text: string): Until {
  const [matches, year, month, day, hour = "23", minute = "59", second = "59", zone = ""] =
    UNTIL.exec(text) ?? [];
  const dateTime = `${year}-${month}-${day}T${hour}:${minute}:${second}${zone}`;
  const isLocal = zone === "";
  const at = isLocal ? wallTimeFromText(dateTime) : instantFromText(dateTime);
  if (matches === undefined || at === null) {
    throw unexpected('a time such as "20261231T235959Z"', text, "UNTIL");
  }
  return { at, isLocal };
}

function unexpected(allowed: string, value: string, name: string): RuleError {
  return new RuleError("rule", `${allowed} instead of ${inspect(value)} in ${name}`);
}
