import { instantFromText } from "../instant.ts";
import { type Span, spanFromText, spanIn } from "../span.ts";
import { zoneOf } from "../zone.ts";
import { CronSyntaxError } from "./field.ts";
import { MAX_CHARACTERS, NICKNAME_LIST, parseCron, splitZone } from "./fields.ts";
import { nearest } from "../../ground/nearest.ts";
import { calendarAsCron, phraseAsCron } from "./phrases.ts";
import { repairsOf } from "./repairs.ts";

/** What somebody most likely meant by an expression that is none: members, and of which kind of timer. */
export interface Meant {
  readonly params: Readonly<Record<string, unknown>>;
  readonly kind: "cron" | "interval" | "date_time" | "rrule";
  /** Whether it was written with 5 fields and a year, which are not read as that. */
  readonly isYearAdded?: boolean;
}

/** Other schedulers' names for an expression, in lower case and without "@". */
const OTHER_NICKNAMES = new Map([
  ["every_second", "* * * * * *"],
  ["secondly", "* * * * * *"],
  ["every_minute", "* * * * *"],
  ["minutely", "* * * * *"],
  ["every_hour", "0 * * * *"],
  ["every_day", "0 0 * * *"],
  ["noon", "0 12 * * *"],
  ["weekdays", "0 0 * * 1-5"],
  ["workdays", "0 0 * * 1-5"],
  ["weekends", "0 0 * * 0,6"],
  ["quarterly", "0 0 1 */3 *"],
  ["semiannually", "0 0 1 */6 *"],
]);
const WRAPPED = /^(cron|at)\((.*)\)$/i;
/** From the finest, with the greatest step that each field can count. */
const STEPPED = [
  { unit: "seconds", most: 59 },
  { unit: "minutes", most: 59 },
  { unit: "hours", most: 23 },
  { unit: "days", most: 31 },
];

/** What is allowed where an expression names no times at all; `null` for any other. */
export function reasonAgainst(expression: string): string | null {
  switch (expression.trim().toLowerCase()) {
    case "@reboot":
    case "@startup":
      return "times by the clock: a timer cannot see when a machine starts";
    case "@once":
    case "once":
      return 'times: a single one is the fire_at of the type "date_time"';
    case "-":
    case "@never":
    case "never":
    case "disabled":
      return "times: to stop a rule, disable it";
    default:
      return null;
  }
}

/** What an expression that is refused was most likely meant to be; `null` where nothing suggests itself. */
export function meantBy(expression: string): Meant | null {
  // What can be read and names no day that exists is meant as it stands.
  if (expression.length > MAX_CHARACTERS || isCron(expression)) return null;
  const { prefix, rest: text } = splitZone(expression);
  const [, wrapper = "", plain = text] = WRAPPED.exec(text) ?? [];
  if (wrapper.toLowerCase() === "at" || instantFromText(plain) !== null) {
    return { params: { fire_at: plain }, kind: "date_time" };
  }
  if (/^(?:RRULE:)?FREQ=/i.test(plain)) return { params: { rule: plain }, kind: "rrule" };
  const calendar = calendarAsCron(plain);
  if (calendar !== null && isCron(calendar)) return cron(calendar);
  const span = spanFromText(plain) ?? longStepOf(plain);
  if (span !== null) return { params: { ...span }, kind: "interval" };
  return cronMeantBy(plain, prefix);
}

function cronMeantBy(text: string, prefix: string): Meant | null {
  const nickname = nicknameMeantBy(text);
  if (nickname !== null) return cron(prefix + nickname);
  const zoned = zoneBehind(text);
  if (zoned !== null) return zoned;
  const found = [phraseAsCron(text), ...repairsOf(text)]
    .find((it) => it !== null && it !== text && isCron(it));
  if (found === undefined || found === null) return null;
  return { ...cron(prefix + found), isYearAdded: countOf(text) === 6 && countOf(found) === 7 };
}

function countOf(text: string): number {
  return text.split(/\s+/).length;
}

function nicknameMeantBy(text: string): string | null {
  // Behind it a crontab has a command.
  const [first = "", ...rest] = text.split(/\s+/);
  if (rest.length > 0 && NICKNAME_LIST.includes(first.toLowerCase())) return first;
  const name = text.toLowerCase().replace(/^@\s*/, "");
  if (!/^[a-z_]+$/.test(name)) return null;
  return OTHER_NICKNAMES.get(name) ?? nearest(`@${name}`, NICKNAME_LIST);
}

/** "0 9 * * * Europe/Paris". */
function zoneBehind(text: string): Meant | null {
  const [, expression = "", name = ""] =
    /^(.*\S)\s+\(?([A-Za-z_]+\/[A-Za-z_+\-/0-9]+|UTC)\)?$/.exec(text) ?? [];
  const zone = zoneOf(name);
  if (zone === null || !isCron(expression)) return null;
  return { params: { expression, timezone: zone.id }, kind: "cron" };
}

// "*/90 * * * *": a step that its field cannot count, with nothing but stars behind it.
function longStepOf(text: string): Span | null {
  const given = text.split(/\s+/);
  const fields = given.length === 5 ? ["0", ...given] : given;
  const index = fields.findIndex((field) => /^(?:\*|[01])\/\d+$/.test(field));
  const stepped = STEPPED[index];
  const step = Number(fields[index]?.split("/")[1]);
  if (stepped === undefined || fields.length !== 6 || step <= stepped.most) return null;
  const isPlain = fields.every((field, at) =>
    at === index || (at < index ? /^\d+$/ : /^[*?]$/).test(field)
  );
  return isPlain ? spanIn(step, stepped.unit) : null;
}

function cron(expression: string): Meant {
  return { params: { expression }, kind: "cron" };
}

function isCron(expression: string): boolean {
  try {
    parseCron(expression);
    return true;
  } catch (error) {
    if (error instanceof CronSyntaxError) return false;
    throw error;
  }
}
