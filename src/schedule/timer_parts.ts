import { type CronFields, parseCron } from "./cron_fields.ts";
import type { CronTimer, Timer } from "./timer.ts";
import { filledIn } from "./rrule_defaults.ts";
import type { RecurrenceRule } from "./rrule_rule.ts";
import { type Zone, zoneOf } from "./zone.ts";

/** The zone by whose clocks a timer is read; `null` for UTC without a choice. */
export function zoneOfTimer(timer: Timer): Zone | null {
  switch (timer.kind) {
    case "interval":
      return timer.parts.local?.zone ?? null;
    case "rrule":
      return zoneOf(timer.rule.timezone);
    default:
      return zoneOf(timer.timezone);
  }
}

/** The fields of a timer's cron expression, as its rule has the two day fields work together. */
export function cronFieldsOf(timer: CronTimer): CronFields {
  return { ...parseCron(timer.expression), needsBothDays: timer.needsBothDays };
}

/** A recurrence rule with what it leaves to DTSTART filled in, and DTSTART's local time as if in UTC. */
export function filledRuleOf(rule: RecurrenceRule): { filled: RecurrenceRule; start: Date } {
  const { offset = 0 } = zoneOf(rule.timezone)?.stretchAt(rule.dtstart) ?? {};
  const start = new Date(rule.dtstart + offset);
  return { filled: filledIn(rule, start), start };
}
