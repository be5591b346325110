import { MONTHS, WEEKDAYS } from "../../words/calendar.ts";

const SHORT_NAMES = [...MONTHS, ...WEEKDAYS].map((name) => name.slice(0, 3).toUpperCase());
/** What begins a command behind a crontab's five fields. */
const COMMAND = /^[a-z/.~$"'[(#&]/i;
const MONTH_INDEX = 3;

/** Ways to write an expression in our dialect that may be meant, the likeliest first; most are none. */
export function repairsOf(text: string): readonly string[] {
  const fields = cleaned(text).split(/\s+/).map(repaired);
  const rest = fields[5];
  const isCommand = rest !== undefined && COMMAND.test(rest) && !isName(rest);
  const all = [
    fields,
    // Five fields and a year, as in AWS.
    ...fields.length === 6 ? [["0", ...fields.map(renumbered(fields))]] : [],
    ...text.split(/\s+/).length === 4 ? [[...fields, "*"]] : [],
  ];
  const candidates = [...all, ...all.map(withStars), ...all.map(withinRange), ...all.map(withoutL)];
  if (isCommand) candidates.push(fields.slice(0, 5));
  return candidates.map((candidate) => candidate.join(" "));
}

/** Quotes, escapes and typographic characters go, and blanks inside a field. */
function cleaned(text: string): string {
  return text.replace(/^["'`\s]+|["'`;\s]+$/g, "")
    .replace(/\\/g, "")
    .replace(/[\u2010-\u2015\u2212]/g, "-")
    .replace(/[\u2217\uFF0A\u204E]/g, "*")
    .replace(/\s*,\s*(?=\w)/g, ",")
    .replace(/(\w)\s+-\s+(\w)/g, "$1-$2")
    .replace(/(\S)\s*\/\s+(?=\d)/g, "$1/");
}

function repaired(field: string): string {
  return field
    // Jenkins spreads what it calls H.
    .replace(/\bH\((\d+-\d+)\)(?=\/)/g, "$1").replace(/\bH(?:\(\d+-\d+\))?(?=\/)/g, "*")
    .replace(/\bH(?:\((\d+)-\d+\))?(?![a-z])/g, (_, first = "0") => first)
    .replaceAll("..", "-")
    .replace(/^\/(?=\d)/, "*/").replace(/^\*(?=\d)/, "*/")
    .replace(/^(?:last|\$)$/i, "L")
    .replace(/^weekdays?$/i, "MON-FRI").replace(/^weekends?$/i, "SAT,SUN")
    .replace(/[a-z]{2,}/gi, shortened)
    .replace(/^,+|,+$/g, "").replace(/,{2,}/g, ",");
}

/** "Tues" and "TU" are TUE, "Sept" is SEP. */
function shortened(word: string): string {
  const upper = word.toUpperCase();
  const short = upper.length > 3 ? upper.slice(0, 3) : upper;
  const name = SHORT_NAMES.find((it) => it === short) ??
    (upper.length === 2
      ? SHORT_NAMES.slice(MONTHS.length).find((it) => it.startsWith(upper))
      : null);
  return name ?? word;
}

function isName(field: string): boolean {
  return SHORT_NAMES.some((name) => field.toUpperCase().startsWith(name));
}

/** AWS counts weekdays from 1, Sunday. */
function renumbered(fields: readonly string[]): (field: string, index: number) => string {
  return (field, index) =>
    index === 4 && fields.includes("?")
      ? field.replace(/(?<![#\d])[1-7](?!\d)/g, (digit) => {
        return WEEKDAYS[Number(digit) - 1]?.slice(0, 3).toUpperCase() ?? digit;
      })
      : field;
}

/** A "?" outside of the day fields. */
function withStars(fields: readonly string[]): string[] {
  const month = fields.length === 5 ? MONTH_INDEX : MONTH_INDEX + 1;
  return fields.map((field, index) => {
    const isDay = index === month - 1 || index === month + 1;
    if (field === "?") return isDay ? "?" : "*";
    return field.replaceAll("?", "*");
  });
}

/** The day of week "L" of Quartz and AWS is the last of the week. */
function withoutL(fields: readonly string[]): string[] {
  const weekday = fields.length === 5 ? MONTH_INDEX + 1 : MONTH_INDEX + 2;
  return fields.map((field, index) => index === weekday && /^L$/i.test(field) ? "SAT" : field);
}

/** The minute 60 and the hour 24 are 0. */
function withinRange(fields: readonly string[]): string[] {
  const hour = fields.length === 5 ? 1 : 2;
  return fields.map((field, index) => {
    if (index === hour) return field.replace(/\b24\b/g, "0");
    return index < hour ? field.replace(/\b60\b/g, "0") : field;
  });
}
