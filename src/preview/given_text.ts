import { momentFromText } from "../schedule/moment.ts";
import { instantText, MONTHS, WEEKDAYS } from "../words/calendar.ts";
import { type Given, givenFrom, listIn, ruleOf } from "./given.ts";

/** What begins iCalendar with a start of its own. */
const CALENDAR = /^\s*(?:BEGIN\s*:|DTSTART\s*[;:]|EXDATE\s*[;:]|RDATE\s*[;:])/im;
const EVENT = /^BEGIN:VEVENT\s[^]*?^END:VEVENT/gim;
const SUMMARY = /^SUMMARY.*?:(.*?)\s*$/im;
const RULE = /^\s*(?:RRULE\s*[;:]|FREQ\s*=|[A-Z]+\s*=.*\bFREQ\s*=)/i;
/** A member of a mapping, an item of a list, a comment or the begin of a document. */
const YAML = /^(?:---|- |[\w.-]+:(?:\s|$)|"[^"]*":)/m;
const ASSIGNMENT = /^\s*([A-Z_]+)\s*=\s*"?([^"\s]*)"?\s*$/;
/** In a crontab a command follows, where a longer expression would have another field. */
const NICKNAME = "@(?:yearly|annually|monthly|weekly|daily|midnight|hourly|reboot)";
const NAMES_IN_FIELDS = [...MONTHS, ...WEEKDAYS].flatMap((name) => [name, name.slice(0, 3)]);
const FIELD = new RegExp(`^(?:[\\d*?,/LW#-]|(?:${NAMES_IN_FIELDS.join("|")})(?![A-Z]))+$`, "i");
const CRONTAB_LINE = new RegExp(`^(${NICKNAME}|\\S+(?: +\\S+){4}) +(\\S+)(.*)$`, "i");

/**
 * Finds the rules in a text, whatever form they have: parameters or rules as JSON or YAML, one or a list of
 * them, or several lines; iCalendar; or lines of which each is a rule, in JSON, as an RRULE, as cron has it
 * or as a date-time. `now` (epoch milliseconds) is where a recurrence begins that does not say.
 */
export async function givenIn(text: string, now: number): Promise<readonly Given[]> {
  const trimmed = text.trim();
  if (/^[{[]/.test(trimmed)) return await givenInJson(text, now);
  if (CALENDAR.test(text)) return givenInCalendar(text, now);
  if (!RULE.test(trimmed) && YAML.test(text)) return await givenInYaml(text);
  return givenInLines(text, now);
}

async function givenInYaml(text: string): Promise<readonly Given[]> {
  // Only for those who ask: a sensor that runs has no use for it.
  const { givenFromYaml } = await import("./given_yaml.ts");
  return givenFromYaml(text);
}

/** JSON as a whole, else line by line. */
async function givenInJson(text: string, now: number): Promise<readonly Given[]> {
  const whole = parsed(text);
  if (whole.ok) {
    // YAML tells the lines of what is in it.
    return listIn(whole.value) === null ? [givenFrom(whole.value, 1)] : await givenInYaml(text);
  }
  const lines = text.trim().split("\n");
  const isOneEach = lines.length > 1 && lines.some((line) => parsed(line).ok);
  if (isOneEach) return givenInLines(text, now);
  const problem = `cannot read trigger_params as JSON: ${whole.fault}`;
  return [{ is: "unreadable", line: 1, name: null, problem }];
}

function givenInLines(text: string, now: number): Given[] {
  const found: Given[] = [];
  let timezone: string | null = null;
  for (const { text: line, number } of wholeLines(text)) {
    const [, name, value = ""] = RULE.test(line) ? [] : ASSIGNMENT.exec(line) ?? [];
    if (name === "CRON_TZ" || name === "TZ") timezone = value;
    const isIdle = line.trim() === "" || /^\s*#/.test(line) || name !== undefined;
    if (!isIdle) found.push(givenInLine(line.trim(), number, timezone, now));
  }
  return found;
}

/** A calendar's events, or what is one without saying so. */
function givenInCalendar(text: string, now: number): Given[] {
  const events = [...text.matchAll(EVENT)];
  if (events.length < 2) return [calendarOf(text, 1, now)];
  return events.map(({ 0: event, index }) => ({
    ...calendarOf(event, text.slice(0, index).split("\n").length, now),
    name: SUMMARY.exec(event)?.[1] ?? null,
  }));
}

/** Lines with their numbers, those of a rule that goes on together. */
function wholeLines(text: string): { text: string; number: number }[] {
  const lines: { text: string; number: number }[] = [];
  for (const [index, line] of text.split("\n").entries()) {
    const last = lines.at(-1);
    const goesOn = last !== undefined && RULE.test(last.text) &&
      (/^[ \t]/.test(line) || /[;,]\s*$/.test(last.text));
    if (goesOn) last.text += `\n${line}`;
    else lines.push({ text: line, number: index + 1 });
  }
  return lines;
}

function givenInLine(text: string, line: number, timezone: string | null, now: number): Given {
  if (RULE.test(text)) return calendarOf(text, line, now);
  if (momentFromText(text) !== null) return { line, name: null, ...ruleOf({ fire_at: text }) };
  if (!text.startsWith("{")) return cronOf(text, line, timezone);
  const read = parsed(text);
  if (read.ok) return givenFrom(read.value, line);
  return { is: "unreadable", line, name: null, problem: `cannot read JSON: ${read.fault}` };
}

/** The rule of iCalendar, from now on where it does not say from when. */
function calendarOf(rule: string, line: number, now: number): Given {
  if (/\bDTSTART\s*[;:]/i.test(rule)) return { line, name: null, ...ruleOf({ rule }) };
  const dtstart = instantText(now - now % 1000);
  const remarks = [`There is no DTSTART: shown from ${dtstart} on, a rule needs a dtstart`];
  return { line, name: null, ...ruleOf({ rule, dtstart }), remarks };
}

/** A line of a crontab or an expression alone. */
function cronOf(text: string, line: number, timezone: string | null): Given {
  const [, fields = "", first = "", rest = ""] = CRONTAB_LINE.exec(text.replaceAll("\t", " ")) ??
    [];
  const hasCommand = first !== "" && !FIELD.test(first) &&
    fields.split(/ +/).every((it) => FIELD.test(it) || it.startsWith("@"));
  const expression = hasCommand ? fields : text;
  const params = timezone === null ? { expression } : { expression, timezone };
  return { line, name: hasCommand ? first + rest : null, ...ruleOf(params) };
}

type Parsed =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly fault: string };

function parsed(text: string): Parsed {
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch (error) {
    return { ok: false, fault: error instanceof Error ? error.message : "" };
  }
}
