import * as z from "zod";
import { Cache } from "../collections/lru.ts";
import { everHasADay } from "./cron_days.ts";
import { CronSyntaxError, parseCron } from "./cron_fields.ts";
import { CronTimes } from "./cron_times.ts";
import type { Draft } from "./draft.ts";
import { GAP_RULES, LocalSchedule, OVERLAP_RULES } from "./local_time.ts";
import type { CronTimer } from "./timer.ts";
import { oneOf, timeZone } from "./params.ts";
import { Scheduled } from "./scheduled.ts";

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

const plans = new Cache<string, Plan>(MAX_PLANS);

class ScheduledCron extends Scheduled implements CronTimer {
  readonly expression: string;
  readonly timezone: string;
  readonly needsBothDays: boolean;

  constructor(
    draft: Draft,
    local: LocalSchedule,
    labels: Pick<CronTimer, "expression" | "needsBothDays">,
  ) {
    super(draft, local, local);
    this.expression = labels.expression;
    this.timezone = local.zone.id;
    this.needsBothDays = labels.needsBothDays;
  }

  get kind(): "cron" {
    return "cron";
  }

  protected override get particulars(): readonly unknown[] {
    return [this.expression, this.needsBothDays];
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
  const fields = { ...parsed, needsBothDays: dayMatch === "and" };
  if (!everHasADay(fields)) throw new CronSyntaxError("a date that exists: this one never fires");
  const times = new CronTimes(fields);
  // As cron has it since Vixie: a job at set times of day runs once a day whatever the clocks do, one
  // with wildcards keeps its pace. (croner calls that `fixedTimeRule: "no-wildcard"`.)
  const followsRealTime = fields.hasWildcardTime;
  const local = followsRealTime
    ? new LocalSchedule(times, zone, "skip", "both")
    : new LocalSchedule(times, zone, params.dst_gap, params.dst_overlap);
  const { needsBothDays } = fields;
  const labels = { expression: params.expression, needsBothDays };
  return { timer: new ScheduledCron(draft, local, labels), followsRealTime };
}
