// RFC 5545 recurrence as slow and as plain as can be, to hold the fast one against. It walks all local
// time from DTSTART's period on, and tests each moment against each part of the rule.

const SECOND_MS = 1000;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
const LONG_PERIODS: Readonly<Record<string, number>> = { WEEKLY: 7, MONTHLY: 31, YEARLY: 366 };
const DAYS = ["SU", "MO", "TU", "WE", "TH", "FR", "SA"];

/** The parts of a rule: lists of numbers, and as text those that are none. */
interface Parts {
  readonly freq: string;
  readonly interval: number;
  readonly weekStart: number;
  readonly days: readonly string[] | undefined;
  readonly lists: ReadonlyMap<string, readonly number[]>;
}

/**
 * The local times of a rule, each as if it were UTC, from `dtstart` to `to`. COUNT is obeyed and UNTIL
 * is not. `limit` ends the walk early.
 */
export function localTimes(text: string, dtstart: number, to: number, limit = Infinity): number[] {
  const given = new Map(
    text.split(";").map((part) => {
      const [name = "", value = ""] = part.split("=");
      return [name, value];
    }),
  );
  const parts = partsOf(withDefaults(given, new Date(dtstart)));
  const count = Math.min(limit, Number(given.get("COUNT") ?? Infinity));
  const positions = parts.lists.get("BYSETPOS");
  const found: number[] = [];
  for (const period of periods(parts, dtstart, to)) {
    const chosen = positions === undefined
      ? period
      : period.filter((_, at) =>
        positions.includes(at + 1) || positions.includes(at - period.length)
      );
    for (const time of chosen) {
      if (time < dtstart) continue;
      if (time > to || found.length >= count) return found;
      found.push(time);
    }
  }
  return found;
}

/** What a rule does not say is as DTSTART has it. */
function withDefaults(given: ReadonlyMap<string, string>, start: Date): Map<string, string> {
  const texts = new Map(given);
  const freq = given.get("FREQ") ?? "";
  const has = (...names: string[]) => names.some((name) => given.has(name));
  const set = (name: string, value: number | string) => {
    if (!texts.has(name)) texts.set(name, `${value}`);
  };
  if (freq !== "SECONDLY") set("BYSECOND", start.getUTCSeconds());
  if (!/SECONDLY|MINUTELY/.test(freq)) set("BYMINUTE", start.getUTCMinutes());
  if (!/SECONDLY|MINUTELY|HOURLY/.test(freq)) set("BYHOUR", start.getUTCHours());
  if (freq === "WEEKLY") set("BYDAY", DAYS[start.getUTCDay()] ?? "");
  if (freq === "MONTHLY" && !has("BYDAY", "BYMONTHDAY")) set("BYMONTHDAY", start.getUTCDate());
  if (freq === "YEARLY" && !has("BYDAY", "BYMONTHDAY", "BYYEARDAY")) {
    if (!has("BYWEEKNO")) {
      set("BYMONTH", start.getUTCMonth() + 1);
      set("BYMONTHDAY", start.getUTCDate());
    } else if (!has("BYMONTH")) set("BYDAY", DAYS[start.getUTCDay()] ?? "");
  }
  return texts;
}

function partsOf(texts: ReadonlyMap<string, string>): Parts {
  const lists = [...texts].filter(([name]) => name.startsWith("BY") && name !== "BYDAY");
  return {
    freq: texts.get("FREQ") ?? "",
    interval: Number(texts.get("INTERVAL") ?? 1),
    weekStart: DAYS.indexOf(texts.get("WKST") ?? "MO"),
    days: texts.get("BYDAY")?.split(","),
    lists: new Map(lists.map(([name, list]) => [name, list.split(",").map(Number)])),
  };
}

/** The times of each period that the interval does not leave out. */
function* periods(parts: Parts, dtstart: number, to: number): Generator<number[]> {
  const first = periodOf(dtstart, parts);
  let current = first;
  let times: number[] = [];
  for (const time of moments(parts, dtstart, to)) {
    const period = periodOf(time, parts);
    if ((period - first) % parts.interval !== 0) continue;
    if (period !== current && times.length > 0) {
      yield times;
      times = [];
    }
    current = period;
    times.push(time);
  }
  if (times.length > 0) yield times;
}

