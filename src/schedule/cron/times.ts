import { Cron } from "croner";
import { Cache } from "../../collections/lru.ts";
import type { CronFields, NumberField } from "./fields.ts";
import type { Schedule } from "../schedule.ts";
import { runsOf, sorted } from "../../collections/number_lists.ts";
import { Remembered } from "../remembered.ts";
import { TimeSet } from "../time_set.ts";

const DAY_MS = 24 * 60 * 60 * 1000;
/** A pattern of croner takes about 100 kB, whatever it says, and 100 µs to make. */
const MAX_PATTERNS = 64;
const MAX_DATES = 1024;

const patterns = new Cache<CronDates, Cron>(MAX_PATTERNS);
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
    // Looked up each time: dates that held their pattern would keep it from being dropped.
    const pattern = patterns.get(
      this,
      () =>
        new Cron(this.#pattern, { mode: "7-part", domAndDow: this.#needsBothDays, utcOffset: 0 }),
    );
    return pattern.nextRun(new Date(after))?.getTime() ?? null;
  }
}

/**
 * Midnight and the fields of the date in croner's words, with nothing in them that croner reads in its own
 * way: sorted numbers and runs of numbers, seven fields.
 */
function datePatternOf({ day, month, weekday, year }: CronFields): string {
  const days = [
    ...day.last ? ["L"] : [],
    ...day.lastWeekday ? ["LW"] : [],
    ...[...day.nearestTo].map((date) => `${date}W`),
    ...runs(day),
  ];
  const weekdays = [...runs(weekday), ...weekday.nth];
  const years = year === null ? ["*"] : runs(year);
  return ["0 0 0", ...[days, runs(month), weekdays, years].map((items) => items.join(","))].join(
    " ",
  );
}

function runs({ isAny, values }: NumberField): string[] {
  if (isAny) return ["*"];
  return runsOf(sorted(values)).map(({ from, to }) => from === to ? `${from}` : `${from}-${to}`);
}
