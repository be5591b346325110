/** Days of the week as systemd and people write them. */
const NAMES = "(?:sun|mon|tue|wed|thu|fri|sat)[a-z]*";
const NUMBER = String.raw`[\d*][\d*/,.]*`;

/** `OnCalendar=` of systemd: "Mon..Fri *-*-* 09:00:00", "*:0/15", "09:00". */
const CALENDAR = new RegExp(
  `^(?:(${NAMES}(?:(?:,|\\.\\.|-)${NAMES})*)\\s+)?` +
    `(?:(?:(${NUMBER})-)?(${NUMBER})-(${NUMBER})\\s+)?` +
    `(${NUMBER}):(${NUMBER})(?::(${NUMBER}))?$`,
  "i",
);

/** "every weekday at 9:30 am", "daily at noon", "Mondays and Fridays 17:00". */
const PHRASE = new RegExp(
  `^(?:every\\s+|each\\s+)?(?:on\\s+)?(daily|day|weekdays?|weekends?|${NAMES}(?:(?:\\s*,\\s*|\\s+and\\s+)${NAMES})*)?` +
    String.raw`(?:\s*\bat)?(?:\s*\b(\d{1,2})(?::(\d\d))?\s*(am|pm)?|\s*\b(noon|midnight))?$`,
  "i",
);

/** What a calendar expression of systemd is in cron; `null` for anything else. */
export function calendarAsCron(text: string): string | null {
  const [matches, days = "*", year = "*", month = "*", day = "*", hour = "", minute = "", second] =
    CALENDAR.exec(text) ?? [];
  if (matches === undefined) return null;
  const weekday = days.replaceAll("..", "-").toUpperCase();
  const five = [minute, hour, day, month].map((field) => plain(field.replaceAll("..", "-")));
  const seconds = second === undefined ? "0" : plain(second);
  if (year !== "*") return [seconds, ...five, weekday, year].join(" ");
  return [...seconds === "0" ? [] : [seconds], ...five, weekday].join(" ");
}

/** What a phrase of plain English is in cron; `null` for anything else. */
export function phraseAsCron(text: string): string | null {
  const [matches, days, hourText, minute = "0", half = "", word = ""] = PHRASE.exec(text) ?? [];
  if (matches === undefined || matches === "" || (days === undefined && !/[a-z]/i.test(text))) {
    return null;
  }
  const named = { noon: 12, midnight: 0 }[word.toLowerCase()];
  const hour = named ?? hourOf(Number(hourText ?? 0), half.toLowerCase());
  return `${Number(minute)} ${hour} * * ${weekdaysOf(days?.toLowerCase() ?? "day")}`;
}

function hourOf(hour: number, half: string): number {
  if (half === "") return hour;
  return hour % 12 + (half === "pm" ? 12 : 0);
}

function weekdaysOf(days: string): string {
  if (days === "day" || days === "daily") return "*";
  if (days.startsWith("weekday")) return "MON-FRI";
  if (days.startsWith("weekend")) return "SAT,SUN";
  return days.split(/\s*,\s*|\s+and\s+/).map((name) => name.slice(0, 3).toUpperCase()).join(",");
}

/** Without leading zeros. */
function plain(field: string): string {
  return field.replace(/\b0+(?=\d)/g, "");
}
