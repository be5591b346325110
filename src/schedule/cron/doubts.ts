import { listOf, weekdayWords } from "../../words/calendar.ts";
import { inspect } from "../refusal.ts";
import { weekdays } from "./field.ts";
import {
  coversDays,
  coversWeekdays,
  type CronFields,
  fieldsOf,
  matchedBy,
  parseCron,
} from "./fields.ts";
import { cronSentence } from "./words.ts";

/** Weekdays by number, but not the week in "5#3". */
const NUMBERED = /(?<!#)[0-7]/;

/**
 * What an expression may not mean although it says so, each in a sentence with both readings: it is read
 * differently elsewhere. `isDecided`: the rule says how its day fields go together.
 */
export function doubtsAbout(expression: string, isDecided: boolean): readonly string[] {
  const fields = fieldsOf(expression);
  const parsed = parseCron(expression);
  return [
    ...isDecided ? [] : doubtsAboutDays(fields.length === 5 ? ["0", ...fields] : fields, parsed),
    ...fields.length === 6 ? doubtsAboutYear(fields, parsed) : [],
    ...doubtsAboutNumbers(fields),
  ];
}

/** Both day fields are given, and one of them is a star to some, and everything or something to others. */
function doubtsAboutDays(fields: readonly string[], parsed: CronFields): readonly string[] {
  const [, , , day = "", , weekday = ""] = fields;
  if ([day, weekday].some((field) => /^[*?+]$|^\+/.test(field))) return [];
  const isStarred = day.startsWith("*") || weekday.startsWith("*");
  if (!isStarred && !coversDays(parsed.day) && !coversWeekdays(parsed.weekday)) return [];
  const [both, either] = [
    cronSentence(matchedBy(parsed, "and")),
    cronSentence(matchedBy(parsed, "or")),
  ];
  if (both === either) return [];
  const [as, other] = parsed.needsBothDays ? ["and", "or"] : ["or", "and"];
  const [here, there] = parsed.needsBothDays ? [both, either] : [either, both];
  return [
    `both day fields are given: as it stands (day_match ${inspect(as)}) it means "${here}"; ` +
    `with day_match ${inspect(other)} it would mean "${there}"`,
  ];
}

/** "30 9 * * 1 *" is hourly in January, and looks like Mondays in any year. */
function doubtsAboutYear(fields: readonly string[], parsed: CronFields): readonly string[] {
  const [second = "", minute = "", hour, day, month, weekday] = fields;
  const looksSo = /^\d/.test(second) && /^\d/.test(minute) && hour === "*" && day === "*" &&
    month !== "*" && /^[*?]$/.test(weekday ?? "");
  if (!looksSo) return [];
  const five = fields.slice(0, -1).join(" ");
  const meant = sentenceOf(five);
  return meant === null ? [] : [
    `6 fields begin with the second: it means "${cronSentence(parsed)}"; ` +
    `if "${meant}" is meant, write ${inspect(five)}`,
  ];
}

/** Quartz and AWS, which insist on a "?", count weekdays from 1. */
function doubtsAboutNumbers(fields: readonly string[]): readonly string[] {
  if (fields.length < 6 || fields[3] !== "?") return [];
  const weekday = fields[5] ?? "";
  if (!NUMBERED.test(weekday)) return [];
  const { values, nth } = weekdays(weekday);
  const days = [...values, ...[...nth].map((item) => Number(item[0]))];
  const words = (numbers: readonly number[]) => listOf(weekdayWords([...new Set(numbers)]));
  return [
    `weekdays count from 0, Sunday: ${inspect(weekday)} means ${words(days)}; where they count ` +
    `from 1, as in Quartz and AWS, it means ${
      words(days.map((day) => (day + 6) % 7))
    }: write names`,
  ];
}

function sentenceOf(expression: string): string | null {
  try {
    return cronSentence(parseCron(expression));
  } catch {
    // It cannot be meant then.
    return null;
  }
}
