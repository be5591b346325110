import * as z from "zod";
import type { Draft } from "../draft.ts";
import { Grid } from "../grid.ts";
import { canBeNamed } from "../instant.ts";
import { GAP_RULES, LocalSchedule, OVERLAP_RULES } from "../local_time.ts";
import type { Timer } from "../timer.ts";
import type { TimerKind } from "../timer_kind.ts";
import { anyInstant, ON_GAP, ON_OVERLAP, oneOf, timeZone, wholeNumber } from "../params.ts";
import { present } from "../params_form.ts";
import { anyOf, orElse } from "../refusal.ts";
import { meantBy } from "./meant.ts";
import { PlainInterval, ScheduledInterval } from "./timer.ts";

const DAY_SECONDS = 86_400;
const MAX_SECONDS = 36_525 * DAY_SECONDS;

const UNITS = ["seconds", "minutes", "hours", "days"] as const;
const UNIT_SECONDS = {
  second: 1,
  seconds: 1,
  minute: 60,
  minutes: 60,
  hour: 3600,
  hours: 3600,
  day: DAY_SECONDS,
  days: DAY_SECONDS,
};

const ALLOWED_INTERVAL = "a whole number of at least 1";

const IntervalParams = z.object({
  interval: wholeNumber(1).describe("How many units from one occurrence to the next"),
  unit: z.enum([...UNITS, "second", "minute", "hour", "day"], anyOf(UNITS)).default("seconds")
    .describe("The unit of the interval"),
});

/** The platform's older form. */
const SecondsParams = z.object({
  interval_seconds: wholeNumber(1).describe("How many seconds from one occurrence to the next"),
});

const GridParams = z.object({
  anchor: anyInstant().optional()
    .describe("The instant to count from; where there is none, when the rule was created"),
  timezone: timeZone().optional().describe("Whose calendar an interval in days follows"),
  dst_gap: oneOf(GAP_RULES).default("shift").describe(ON_GAP),
  dst_overlap: oneOf(OVERLAP_RULES).default("first").describe(ON_OVERLAP),
});

const NO_GRID = GridParams.parse({});

interface Length {
  readonly seconds: number;
  readonly inDays: boolean;
}

/** `interval` and `unit`, or `interval_seconds`. */
export const intervalKind: TimerKind = {
  name: "interval",
  trigger: { ref: "core.intervaltimer", type: "interval" },
  telltales: ["interval", "interval_seconds", "unit"],
  outranks: [],
  forms: [{
    schemas: [IntervalParams, GridParams],
    required: [],
    conditions: UNITS.map((unit) => ({
      if: {
        properties: { unit: { enum: [unit, unit.slice(0, -1)] } },
        required: unit === "seconds" ? [] : ["unit"],
      },
      then: {
        properties: { interval: { type: "integer", maximum: MAX_SECONDS / UNIT_SECONDS[unit] } },
      },
    })),
    example: { interval: 90, unit: "minutes" },
    isOfAnyKind: false,
  }, {
    schemas: [SecondsParams, GridParams],
    required: [],
    conditions: [{
      not: present("interval"),
      properties: { interval_seconds: { type: "integer", maximum: MAX_SECONDS } },
    }],
    example: { interval_seconds: 30 },
    isOfAnyKind: true,
  }],
  compile: compileInterval,
};

function compileInterval(draft: Draft): Timer | null {
  const isOlderForm = draft.isAnyKind && draft.has("interval_seconds");
  const length = isOlderForm ? readSeconds(draft) : readInterval(draft);
  const grid = draft.read(GridParams, NO_GRID);
  return length === null || grid === null ? null : timerOf(length, grid, draft);
}

function timerOf(
  { seconds, inDays }: Length,
  grid: z.infer<typeof GridParams>,
  draft: Draft,
): Timer {
  const { anchor: anchorAt = draft.anchorAt, timezone: zone } = grid;
  const stepMs = seconds * 1000;
  if (inDays && zone !== undefined) {
    const times = new Grid(anchorAt + zone.stretchAt(anchorAt).offset, stepMs);
    if (!canBeNamed(times.anchorAt)) {
      draft.refuse("anchor", `an instant in the years 0000 to 9999 of ${zone.id}`);
    }
    const local = new LocalSchedule(times, zone, grid.dst_gap, grid.dst_overlap);
    return new ScheduledInterval(draft, times, local);
  }
  draft.warnOfIdle("timezone", "only an interval in days follows a time zone");
  for (const member of ["dst_gap", "dst_overlap"]) {
    draft.warnOfIdle(member, "only an interval in days with a timezone follows local time");
  }
  const { startAt, endAt } = draft.bounds;
  return startAt === null && endAt === null
    ? new PlainInterval(anchorAt, stepMs, draft.traits)
    : new ScheduledInterval(draft, new Grid(anchorAt, stepMs), null);
}

function readInterval(draft: Draft): Length | null {
  refuseWithAnswer(draft);
  const params = draft.read(IntervalParams);
  if (params === null) return null;
  const unitSeconds = UNIT_SECONDS[params.unit];
  const seconds = params.interval * unitSeconds;
  if (seconds <= MAX_SECONDS) return { seconds, inDays: unitSeconds === DAY_SECONDS };
  draft.refuse("interval", upTo(MAX_SECONDS / unitSeconds));
  return null;
}

/** Refuses an interval or a unit that is wrong, where it is clear what was meant. */
function refuseWithAnswer(draft: Draft): void {
  const [interval, unit] = [draft.valueOf("interval"), draft.valueOf("unit")];
  const isUnit = unit === undefined ||
    (typeof unit === "string" && Object.hasOwn(UNIT_SECONDS, unit));
  const isWhole = Number.isSafeInteger(interval) && Number(interval) >= 1;
  if (isWhole && isUnit) return;
  const meant = meantBy(interval, unit, draft.anchorAt);
  if (meant === null) return;
  const { params, kind } = meant;
  if (isWhole) draft.refuse("unit", orElse(anyOf(UNITS), params, kind));
  else draft.refuse("interval", orElse(ALLOWED_INTERVAL, params, kind));
}

function readSeconds(draft: Draft): Length | null {
  const seconds = draft.read(SecondsParams)?.interval_seconds;
  if (draft.has("interval")) {
    draft.refuse("interval_seconds", "either interval or interval_seconds");
  }
  draft.warnOfIdle("unit", "interval_seconds counts seconds");
  if (seconds === undefined) return null;
  if (seconds <= MAX_SECONDS) return { seconds, inDays: false };
  draft.refuse("interval_seconds", upTo(MAX_SECONDS));
  return null;
}

function upTo(max: number): string {
  return `a whole number from 1 to ${max} (100 years)`;
}
