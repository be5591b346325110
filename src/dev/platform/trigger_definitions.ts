import type { FlatSchema } from "./params.ts";

/** A trigger as its pack defines it (contract 4). */
export interface TriggerDefinition {
  readonly ref: string;
  readonly label: string;
  readonly description: string;
  /** Whether the timer sensor serves it. */
  readonly isTimer: boolean;
  /** `null`: rules may have any parameters. */
  readonly paramSchema: FlatSchema | null;
  /** What the payload of its events must and may have; the platform checks none of it. */
  readonly outSchema: FlatSchema;
}

const COUNTED: FlatSchema = {
  execution_count: { type: "integer" },
  sensor_ref: { type: "string" },
};
const FIRED: FlatSchema = { fired_at: { type: "string", required: true } };
const SCHEDULED: FlatSchema = { scheduled_at: { type: "string", required: true } };
const INTEGERS = { type: "array", items: { type: "integer" } } as const;

const intervalTimer: TriggerDefinition = {
  ref: "core.intervaltimer",
  label: "Interval Timer",
  description: "Fires every so many seconds, minutes or hours",
  isTimer: true,
  paramSchema: {
    unit: {
      type: "string",
      enum: ["seconds", "minutes", "hours"],
      default: "seconds",
      required: true,
    },
    interval: { type: "integer", default: 60, required: true },
  },
  outSchema: {
    type: { type: "string", enum: ["interval"], required: true },
    interval_seconds: { type: "integer", required: true },
    ...FIRED,
    ...COUNTED,
  },
};

const cronTimer: TriggerDefinition = {
  ref: "core.crontimer",
  label: "Cron Timer",
  description: "Fires by a cron expression",
  isTimer: true,
  paramSchema: {
    expression: { type: "string", required: true },
    timezone: { type: "string", default: "UTC" },
    description: { type: "string" },
  },
  outSchema: {
    type: { type: "string", enum: ["cron"], required: true },
    ...FIRED,
    ...SCHEDULED,
    expression: { type: "string", required: true },
    timezone: { type: "string" },
    next_fire_at: { type: "string" },
    ...COUNTED,
  },
};

const datetimeTimer: TriggerDefinition = {
  ref: "core.datetimetimer",
  label: "Datetime Timer",
  description: "Fires once, at a date and time",
  isTimer: true,
  paramSchema: {
    fire_at: { type: "string", required: true },
    timezone: { type: "string", default: "UTC" },
    description: { type: "string" },
  },
  outSchema: {
    type: { type: "string", enum: ["one_shot"], required: true },
    fire_at: { type: "string", required: true },
    ...FIRED,
    timezone: { type: "string" },
    delay_ms: { type: "integer" },
    sensor_ref: { type: "string" },
  },
};

const rruleTimer: TriggerDefinition = {
  ref: "core.rruletimer",
  label: "Recurrence Rule Timer",
  description: "Fires by a recurrence rule of RFC 5545",
  isTimer: true,
  paramSchema: {
    dtstart: { type: "string", required: true },
    freq: {
      type: "string",
      enum: ["SECONDLY", "MINUTELY", "HOURLY", "DAILY", "WEEKLY", "MONTHLY", "YEARLY"],
    },
    interval: { type: "integer", minimum: 1 },
    count: { type: "integer", minimum: 1 },
    until: { type: "string" },
    by_day: { type: "array", items: { type: "string" } },
    by_month_day: INTEGERS,
    by_month: INTEGERS,
    by_year_day: INTEGERS,
    by_week_no: INTEGERS,
    by_hour: INTEGERS,
    by_minute: INTEGERS,
    by_second: INTEGERS,
    by_set_pos: INTEGERS,
    week_start: { type: "string", enum: ["MO", "TU", "WE", "TH", "FR", "SA", "SU"] },
    timezone: { type: "string" },
    rule: { type: "string" },
    description: { type: "string" },
  },
  outSchema: {
    type: { type: "string", enum: ["rrule"], required: true },
    ...FIRED,
    ...SCHEDULED,
    delay_ms: { type: "integer" },
    ...COUNTED,
  },
};

const timer: TriggerDefinition = {
  ref: "core.timer",
  label: "Timer",
  description: "Fires by an interval, a cron expression, a date and time or a recurrence rule",
  isTimer: true,
  paramSchema: null,
  outSchema: { type: { type: "string", required: true }, ...FIRED, ...SCHEDULED, ...COUNTED },
};

/** One of the core pack's that is no timer. */
const alert: TriggerDefinition = {
  ref: "core.alert",
  label: "Alert",
  description: "Fires when a component of the platform reports trouble",
  isTimer: false,
  paramSchema: null,
  outSchema: {},
};

/** The ref of the trigger that only older platforms have. */
export const OLDER_TRIGGER: string = timer.ref;

/** Every trigger of the core pack, as far as it matters here, and the older `core.timer`. */
export const TRIGGERS: readonly TriggerDefinition[] = [
  intervalTimer,
  cronTimer,
  datetimeTimer,
  rruleTimer,
  timer,
  alert,
];
