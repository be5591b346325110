import { type CronFields, parseCron } from "./cron_fields.ts";
import { CronTimes } from "./cron_times.ts";
import { Except } from "./except.ts";
import { LocalSchedule } from "./local_time.ts";
import type { CronTimer, Schedule, Timer } from "./timer.ts";
import { filledIn } from "./rrule_defaults.ts";
import type { RecurrenceRule } from "./rrule_rule.ts";
import { Scheduled } from "./scheduled.ts";
import { Window } from "./window.ts";
import { type Zone, zoneOf } from "./zone.ts";

/** What a timer is made of, for those who put it into words. Instants are epoch milliseconds. */
export interface TimerParts {
  /** The rule's `start_at` and `end_at`, `null` for none. */
  readonly startAt: number | null;
  readonly endAt: number | null;
  /** The schedule without any bounds and exceptions. */
  readonly schedule: Schedule;
  /** The same, where it goes by the clock on the wall. */
  readonly local: LocalSchedule | null;
  /** Nothing happens before this instant; -Infinity where there is none. */
  readonly firstAt: number;
  /** Whether there are bounds or exceptions. */
  readonly isRestricted: boolean;
}

/** Takes a timer apart. */
export function partsOf(timer: Timer): TimerParts {
  const windows: Window[] = [];
  const whole = timer instanceof Scheduled ? timer.schedule : timer;
  let schedule: Schedule = whole;
  while (schedule instanceof Window || schedule instanceof Except) {
    if (schedule instanceof Window) windows.push(schedule);
    schedule = schedule.schedule;
  }
  // A recurrence rule keeps its own beginning and end by a window, which is the inner one.
  const [own] = timer.kind === "rrule" ? windows.slice(0, -1) : windows;
  return {
    startAt: own?.startAt ?? null,
    endAt: own?.endAt ?? null,
    schedule,
    local: schedule instanceof LocalSchedule ? schedule : null,
    firstAt: Math.max(...windows.map(({ startAt }) => startAt ?? -Infinity)),
    isRestricted: schedule !== whole,
  };
}

/** The zone by whose clocks a timer is read; `null` for UTC without a choice. */
export function zoneOfTimer(timer: Timer): Zone | null {
  switch (timer.kind) {
    case "interval":
      return partsOf(timer).local?.zone ?? null;
    case "rrule":
      return zoneOf(timer.rule.timezone);
    default:
      return zoneOf(timer.timezone);
  }
}

/** The fields of a timer's cron expression, as its rule has the two day fields work together. */
export function cronFieldsOf(timer: CronTimer): CronFields {
  const fields = parseCron(timer.expression);
  const times = partsOf(timer).local?.times;
  return times instanceof CronTimes ? { ...fields, needsBothDays: times.needsBothDays } : fields;
}

/** A recurrence rule with what it leaves to DTSTART filled in, and DTSTART's local time as if in UTC. */
export function filledRuleOf(rule: RecurrenceRule): { filled: RecurrenceRule; start: Date } {
  const { offset = 0 } = zoneOf(rule.timezone)?.stretchAt(rule.dtstart) ?? {};
  const start = new Date(rule.dtstart + offset);
  return { filled: filledIn(rule, start), start };
}
