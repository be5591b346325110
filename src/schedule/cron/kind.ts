import * as z from "zod";
import { Cache } from "../../collections/lru.ts";
import { everHasADay } from "./days.ts";
import { meantBy, reasonAgainst } from "./dialects.ts";
import { doubtsAbout } from "./doubts.ts";
import { CronSyntaxError } from "./field.ts";
import { type CronFields, matchedBy, parseCron, splitZone } from "./fields.ts";
import { CronTimes } from "./times.ts";
import type { Draft } from "../draft.ts";
import { GAP_RULES, LocalSchedule, OVERLAP_RULES } from "../local_time.ts";
import type { NamedDates, Timer } from "../timer.ts";
import type { TimerKind } from "../timer_kind.ts";
import { type Zone, zoneOf } from "../zone.ts";
import { sorted } from "../../collections/number_lists.ts";
import { cronSentence } from "./words.ts";
import { ANY_ZONE, ON_GAP, ON_OVERLAP, oneOf, timeZone } from "../params.ts";
import { inspect, orElse } from "../refusal.ts";
import { Scheduled } from "../scheduled.ts";

const MAX_PLANS = 4096;

const CronParams = z.object({
  expression: z.string("a cron expression of 5, 6 or 7 fields").meta({
    pattern: "\\S",
    examples: ["*/5 * * * *", "0 30 9 * * MON-FRI", "@daily"],
    description: "5 fields, minute first; 6, second first; or 7, year last",
  }),
  timezone: timeZone().prefault("UTC").describe("By whose clocks the expression is read"),
  day_match: oneOf(["or", "and"]).optional()
    .describe("Whether a day has to match one of the day fields or both"),
  dst_gap: oneOf(GAP_RULES).default("after").describe(ON_GAP),
  dst_overlap: oneOf(OVERLAP_RULES).default("first").describe(ON_OVERLAP),
});
type CronParams = z.infer<typeof CronParams>;

/** What rules with the same parameters share. */
interface Plan {
  readonly timer: Timer;
  readonly followsRealTime: boolean;
  /** What the expression may not mean although it says so. */
  readonly doubts: readonly string[];
}

const plans = new Cache<string, Plan>(MAX_PLANS);

class ScheduledCron extends Scheduled implements Timer {
  readonly #expression: string;
  readonly #needsBothDays: boolean;
  readonly #zone: Zone;

  constructor(
    draft: Draft,
    local: LocalSchedule,
    expression: string,
    { needsBothDays }: CronFields,
  ) {
    super(draft, local, local);
    this.#expression = expression;
    this.#needsBothDays = needsBothDays;
    this.#zone = local.zone;
  }

  get kind(): "cron" {
    return "cron";
  }

  protected override get particulars(): readonly unknown[] {
    return [this.#expression, this.#needsBothDays];
  }

  get payload(): Readonly<Record<string, unknown>> {
    return { expression: this.#expression, timezone: this.#zone.id };
  }

  get sentence(): string {
    return `${cronSentence(this.#fields)} in ${this.#zone.id}`;
  }

  // Read anew, for they would take more memory than all the rest.
  get #fields(): CronFields {
    return matchedBy(parseCron(this.#expression), this.#needsBothDays ? "and" : "or");
  }

  /** A job of every hour runs on, whatever the clocks do. */
  override get keepsPace(): boolean {
    const { hasWildcardTime, hour } = this.#fields;
    return hasWildcardTime && hour.values.size === 24;
  }

  override get dates(): NamedDates | null {
    const { day, month } = this.#fields;
    if (day.isAny || day.beforeLast.size > 0) return null;
    return {
      days: sorted([...day.values, ...day.nearestTo]),
      months: sorted(month.values),
      hint: 'the last day of any month is "L"',
    };
  }
}

/** `expression` and `timezone`. */
export const cronKind: TimerKind = {
  name: "cron",
  trigger: { ref: "core.crontimer", type: "cron" },
  telltales: ["expression"],
  outranks: [],
  forms: [{
    schemas: [CronParams],
    required: [],
    conditions: [],
    example: { expression: "0 30 9 * * MON-FRI", timezone: "Europe/Berlin" },
    isOfAnyKind: false,
  }],
  compile: compileCron,
};

function compileCron(draft: Draft): Timer | null {
  const params = draft.read(CronParams);
  const plan = params && sharedPlanOf(params, draft);
  if (params === null || plan === null) return null;
  for (const doubt of plan.doubts) draft.warn("expression", doubt);
  if (plan.followsRealTime) {
    for (const member of ["dst_gap", "dst_overlap"]) {
      draft.warnOfIdle(member, "a wildcard or step in the time of day follows real time");
    }
  }
  return plan.timer;
}

function sharedPlanOf(params: CronParams, draft: Draft): Plan | null {
  try {
    const inZone = { ...params, timezone: zoneFor(params, draft) };
    return plans.get(`${draft.key} ${keyOf(inZone)}`, () => planOf(inZone, draft));
  } catch (error) {
    if (!(error instanceof CronSyntaxError)) throw error;
    refuse(params.expression, error.message, draft);
    return null;
  }
}

function refuse(expression: string, allowed: string, draft: Draft): void {
  const reason = reasonAgainst(expression);
  const meant = reason === null ? meantBy(expression) : null;
  if (meant === null) return draft.refuse("expression", reason ?? allowed);
  const { params, kind, isYearAdded } = meant;
  const isExpression = Object.keys(params).join() === "expression";
  const answer = isExpression ? params["expression"] : params;
  const why = isYearAdded ? "; 6 fields begin with the second" : "";
  draft.refuse("expression", orElse(allowed + why, answer, kind === cronKind.name ? null : kind));
}

/** The time zone before the expression or beside it, which must not be two. */
function zoneFor({ expression, timezone }: CronParams, draft: Draft): Zone {
  const { zone: before } = splitZone(expression);
  if (before === null) return timezone;
  const zone = zoneOf(before);
  if (zone === null) {
    draft.refuse("expression", `${ANY_ZONE} instead of ${inspect(before)} after TZ=`);
    return timezone;
  }
  if (draft.has("timezone") && zone !== timezone) {
    draft.refuse("timezone", `${inspect(zone.id)}, as the expression has it, or none`);
  }
  return zone;
}

function keyOf(params: CronParams): string {
  const { expression, timezone: zone, day_match, dst_gap, dst_overlap } = params;
  return JSON.stringify([expression, zone.id, day_match, dst_gap, dst_overlap]);
}

function planOf(params: CronParams, draft: Draft): Plan {
  const parsed = parseCron(params.expression);
  const { timezone: zone, day_match: dayMatch = parsed.needsBothDays ? "and" : "or" } = params;
  const fields = matchedBy(parsed, dayMatch);
  if (!everHasADay(fields)) throw new CronSyntaxError("a date that exists: this one never fires");
  const times = new CronTimes(fields);
  // As cron has it since Vixie: a job at set times of day runs once a day whatever the clocks do, one
  // with wildcards keeps its pace. (croner calls that `fixedTimeRule: "no-wildcard"`.)
  const followsRealTime = fields.hasWildcardTime;
  const local = followsRealTime
    ? new LocalSchedule(times, zone, "skip", "both")
    : new LocalSchedule(times, zone, params.dst_gap, params.dst_overlap);
  const timer = new ScheduledCron(draft, local, params.expression, fields);
  const doubts = doubtsAbout(params.expression, params.day_match !== undefined);
  return { timer, followsRealTime, doubts };
}
