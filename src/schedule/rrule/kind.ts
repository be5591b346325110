import * as z from "zod";
import { Cache } from "../../collections/lru.ts";
import type { Draft } from "../draft.ts";
import { Except } from "../except.ts";
import { Once } from "../grid.ts";
import { instantFromText } from "../instant.ts";
import { GAP_RULES, LocalSchedule, OVERLAP_RULES } from "../local_time.ts";
import type { Timer } from "../timer.ts";
import type { TimerKind } from "../timer_kind.ts";
import { sorted } from "../../collections/number_lists.ts";
import { anyInstant, listOf, oneOf, timeZone } from "../params.ts";
import { RuleParams } from "./params.ts";
import { planOf, type RulePlan, stepOf } from "./plan.ts";
import { type RecurrenceRule, RuleError, WEEKDAYS } from "./rule.ts";
import { parseRule, type Until } from "./text.ts";
import { ScheduledRRule } from "./timer.ts";

const MAX_PLANS = 4096;

const TextParams = z.object({ rule: z.string('a rule such as "FREQ=WEEKLY;BYDAY=MO"') });
const UntilParams = z.object({ until: anyInstant().optional() });
const FrameParams = z.object({
  dtstart: anyInstant(),
  timezone: timeZone().prefault("UTC"),
  ex_dates: listOf(
    "RFC 3339 date-times",
    (item) => typeof item === "string" ? instantFromText(item) : null,
  ).transform(sorted).default([]),
  dst_gap: oneOf(GAP_RULES).default("shift"),
  dst_overlap: oneOf(OVERLAP_RULES).default("first"),
});
type FrameParams = z.infer<typeof FrameParams>;

/** What a rule says, in either form. */
interface Wording {
  readonly params: RuleParams;
  readonly until: Until | null;
}

/** What rules with the same parameters share. */
const plans = new Cache<string, RulePlan>(MAX_PLANS);
/** Those without exceptions, which may be long. */
const timers = new Cache<string, Timer>(MAX_PLANS);

/** `rule`, or `freq` and the members beside it. */
export const rruleKind: TimerKind = {
  name: "rrule",
  trigger: { ref: "core.rruletimer", type: "rrule" },
  telltales: ["rrule", "rule", "freq", "dtstart"],
  // An RRULE has an interval, too.
  outranks: ["interval"],
  compile: compileRRule,
};

function compileRRule(draft: Draft): Timer | null {
  const frame = draft.read(FrameParams);
  // "rrule" is "rule" by another name, which is told of in the end.
  const isText = draft.has("rule") || draft.has("rrule");
  try {
    const wording = isText ? readText(draft) : readMembers(draft);
    if (frame === null || wording === null) return null;
    return timerOf(ruleOf(wording, frame), frame, draft);
  } catch (error) {
    if (!(error instanceof RuleError)) throw error;
    draft.refuse(isText ? "rule" : error.member, error.message);
    return null;
  }
}

function readText(draft: Draft): Wording | null {
  for (const member of ["until", ...Object.keys(RuleParams.shape)]) {
    draft.warnOfIdle(member, "rule says it all");
  }
  const params = draft.read(TextParams);
  return params && parseRule(params.rule);
}

function readMembers(draft: Draft): Wording | null {
  const params = draft.read(RuleParams);
  const end = draft.read(UntilParams);
  if (params === null || end === null) return null;
  return { params, until: end.until === undefined ? null : { at: end.until, isLocal: false } };
}

function timerOf(rule: RecurrenceRule, frame: FrameParams, draft: Draft): Timer | null {
  const { timezone: zone, dst_gap: gap, dst_overlap: overlap, ex_dates: exDates } = frame;
  const key = JSON.stringify([rule, gap, overlap]);
  const plan = plans.get(key, () => planOf(rule, { zone, gap, overlap }));
  if (stepOf(rule) !== null) {
    for (const member of ["dst_gap", "dst_overlap"]) {
      draft.warnOfIdle(member, "freq and interval alone follow elapsed time");
    }
  }
  const schedule = exDates.length === 0 ? plan.schedule : new Except(plan.schedule, exDates);
  if (schedule.next(-Infinity) === null) {
    draft.refuse("ex_dates", "instants that leave an occurrence");
    return null;
  }
  const make = () => new ScheduledRRule(draft, schedule, plan, exDates);
  return exDates.length === 0 ? timers.get(`${draft.key} ${key}`, make) : make();
}

function ruleOf({ params, until }: Wording, frame: FrameParams): RecurrenceRule {
  return {
    // RFC 5545 knows no fractions of a second.
    dtstart: Math.floor(frame.dtstart / 1000) * 1000,
    timezone: frame.timezone.id,
    freq: params.freq,
    interval: params.interval,
    count: params.count ?? null,
    until: until && instantOf(until, frame),
    byMonth: params.by_month,
    byWeekNo: params.by_week_no,
    byYearDay: params.by_year_day,
    byMonthDay: params.by_month_day,
    byDay: params.by_day,
    byHour: params.by_hour,
    byMinute: params.by_minute,
    bySecond: params.by_second,
    bySetPos: params.by_set_pos,
    weekStart: WEEKDAYS.indexOf(params.week_start),
  };
}

function instantOf({ at, isLocal }: Until, { timezone: zone, dst_overlap }: FrameParams) {
  if (!isLocal) return at;
  const overlap = dst_overlap === "first" ? "first" : "second";
  return new LocalSchedule(new Once(at), zone, "shift", overlap).next(-Infinity);
}
