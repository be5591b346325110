import * as z from "zod";
import { Cache } from "./cache.ts";
import type { Draft } from "./draft.ts";
import { Grid, Once } from "./grid.ts";
import { instantFromText } from "./instant.ts";
import { GAP_RULES, LocalSchedule, OVERLAP_RULES } from "./local_time.ts";
import type { RRuleTimer, Schedule } from "./mod.ts";
import { anyInstant, listOf, oneOf, timeZone } from "./params.ts";
import { inspect } from "./refusal.ts";
import { Counted, Except } from "./rrule_bounds.ts";
import { RuleParams } from "./rrule_params.ts";
import { type RecurrenceRule, WEEKDAYS } from "./rrule_rule.ts";
import { parseRule, RuleSyntaxError, type Until } from "./rrule_text.ts";
import { RuleTimes } from "./rrule_times.ts";
import { Scheduled } from "./scheduled.ts";
import { Window } from "./window.ts";
import type { Zone } from "./zone.ts";

/** Occurrences of a rule with COUNT have to be counted, a microsecond each. */
const MAX_COUNT = 10_000;
const MAX_PLANS = 4096;
const NEVER = "a rule with an occurrence: this one never fires";

/** The periods that are steps of elapsed time. */
const STEPS_MS = new Map([["SECONDLY", 1000], ["MINUTELY", 60_000], ["HOURLY", 3_600_000]]);

const TextParams = z.object({ rule: z.string('a rule such as "FREQ=WEEKLY;BYDAY=MO"') });
const UntilParams = z.object({ until: anyInstant().optional() });
const FrameParams = z.object({
  dtstart: anyInstant(),
  timezone: timeZone().prefault("UTC"),
  ex_dates: listOf(
    "RFC 3339 date-times",
    (item) => typeof item === "string" ? instantFromText(item) : null,
  ).default([]),
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
interface Plan {
  readonly rule: RecurrenceRule;
  readonly schedule: Schedule;
}

const plans = new Cache<string, Plan>(MAX_PLANS);

class ScheduledRRule extends Scheduled implements RRuleTimer {
  readonly kind = "rrule";
  readonly rule: RecurrenceRule;
  readonly exDates: readonly number[];

  constructor(draft: Draft, { rule, schedule }: Plan, exDates: readonly number[]) {
    super(draft, exDates.length === 0 ? schedule : new Except(schedule, exDates));
    this.rule = rule;
    this.exDates = exDates;
  }
}

/** Makes a timer of `rule`, or of `freq` and the members beside it; `null` if the draft has a problem. */
export function compileRRule(draft: Draft): RRuleTimer | null {
  const frame = draft.read(FrameParams);
  const isText = draft.has("rule");
  const wording = isText ? readText(draft) : readMembers(draft);
  if (frame === null || wording === null) return null;
  const rule = ruleOf(wording, frame);
  const refuse = (member: string, allowed: string) => {
    draft.refuse(isText ? "rule" : member, allowed);
    return null;
  };
  const flaw = flawOf(rule);
  if (flaw !== null) return refuse(...flaw);
  const plan = plans.get(JSON.stringify([rule, frame]), () => planOf(rule, frame));
  if (plan.schedule.next(-Infinity) === null) return refuse("freq", NEVER);
  if (stepOf(rule) !== null) {
    for (const member of ["dst_gap", "dst_overlap"]) {
      draft.warnOfIdle(member, "hours or less without BY parts follow elapsed time");
    }
  }
  return new ScheduledRRule(draft, plan, frame.ex_dates);
}

function readText(draft: Draft): Wording | null {
  const text = draft.read(TextParams)?.rule;
  for (const member of ["until", ...Object.keys(RuleParams.shape)]) {
    draft.warnOfIdle(member, "rule says it all");
  }
  if (text === undefined) return null;
  try {
    return parseRule(text);
  } catch (error) {
    if (!(error instanceof RuleSyntaxError)) throw error;
    draft.refuse("rule", error.message);
    return null;
  }
}

function readMembers(draft: Draft): Wording | null {
  const params = draft.read(RuleParams);
  const end = draft.read(UntilParams);
  if (params === null || end === null) return null;
  return { params, until: end.until === undefined ? null : { at: end.until, isLocal: false } };
}

function ruleOf(
  { params, until }: Wording,
  { dtstart, timezone: zone }: FrameParams,
): RecurrenceRule {
  return {
    // RFC 5545 knows no fractions of a second.
    dtstart: Math.floor(dtstart / 1000) * 1000,
    timezone: zone.id,
    freq: params.freq,
    interval: params.interval,
    count: params.count ?? null,
    until: until && instantOf(until, zone),
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

/** The last instant with that local time. */
function instantOf({ at, isLocal }: Until, zone: Zone): number | null {
  return isLocal ? new LocalSchedule(new Once(at), zone, "shift", "second").next(-Infinity) : at;
}

/** What makes a rule impossible, or impossible to bound: the member and what it may be instead. */
function flawOf(rule: RecurrenceRule): readonly [member: string, allowed: string] | null {
  const { dtstart, count, until } = rule;
  if (count !== null && until !== null) return ["count", "either count or until"];
  if (until !== null && until < dtstart) {
    return ["until", `an end not before dtstart (${inspect(new Date(dtstart).toISOString())})`];
  }
  if (count !== null && count > MAX_COUNT && stepOf(rule) === null) {
    return [
      "count",
      `a count of at most ${MAX_COUNT}, or freq SECONDLY to HOURLY without BY parts`,
    ];
  }
  return null;
}

function planOf(rule: RecurrenceRule, { timezone: zone, dst_gap, dst_overlap }: FrameParams): Plan {
  const { dtstart, count, until } = rule;
  const stepMs = stepOf(rule);
  if (stepMs !== null) {
    const last = count === null ? until : dtstart + (count - 1) * stepMs;
    return { rule, schedule: upTo(last, new Grid(dtstart - stepMs, stepMs), null) };
  }
  const times = new RuleTimes(rule, dtstart + zone.stretchAt(dtstart).offset);
  // Of a DTSTART that comes twice, the local time may have come before.
  const local = upTo(until, new LocalSchedule(times, zone, dst_gap, dst_overlap), dtstart);
  return { rule, schedule: count === null ? local : new Counted(local, count) };
}

function upTo(last: number | null, schedule: Schedule, first: number | null): Schedule {
  return new Window(schedule, first, last === null ? null : last + 1);
}

/** The length of a rule's steps, if it is nothing but steps of elapsed time; else `null`. */
function stepOf(rule: RecurrenceRule): number | null {
  const periodMs = STEPS_MS.get(rule.freq);
  if (periodMs === undefined || hasParts(rule)) return null;
  return rule.interval * periodMs;
}

function hasParts(rule: RecurrenceRule): boolean {
  return [
    rule.byMonth,
    rule.byYearDay,
    rule.byMonthDay,
    rule.byDay,
    rule.byHour,
    rule.byMinute,
    rule.bySecond,
  ].some((list) => list.length > 0);
}
