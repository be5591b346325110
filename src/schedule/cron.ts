import { Cron } from "croner";
import * as z from "zod";
import { Cache } from "./cache.ts";
import { everHasADay } from "./cron_days.ts";
import { type CronFields, CronSyntaxError, type NumberField, parseCron } from "./cron_fields.ts";
import type { Draft } from "./draft.ts";
import { GAP_RULES, LocalSchedule, OVERLAP_RULES } from "./local_time.ts";
import type { CronTimer, Schedule } from "./mod.ts";
import { oneOf, timeZone } from "./params.ts";
import { Scheduled } from "./scheduled.ts";

/** A pattern of croner takes about 100 kB, whatever it says, and 100 µs to make. */
const MAX_PATTERNS = 64;
const MAX_PLANS = 4096;

const CronParams = z.object({
  expression: z.string("a cron expression of 5, 6 or 7 fields"),
  timezone: timeZone().prefault("UTC"),
  day_match: oneOf(["or", "and"]).optional(),
  dst_gap: oneOf(GAP_RULES).default("after"),
  dst_overlap: oneOf(OVERLAP_RULES).default("first"),
});
type CronParams = z.infer<typeof CronParams>;

/** What rules with the same parameters share. */
interface Plan {
  readonly timer: CronTimer;
  readonly followsRealTime: boolean;
}

const patterns = new Cache<string, Cron>(MAX_PATTERNS);
const plans = new Cache<string, Plan>(MAX_PLANS);

class ScheduledCron extends Scheduled implements CronTimer {
  readonly expression: string;
  readonly timezone: string;

  constructor(draft: Draft, schedule: Schedule, { expression, timezone }: CronParams) {
    super(draft, schedule);
    this.expression = expression;
    this.timezone = timezone.id;
  }

  get kind(): "cron" {
    return "cron";
  }
}

/** The times of a pattern by a clock that never jumps, each as if it were UTC. */
class CronTimes implements Schedule {
  readonly pattern: string;
  readonly needsBothDays: boolean;
  readonly #key: string;

  constructor(pattern: string, needsBothDays: boolean) {
    this.pattern = pattern;
    this.needsBothDays = needsBothDays;
    this.#key = `${needsBothDays} ${pattern}`;
  }

  next(after: number): number | null {
    // Looked up each time: a rule that held its pattern would keep it from being dropped.
    const pattern = patterns.get(
      this.#key,
      () => new Cron(this.pattern, { mode: "7-part", domAndDow: this.needsBothDays, utcOffset: 0 }),
    );
    return pattern.nextRun(new Date(after))?.getTime() ?? null;
  }
}

/** Makes a timer of `expression`; `null` if the draft has a problem. */
export function compileCron(draft: Draft): CronTimer | null {
  const params = draft.read(CronParams);
  const plan = params && sharedPlanOf(params, draft);
  if (params === null || plan === null) return null;
  if (plan.followsRealTime) {
    for (const member of ["dst_gap", "dst_overlap"]) {
      draft.warnOfIdle(member, "a wildcard or step in the time of day follows real time");
    }
  }
  return plan.timer;
}

function sharedPlanOf(params: CronParams, draft: Draft): Plan | null {
  try {
    return plans.get(`${draft.key} ${JSON.stringify(params)}`, () => planOf(params, draft));
  } catch (error) {
    if (!(error instanceof CronSyntaxError)) throw error;
    draft.refuse("expression", error.message);
    return null;
  }
}

function planOf(params: CronParams, draft: Draft): Plan {
  const parsed = parseCron(params.expression);
  const { timezone: zone, day_match: dayMatch = parsed.needsBothDays ? "and" : "or" } = params;
  const needsBothDays = dayMatch === "and";
  const fields = { ...parsed, needsBothDays };
  if (!everHasADay(fields)) throw new CronSyntaxError("a date that exists: this one never fires");
  const times = new CronTimes(patternOf(fields), needsBothDays);
  // As cron has it since Vixie: a job at set times of day runs once a day whatever the clocks do, one
  // with wildcards keeps its pace. (croner calls that `fixedTimeRule: "no-wildcard"`.)
  const followsRealTime = fields.hasWildcardTime;
  const schedule = followsRealTime
    ? new LocalSchedule(times, zone, "skip", "both")
    : new LocalSchedule(times, zone, params.dst_gap, params.dst_overlap);
  return { timer: new ScheduledCron(draft, schedule, params), followsRealTime };
}

/**
 * The fields in croner's words, with nothing in them that croner reads in its own way: sorted numbers
 * and runs of numbers, seven fields.
 */
function patternOf({ second, minute, hour, day, month, weekday, year }: CronFields): string {
  const days = [
    ...day.last ? ["L"] : [],
    ...day.lastWeekday ? ["LW"] : [],
    ...[...day.nearestTo].map((date) => `${date}W`),
    ...runs(day),
  ];
  const weekdays = [...runs(weekday), ...weekday.nth];
  const years = year === null ? ["*"] : runs(year);
  return [runs(second), runs(minute), runs(hour), days, runs(month), weekdays, years]
    .map((items) => items.join(","))
    .join(" ");
}

function runs({ isAny, values }: NumberField): string[] {
  if (isAny) return ["*"];
  const found: { from: number; to: number }[] = [];
  for (const value of [...values].sort((a, b) => a - b)) {
    const run = found.at(-1);
    if (run !== undefined && run.to === value - 1) run.to = value;
    else found.push({ from: value, to: value });
  }
  return found.map(({ from, to }) => from === to ? `${from}` : `${from}-${to}`);
}
