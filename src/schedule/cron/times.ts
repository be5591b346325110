import { Cron } from "croner";
import { Cache } from "../../collections/lru.ts";
import { firstDay } from "./days.ts";
import type { NumberField } from "./field.ts";
import { type CronFields, type DateFields, dateFieldsFrom } from "./fields.ts";
import type { Schedule } from "../schedule.ts";
import { runsOf, sorted } from "../../collections/number_lists.ts";
import { Remembered } from "../remembered.ts";
import { TimeSet } from "../time_set.ts";

const DAY_MS = 24 * 60 * 60 * 1000;
/** A pattern of croner takes about 100 kB, whatever it says, and 100 µs to make. */
const MAX_PATTERNS = 64;
const MAX_DATES = 1024;

const searches = new Cache<CronDates, Search>(MAX_PATTERNS);
const datesByKey = new Cache<string, CronDates>(MAX_DATES);

/**
 * The times of a cron expression by a clock that never jumps, each as if it were UTC: each of some times of
 * day on each of some dates. Expressions that differ in their times alone share their dates, which are what
 * is dear to find.
 */
export class CronTimes implements Schedule {
  readonly needsBothDays: boolean;
  readonly #dates: CronDates;
  readonly #times: TimeSet;

  constructor(fields: CronFields) {
    const { hour, minute, second, needsBothDays } = fields;
    const pattern = datePatternOf(fields);
    this.needsBothDays = needsBothDays;
    this.#dates = datesByKey.get(
      `${needsBothDays} ${pattern}`,
      () => new CronDates(pattern, needsBothDays),
    );
    this.#times = new TimeSet(sorted(hour.values), sorted(minute.values), sorted(second.values));
  }

  next(after: number): number | null {
    const midnight = Math.floor(after / DAY_MS) * DAY_MS;
    const date = this.#dates.next(midnight - 1);
    if (date === null) return null;
    const time = date === midnight ? this.#times.after(after - midnight) : this.#times.at(0);
    if (time !== null) return date + time;
    const laterDate = this.#dates.next(date);
    return laterDate === null ? null : laterDate + this.#times.at(0);
  }
}

/** Finds the midnight of the first date after an instant, if there is one. */
type Search = (after: number) => number | null;

/** The midnights of the dates of a cron expression. */
class CronDates extends Remembered {
  readonly #pattern: string;
  readonly #needsBothDays: boolean;

  constructor(pattern: string, needsBothDays: boolean) {
    super();
    this.#pattern = pattern;
    this.#needsBothDays = needsBothDays;
  }

  protected override search(after: number): number | null {
    // Looked up each time: dates that held their search would keep it from being dropped.
    const search = searches.get(this, () => searchOf(this.#pattern, this.#needsBothDays));
    return search(after);
  }
}

function searchOf(pattern: string, needsBothDays: boolean): Search {
  // croner knows the last day of a month, and none that is counted from there.
  const inCroner = pattern.replaceAll("L-0", "L");
  if (inCroner.includes("L-")) {
    const fields = dateFieldsFrom(pattern.split(" "), needsBothDays);
    return (after) => firstDay(fields, (Math.floor(after / DAY_MS) + 1) * DAY_MS);
  }
  const options = { mode: "7-part", domAndDow: needsBothDays, utcOffset: 0 } as const;
  const cron = new Cron(`0 0 0 ${inCroner}`, options);
  return (after) => cron.nextRun(new Date(after))?.getTime() ?? null;
}

/** The fields of the date, the same for all that mean the same: numbers in order, in runs. */
function datePatternOf({ day, month, weekday, year }: DateFields): string {
  const days = day.isAny ? ["*"] : [
    ...sorted(day.beforeLast).map((days) => `L-${days}`),
    ...day.nearestBeforeLast === null ? [] : [`L-${day.nearestBeforeLast}W`],
    ...sorted(day.nearestTo).map((date) => `${date}W`),
    ...runs(day),
  ];
  const weekdays = weekday.isAny ? ["*"] : [...runs(weekday), ...[...weekday.nth].sort()];
  const years = year === null ? ["*"] : runs(year);
  return [days, runs(month), weekdays, years].map((items) => items.join(",")).join(" ");
}

function runs({ isAny, values }: NumberField): string[] {
  if (isAny) return ["*"];
  return runsOf(sorted(values)).map(({ from, to }) => from === to ? `${from}` : `${from}-${to}`);
}