/** All times that match, of all periods from that of DTSTART on. */
function* moments(parts: Parts, dtstart: number, to: number): Generator<number> {
  const periodMs = (LONG_PERIODS[parts.freq] ?? 1) * DAY_MS;
  const first = periodOf(dtstart, parts);
  const firstDay = Math.floor((dtstart - periodMs) / DAY_MS) * DAY_MS;
  for (let day = firstDay; day <= to + periodMs; day += DAY_MS) {
    if (!isDay(new Date(day), parts)) continue;
    for (let hour = day; hour < day + DAY_MS; hour += HOUR_MS) {
      if (!lists(parts, "BYHOUR", new Date(hour).getUTCHours())) continue;
      for (let minute = hour; minute < hour + HOUR_MS; minute += MINUTE_MS) {
        if (!lists(parts, "BYMINUTE", new Date(minute).getUTCMinutes())) continue;
        for (let second = minute; second < minute + MINUTE_MS; second += SECOND_MS) {
          if (!lists(parts, "BYSECOND", new Date(second).getUTCSeconds())) continue;
          if (periodOf(second, parts) >= first) yield second;
        }
      }
    }
  }
}

function isDay(day: Date, parts: Parts): boolean {
  const yearDays = daysIn(day.getUTCFullYear(), 0, 12);
  const monthDays = daysIn(day.getUTCFullYear(), day.getUTCMonth(), 1);
  const yearDay = (day.getTime() - Date.UTC(day.getUTCFullYear())) / DAY_MS + 1;
  const { week, weeks } = weekOf(day, parts.weekStart);
  return lists(parts, "BYMONTH", day.getUTCMonth() + 1) &&
    lists(parts, "BYMONTHDAY", day.getUTCDate(), monthDays) &&
    lists(parts, "BYYEARDAY", yearDay, yearDays) &&
    lists(parts, "BYWEEKNO", week, weeks) &&
    isWeekday(day, parts);
}

function isWeekday(day: Date, parts: Parts): boolean {
  const { freq, days, lists } = parts;
  if (days === undefined) return true;
  const inMonth = freq === "MONTHLY" || lists.has("BYMONTH");
  return days.some((item) => {
    if (DAYS[day.getUTCDay()] !== item.slice(-2)) return false;
    const ordinal = Number(item.slice(0, -2));
    if (ordinal === 0) return true;
    // Counts the same weekdays up to here, or from here on, in the month or the year.
    const step = ordinal > 0 ? -7 : 7;
    let place = 0;
    for (let at = day; isSame(at, day, inMonth); at = new Date(at.getTime() + step * DAY_MS)) {
      place++;
    }
    return place === Math.abs(ordinal);
  });
}

function isSame(a: Date, b: Date, inMonth: boolean): boolean {
  return a.getUTCFullYear() === b.getUTCFullYear() &&
    (!inMonth || a.getUTCMonth() === b.getUTCMonth());
}

/** Whether a part allows a value; `size` is that from which negative ones count. */
function lists(parts: Parts, name: string, value: number, size = NaN): boolean {
  const list = parts.lists.get(name);
  return list === undefined ||
    list.some((it) => it === value || (it < 0 && it + size + 1 === value));
}

/** The number of a day's week, and of the weeks in that week's year: the one with four days of it. */
function weekOf(day: Date, weekStart: number): { week: number; weeks: number } {
  const fourth = (at: number) => {
    const date = new Date(at);
    return at + (3 - (date.getUTCDay() - weekStart + 7) % 7) * DAY_MS;
  };
  const middle = new Date(fourth(day.getTime()));
  const firstMiddle = fourth(Date.UTC(middle.getUTCFullYear(), 0, 4));
  const lastMiddle = fourth(Date.UTC(middle.getUTCFullYear(), 11, 28));
  const weeksTo = (at: number) => Math.round((at - firstMiddle) / (7 * DAY_MS)) + 1;
  return { week: weeksTo(middle.getTime()), weeks: weeksTo(lastMiddle) };
}

/** A number that two times have in common if they are in the same period. */
function periodOf(time: number, parts: Parts): number {
  const date = new Date(time);
  switch (parts.freq) {
    case "YEARLY":
      return date.getUTCFullYear();
    case "MONTHLY":
      return date.getUTCFullYear() * 12 + date.getUTCMonth();
    case "WEEKLY": {
      const day = Math.floor(time / DAY_MS);
      return Math.round((day - (date.getUTCDay() - parts.weekStart + 7) % 7 + 4) / 7);
    }
    case "DAILY":
      return Math.floor(time / DAY_MS);
    case "HOURLY":
      return Math.floor(time / HOUR_MS);
    case "MINUTELY":
      return Math.floor(time / MINUTE_MS);
    default:
      return Math.floor(time / SECOND_MS);
  }
}

function daysIn(year: number, month: number, months: number): number {
  return (Date.UTC(year, month + months) - Date.UTC(year, month)) / DAY_MS;
}
