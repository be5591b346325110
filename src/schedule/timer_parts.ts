import { type CronFields, parseCron } from "./cron_fields.ts";
import { LocalSchedule } from "./local_time.ts";
import type { CronTimer, Schedule, Timer } from "./mod.ts";
import { Scheduled } from "./scheduled.ts";
import { Window } from "./window.ts";

/** What a timer is made of, for those who put it into words. Instants are epoch milliseconds. */
export interface TimerParts {
  /** The first instant that can be an occurrence, `null` for no bound. */
  readonly startAt: number | null;
  /** The first instant after which none is. */
  readonly endAt: number | null;
  /** The schedule without these bounds. */
  readonly schedule: Schedule;
  /** The same, where it goes by the clock on the wall. */
  readonly local: LocalSchedule | null;
}

/** Takes a timer apart. */
export function partsOf(timer: Timer): TimerParts {
  const bounded = timer instanceof Scheduled ? timer.schedule : timer;
  const { startAt, endAt, schedule } = bounded instanceof Window
    ? bounded
    : { startAt: null, endAt: null, schedule: bounded };
  return { startAt, endAt, schedule, local: schedule instanceof LocalSchedule ? schedule : null };
}

/** The fields of a timer's cron expression, as its rule has the two day fields work together. */
export function cronFieldsOf(timer: CronTimer): CronFields {
  const fields = parseCron(timer.expression);
  const times = partsOf(timer).local?.times;
  const needsBothDays = times !== undefined && "needsBothDays" in times
    ? times.needsBothDays === true
    : fields.needsBothDays;
  return { ...fields, needsBothDays };
}
