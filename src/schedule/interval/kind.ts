import * as z from "zod";
import type { Draft } from "../draft.ts";
import { Grid } from "../grid.ts";
import { GAP_RULES, LocalSchedule, OVERLAP_RULES } from "../local_time.ts";
import type { NamedDates, Timer, TimerParts } from "../timer.ts";
import type { TimerKind } from "../timer_kind.ts";
import type { Zone } from "../zone.ts";
import { intervalSentence } from "./words.ts";
import type { Traits } from "../schedule.ts";
import { anyInstant, oneOf, timeZone, wholeNumber } from "../params.ts";
import { anyOf } from "../refusal.ts";
import { Scheduled } from "../scheduled.ts";

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

const IntervalParams = z.object({
  interval: wholeNumber(1),
  unit: z.enum([...UNITS, "second", "minute", "hour", "day"], anyOf(UNITS)).default("seconds"),
});

/** The platform's older form. */
const SecondsParams = z.object({ interval_seconds: wholeNumber(1) });

const GridParams = z.object({
  anchor: anyInstant().optional(),
  timezone: timeZone().optional(),
  dst_gap: oneOf(GAP_RULES).default("shift"),
  dst_overlap: oneOf(OVERLAP_RULES).default("first"),
});

const NO_GRID = GridParams.parse({});

const UNBOUND: TimerParts = {
  startAt: null,
  endAt: null,
  local: null,
  firstAt: -Infinity,
  isRestricted: false,
};

interface Length {
  readonly seconds: number;
  readonly inDays: boolean;
}

/**
 * An interval without bounds that follows elapsed time, as most do. There can be a million: two numbers and
 * its traits say it all.
 */
export class PlainInterval extends Grid implements Timer {
  readonly traits: Traits;

  constructor(anchorAt: number, stepMs: number, traits: Traits) {
    super(anchorAt, stepMs);
    this.traits = traits;
  }

  get kind(): "interval" {
    return "interval";
  }

  get parts(): TimerParts {
    return UNBOUND;
  }

  get payload(): Readonly<Record<string, unknown>> {
    return { interval_seconds: this.stepMs / 1000 };
  }

  get sentence(): string {
    return intervalSentence(this, null);
  }

  get zone(): Zone | null {
    return null;
  }

  get onceAt(): number | null {
    return null;
  }

  get isOnce(): boolean {
    return false;
  }

  get keepsPace(): boolean {
    return false;
  }

  get dates(): NamedDates | null {
    return null;
  }

  get key(): string {
    return `${this.traits.key} ${this.anchorAt} ${this.stepMs}`;
  }
}

/** Any other. */
class ScheduledInterval extends Scheduled implements Timer {
  readonly #grid: Grid;

  /** Of one by the clock on the wall, the grid counts as if that stood in UTC. */
  constructor(draft: Draft, grid: Grid, local: LocalSchedule | null) {
    super(draft, local ?? grid, local);
    this.#grid = grid;
  }

  get kind(): "interval" {
    return "interval";
  }

  protected override get particulars(): readonly unknown[] {
    return [this.#grid.stepMs, this.#grid.anchorAt];
  }

  get payload(): Readonly<Record<string, unknown>> {
    return { interval_seconds: this.#grid.stepMs / 1000 };
  }

  get sentence(): string {
    return intervalSentence(this.#grid, this.parts.local);
  }
}

/** `interval` and `unit`, or `interval_seconds`. */
export const intervalKind: TimerKind = {
  name: "interval",
  trigger: { ref: "core.intervaltimer", type: "interval" },
  telltales: ["interval", "interval_seconds", "unit"],
  outranks: [],
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
  const params = draft.read(IntervalParams);
  if (params === null) return null;
  const unitSeconds = UNIT_SECONDS[params.unit];
  const seconds = params.interval * unitSeconds;
  if (seconds <= MAX_SECONDS) return { seconds, inDays: unitSeconds === DAY_SECONDS };
  draft.refuse("interval", upTo(MAX_SECONDS / unitSeconds));
  return null;
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
