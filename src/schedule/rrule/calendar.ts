import { nearest } from "../../ground/nearest.ts";
import type { Moment } from "../moment.ts";
import { inspect, orElse } from "../refusal.ts";
import { type Zone, zoneOf } from "../zone.ts";
import { zoneNameMeant } from "../zone_names.ts";
import { type CalendarLine, type CalendarLines, calendarLinesOf } from "./calendar_lines.ts";
import { calendarText, type CalendarTime, calendarTimeFrom } from "./calendar_time.ts";
import { RuleError } from "./rule.ts";

const MAX_CHARACTERS = 65_536;
const MAX_DATES = 1000;
const MIDNIGHT = "000000";

/** The lines that say when. */
const NAMES = ["DTSTART", "RRULE", "EXDATE", "RDATE"];

/** What else says when, and what to write instead. */
const REFUSED = new Map([
  ["EXRULE", "EXDATE lines instead of EXRULE, which RFC 5545 does without"],
  ["TZID", 'TZID within a line, such as "DTSTART;TZID=Europe/Berlin:20260105T090000"'],
  ["RECURRENCE-ID", "an event without RECURRENCE-ID: the one that has the RRULE"],
]);

/** What an event says of when it is (RFC 5545 3.8.5). */
export interface CalendarEvent {
  /** The value of its RRULE. */
  readonly rule: string;
  /** Its DTSTART, if it has one. */
  readonly start: Moment | null;
  readonly exDates: readonly Moment[];
  readonly rDates: readonly Moment[];
  /** Names of lines that say nothing of when, where nobody would expect them. */
  readonly idle: readonly string[];
}

/**
 * Reads a rule alone, such as "FREQ=DAILY", or lines of iCalendar with one. Throws a {@link RuleError} whose
 * message says what is allowed.
 */
export function calendarEventFrom(text: string): CalendarEvent {
  if (text.length > MAX_CHARACTERS) {
    throw new RuleError("rule", `at most ${MAX_CHARACTERS} characters, not ${text.length}`);
  }
  const found = calendarLinesOf(text);
  const idle = found.lines.map(({ name }) => name).filter((name) => !NAMES.includes(name));
  for (const line of found.lines) refuseWhatIsNotRead(line);
  const named = (name: string) => found.lines.filter((line) => line.name === name);
  const start = startOf(named("DTSTART"));
  const [rule, another] = named("RRULE");
  if (rule === undefined) throw new RuleError("rule", missingRule(found, start));
  if (another !== undefined) throw new RuleError("rule", "RRULE once");
  return {
    rule: rule.value,
    start,
    exDates: datesOf(named("EXDATE"), start),
    rDates: datesOf(named("RDATE"), start),
    idle: found.isEvent ? [] : idle,
  };
}

function refuseWhatIsNotRead({ name, value }: CalendarLine): void {
  const instead = REFUSED.get(name);
  if (instead !== undefined) throw new RuleError("rule", instead);
  if (name === "STATUS" && value.toUpperCase() === "CANCELLED") {
    throw new RuleError("rule", "an event that is not cancelled");
  }
  const meant = NAMES.includes(name) ? null : nearest(name, NAMES);
  if (meant !== null) {
    throw new RuleError("rule", `${meant} instead of ${name}`);
  }
}

function missingRule({ isEvent }: CalendarLines, start: Moment | null): string {
  const instead = start === null ? "" : ', such as "RRULE:FREQ=DAILY;COUNT=1" for DTSTART alone';
  return `a line with an RRULE${isEvent ? " in the event" : ""}${instead}`;
}

function startOf([line, another]: readonly CalendarLine[]): CalendarTime | null {
  if (line === undefined) return null;
  if (another !== undefined) throw new RuleError("rule", "DTSTART once");
  return timeOf(line, line.value);
}

function datesOf(lines: readonly CalendarLine[], start: CalendarTime | null): Moment[] {
  const dates = lines.flatMap((line) =>
    line.value.split(",").filter((it) => it.trim() !== "").map((item) => {
      // Of a period, an RDATE's start counts.
      const [begin = ""] = item.split("/");
      const date = timeOf(line, begin.trim());
      if (date.isDate && start !== null && !start.isDate) {
        const day = calendarText(date.at, false).slice(0, 9);
        const time = calendarText(start.at, start.zone?.id === "UTC").slice(9);
        throw new RuleError("rule", `${day}${time} instead of ${inspect(item)} in ${line.name}`);
      }
      return date;
    })
  );
  if (dates.length <= MAX_DATES) return dates;
  const [{ name = "" } = {}] = lines;
  throw new RuleError("rule", `at most ${MAX_DATES} dates in ${name}`);
}

function timeOf({ name, parameters }: CalendarLine, text: string): CalendarTime {
  const time = calendarTimeFrom(text, MIDNIGHT, name);
  const zoneName = parameters.get("TZID");
  if (zoneName === undefined) return time;
  const zone = zoneOfTzid(zoneName);
  if (zone === null) {
    const allowed = 'a TZID such as "Europe/Berlin" or "W. Europe Standard Time"';
    const text = `${allowed} instead of ${inspect(zoneName)} in ${name}`;
    throw new RuleError("rule", orElse(text, zoneNameMeant(zoneName)));
  }
  if (time.zone === null || time.zone === zone) return { ...time, zone };
  throw new RuleError("rule", `either TZID or "Z" instead of ${inspect(text)} in ${name}`);
}

/** Programs put a name of their own before IANA's, as in "/mozilla.org/20050126_1/Europe/Berlin". */
function zoneOfTzid(name: string): Zone | null {
  const parts = name.split("/");
  const isGlobal = name.startsWith("/");
  for (let from = 0; isGlobal && from < parts.length - 1; from++) {
    const zone = zoneOf(parts.slice(from).join("/"));
    if (zone !== null) return zone;
  }
  return zoneOf(name);
}
