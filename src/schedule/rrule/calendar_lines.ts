import { RuleError } from "./rule.ts";

const LINE_END = /\r\n|[\r\n]/;
const FOLD = /(?:\r\n|[\r\n])[ \t]/g;
/** Line ends that were escaped once too often. In a whole calendar they belong to texts. */
const ESCAPED_LINE_END = /(?:\\r)?\\n/g;
/** Where a line begins although nothing ends the one before: people put all of them on one. */
const ON_ONE_LINE = /(?<!\s)\s+(?=(?:DTSTART|RRULE|EXDATE|RDATE|EXRULE)\s*[;:])/gi;
/** A name, its parameters, its value; only in quotes a parameter has a colon. */
const PROPERTY = /^\s*([A-Z][A-Z0-9-]*)\s*((?:;(?:"[^"]*"|[^":])*)?):([^]*)$/i;
const PARAMETER = /;\s*([A-Z0-9-]+)\s*=\s*(?:"([^"]*)"|([^";]*))/gi;
/** How the value of an RRULE begins where its name is left out, and how an RRULE does. */
const RULE_PART = /^\s*[A-Z]+\s*=/i;
const RULE = /^\s*(?:RRULE\b|[A-Z]+\s*=)/i;
/** Parts of a calendar whose lines are those of an event. */
const EVENTS = ["VEVENT", "VTODO", "VJOURNAL"];

/** One line of an event (RFC 5545 3.1), its name and its parameters' names in capitals. */
export interface CalendarLine {
  readonly name: string;
  readonly parameters: ReadonlyMap<string, string>;
  readonly value: string;
}

/** What a text has of an event. */
export interface CalendarLines {
  readonly lines: readonly CalendarLine[];
  /** Whether they stand in an event, where lines that say nothing of when are to be expected. */
  readonly isEvent: boolean;
}

/**
 * Takes a text apart: a rule alone, lines of an event, one below the other or in a row, or a whole calendar
 * with one event. Throws a {@link RuleError} where there are several.
 */
export function calendarLinesOf(text: string): CalendarLines {
  const all = wholeLines(text).map(lineOf);
  const isCalendar = all.some(({ name }) => name === "BEGIN");
  if (!isCalendar) return { lines: all, isEvent: false };
  const within: string[] = [];
  const lines: CalendarLine[] = [];
  let events = 0;
  for (const line of all) {
    const component = line.value.trim().toUpperCase();
    if (line.name === "END") within.pop();
    else if (line.name === "BEGIN") {
      within.push(component);
      if (EVENTS.includes(component)) events++;
    } else if (EVENTS.includes(within.at(-1) ?? "")) lines.push(line);
  }
  if (events === 1) return { lines, isEvent: true };
  const moved = events === 0
    ? ""
    : ": one that was moved is an EXDATE of its old time and an RDATE of its new one";
  throw new RuleError("rule", `one event, not ${events}${moved}`);
}

/** Lines, with what was broken without being folded put together again. */
function wholeLines(text: string): string[] {
  const lines: string[] = [];
  let isInRule = false;
  for (const line of unfolded(text)) {
    const begins = PROPERTY.test(line) || (RULE_PART.test(line) && !isInRule);
    if (lines.length === 0 || begins) {
      lines.push(line);
      isInRule = RULE.test(line);
    } else lines[lines.length - 1] += line;
  }
  return lines;
}

/** Lines as they were before they were folded, in whatever place (RFC 5545 3.1). */
function unfolded(text: string): string[] {
  const isCalendar = /\bBEGIN\s*:/i.test(text);
  const apart = isCalendar
    ? text
    : text.trim().replaceAll(ESCAPED_LINE_END, "\n").replaceAll(ON_ONE_LINE, "\n");
  return apart.replaceAll(FOLD, "").split(LINE_END);
}

function lineOf(text: string): CalendarLine {
  const [, name, parameters = "", value = ""] = PROPERTY.exec(text) ?? [];
  if (name === undefined) return { name: "RRULE", parameters: new Map(), value: text };
  return {
    name: name.toUpperCase(),
    parameters: new Map(
      [...parameters.matchAll(PARAMETER)].map((
        [, key = "", quoted, plain = ""],
      ) => [key.toUpperCase(), (quoted ?? plain).trim()]),
    ),
    value: value.trim(),
  };
}
