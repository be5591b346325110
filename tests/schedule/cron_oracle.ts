import type { GapRule, OverlapRule } from "../../src/schedule/local_time.ts";

// Cron as slow and as plain as can be, to hold the fast one against: it tries every minute.

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

export interface Policy {
  readonly gap: GapRule;
  readonly overlap: OverlapRule;
}

/** The local minutes of an expression, each as if it were UTC, for all that can run in a span of time. */
export function localMinutes(expression: string, from: number, to: number): number[] {
  const minutes: number[] = [];
  for (let minute = from - 2 * DAY_MS; minute <= to + 2 * DAY_MS; minute += MINUTE_MS) {
    if (matches(expression, new Date(minute))) minutes.push(minute);
  }
  return minutes;
}

/** The runs of a job at set times of day, after `from` and not after `to`. */
export function setTimeRuns(
  minutes: readonly number[],
  zone: string,
  from: number,
  to: number,
  policy: Policy,
): number[] {
  const runs = new Set<number>();
  for (const minute of minutes) {
    const local = Temporal.PlainDateTime.from(new Date(minute).toISOString().slice(0, -1));
    for (const at of instantsOf(local, zone, policy)) if (at > from && at <= to) runs.add(at);
  }
  return [...runs].sort((a, b) => a - b);
}

/** The runs of a job that follows real time: all minutes, each with the local time that it has. */
export function realTimeRuns(expression: string, zone: string, from: number, to: number): number[] {
  const runs: number[] = [];
  for (let at = from + MINUTE_MS; at <= to; at += MINUTE_MS) {
    const { offsetNanoseconds } = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(
      zone,
    );
    if (matches(expression, new Date(at + offsetNanoseconds / 1e6))) runs.push(at);
  }
  return runs;
}

/** The days, in UTC, on which a job that runs at midnight does so. */
export function midnightRuns(expression: string, from: number, to: number): number[] {
  const runs: number[] = [];
  for (let at = from; at <= to; at += DAY_MS) if (matches(expression, new Date(at))) runs.push(at);
  return runs;
}

function instantsOf(local: Temporal.PlainDateTime, zone: string, policy: Policy): number[] {
  const earlier = local.toZonedDateTime(zone, { disambiguation: "earlier" });
  const later = local.toZonedDateTime(zone, { disambiguation: "later" });
  const [first, second] = [earlier.epochMilliseconds, later.epochMilliseconds];
  if (first === second) return [first];
  if (earlier.toPlainDateTime().equals(local)) {
    return { first: [first], second: [second], both: [first, second] }[policy.overlap];
  }
  // Temporal's "later" of a time that is left out lies as far behind the gap as it lay in it.
  const end = earlier.getTimeZoneTransition("next")?.epochMilliseconds ?? NaN;
  const isDate = second - first >= DAY_MS;
  return { after: isDate ? [] : [end], shift: [second], skip: [] }[policy.gap];
}

/** Whether a minute, read in UTC, is one of an expression of five fields. */
function matches(expression: string, time: Date): boolean {
  const [minute = "", hour = "", day = "", month = "", weekday = ""] = expression.split(" ");
  if (!holds(minute, time.getUTCMinutes(), 0, 59)) return false;
  if (!holds(hour, time.getUTCHours(), 0, 23)) return false;
  if (!holds(month, time.getUTCMonth() + 1, 1, 12)) return false;
  const isDay = day.split(",").some((item) => dayHolds(item, time));
  const isWeekday = weekday.split(",").some((item) => weekdayHolds(item, time));
  const hasStar = day.startsWith("*") || weekday.startsWith("*");
  return hasStar ? isDay && isWeekday : isDay || isWeekday;
}

function holds(field: string, value: number, min: number, max: number): boolean {
  return field.split(",").some((item) => {
    const [span = "", step = "1"] = item.split("/");
    const [low = "", high] = span === "*" ? [`${min}`, `${max}`] : span.split("-");
    const last = Number(high ?? (item.includes("/") ? max : low));
    return value >= Number(low) && value <= last && (value - Number(low)) % Number(step) === 0;
  });
}

function dayHolds(item: string, time: Date): boolean {
  const date = time.getUTCDate();
  const last = new Date(Date.UTC(time.getUTCFullYear(), time.getUTCMonth() + 1, 0)).getUTCDate();
  if (item === "L") return date === last;
  if (!item.endsWith("W")) return holds(item, date, 1, 31);
  const wanted = item === "LW" ? last : Number(item.slice(0, -1));
  if (wanted > last) return false;
  // The nearest Monday to Friday of the month: of the days around, the one least far away.
  const weekdays = [0, -1, 1, -2, 2]
    .map((distance) => wanted + distance)
    .filter((it) => it >= 1 && it <= last)
    .filter((it) => weekdayOf(time, it) % 6 !== 0);
  return weekdays[0] === date;
}

function weekdayHolds(item: string, time: Date): boolean {
  const [plain = "", week] = item.endsWith("L") ? [item.slice(0, -1), "L"] : item.split("#");
  const weekday = time.getUTCDay();
  if (!holds(plain, weekday, 0, 6) && !(weekday === 0 && holds(plain, 7, 0, 6))) return false;
  if (week === undefined) return true;
  const date = time.getUTCDate();
  if (week !== "L") return Math.floor((date - 1) / 7) === Number(week) - 1;
  const nextWeek = new Date(time.getTime() + 7 * DAY_MS);
  return nextWeek.getUTCMonth() !== time.getUTCMonth();
}

function weekdayOf(time: Date, date: number): number {
  return new Date(Date.UTC(time.getUTCFullYear(), time.getUTCMonth(), date)).getUTCDay();
}
