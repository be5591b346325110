import * as z from "zod";
import { Cache } from "../../collections/lru.ts";
import { Also } from "../also.ts";
import type { Draft } from "../draft.ts";
import { Except } from "../except.ts";
import { instantsOf, type Moment } from "../moment.ts";
import { ANY_INSTANT, anyMoment, OR_ZONE } from "../params.ts";
import { present } from "../params_form.ts";
import { inspect, orElse } from "../refusal.ts";
import type { Schedule } from "../schedule.ts";
import type { Timer } from "../timer.ts";
import type { TimerKind } from "../timer_kind.ts";
import { instantText } from "../../words/calendar.ts";
import { counted } from "../../words/counted.ts";
import { type CalendarEvent, calendarEventFrom } from "./calendar.ts";
import { type Frame, frameOf, FrameParams } from "./frame.ts";
import { RuleParams } from "./params.ts";
import { planOf, type RulePlan, stepOf } from "./plan.ts";
import { type RecurrenceRule, RuleError, WEEKDAYS } from "./rule.ts";
import { parseRule } from "./text.ts";
import { ScheduledRRule } from "./timer.ts";

const LEAVE_SOME = "instants that leave an occurrence";
/** Each costs a search. */
const MAX_CHECKED_DATES = 100;
/** In JSON Schema, and in either case. */
const DTSTART = "[Dd][Tt][Ss][Tt][Aa][Rr][Tt]";
const MAX_PLANS = 4096;

const TextParams = z.object({
  rule: z.string('a rule such as "FREQ=WEEKLY;BYDAY=MO"').meta({
    pattern: "[Ff][Rr][Ee][Qq]\\s*=",
    examples: ["FREQ=WEEKLY;BYDAY=MO", "DTSTART:20260105T090000Z\nRRULE:FREQ=DAILY"],
    description: "As RFC 5545 writes it, alone or with the lines of iCalendar around it",
  }),
});
const UntilParams = z.object({
  until: anyMoment().optional().describe("The last time that can be one"),
});

/** What a rule says, in either form. */
interface Wording {
  readonly params: RuleParams;
  readonly until: Moment | null;
}

/** What rules with the same parameters share. */
const plans = new Cache<string, RulePlan>(MAX_PLANS);
/** Those without dates that are added or left out, which may be many. */
const timers = new Cache<string, Timer>(MAX_PLANS);

/** `rule`, or `freq` and the members beside it. */
export const rruleKind: TimerKind = {
  name: "rrule",
  trigger: { ref: "core.rruletimer", type: "rrule" },
  telltales: ["rrule", "rule", "freq", "dtstart"],
  // An RRULE has an interval, too.
  outranks: ["interval"],
  forms: [{
    schemas: [TextParams, FrameParams],
    required: [],
    conditions: [{
      if: { properties: { rule: { not: { type: "string", pattern: DTSTART } } } },
      then: present("dtstart"),
    }],
    example: {
      rule: "FREQ=MONTHLY;BYDAY=2TU,-1FR",
      dtstart: "2026-01-01T09:00:00",
      timezone: "America/New_York",
    },
    isOfAnyKind: false,
  }, {
    schemas: [RuleParams, UntilParams, FrameParams],
    required: ["dtstart"],
    conditions: [
      { not: present("rule") },
      { not: { allOf: [present("count"), present("until")] } },
    ],
    example: { freq: "WEEKLY", by_day: ["MO", "TU"], dtstart: "2026-01-05T09:00:00Z" },
    isOfAnyKind: false,
  }],
  compile: compileRRule,
};

function compileRRule(draft: Draft): Timer | null {
  // "rrule" is "rule" by another name, which is told of in the end.
  const isText = draft.has("rule") || draft.has("rrule");
  try {
    const event = isText ? readEvent(draft) : null;
    const frame = frameOf(draft, event, !isText || event !== null);
    const wording = isText ? event && parseRule(event.rule) : readMembers(draft);
    if (frame === null || wording === null) return null;
    return timerOf(ruleOf(wording, frame), frame, draft);
  } catch (error) {
    if (!(error instanceof RuleError)) throw error;
    draft.refuse(isText ? "rule" : error.member, error.message);
    return null;
  }
}

function readEvent(draft: Draft): CalendarEvent | null {
  const params = draft.read(TextParams);
  const event = params && calendarEventFrom(params.rule);
  if (event !== null && event.idle.length > 0) {
    draft.warn("rule", `${inspect(event.idle)} say nothing of when, and have no effect`);
  }
  for (const member of ["until", ...Object.keys(RuleParams.shape)]) {
    draft.warnOfIdle(member, "rule says it all");
  }
  return event;
}

function readMembers(draft: Draft): Wording | null {
  const params = draft.read(RuleParams);
  const end = draft.read(UntilParams);
  if (end?.until?.zone === null && !draft.has("timezone")) {
    draft.refuse("until", orElse(ANY_INSTANT + OR_ZONE, instantText(end.until.at)));
  }
  return params && end && { params, until: end.until ?? null };
}

function timerOf(rule: RecurrenceRule, frame: Frame, draft: Draft): Timer | null {
  const { zone, gap, overlap, exDates, rDates } = frame;
  const key = JSON.stringify([rule, gap, overlap]);
  const plan = plans.get(key, () => planOf(rule, { zone, gap, overlap }));
  if (stepOf(rule) !== null) {
    for (const member of ["dst_gap", "dst_overlap"]) {
      draft.warnOfIdle(member, "freq and interval alone follow elapsed time");
    }
  }
  const isPlain = exDates.length === 0 && rDates.length === 0;
  if (isPlain) {
    const make = () => new ScheduledRRule(draft, plan.schedule, plan, frame);
    return timers.get(`${draft.key} ${key}`, make);
  }
  const all = new Also(plan.schedule, rDates);
  warnOfIdleDates(all, exDates, draft);
  const schedule = new Except(all, exDates);
  if (schedule.next(-Infinity) === null) {
    draft.refuse(draft.has("ex_dates") ? "ex_dates" : "rule", LEAVE_SOME);
    return null;
  }
  return new ScheduledRRule(draft, schedule, plan, frame);
}

/** Tells of dates to be left out at which nothing occurs: mostly their time of day is another one. */
function warnOfIdleDates(schedule: Schedule, exDates: readonly number[], draft: Draft): void {
  const [first, ...others] = exDates.slice(0, MAX_CHECKED_DATES)
    .filter((at) => schedule.next(at - 1) !== at);
  if (first === undefined) return;
  const more = others.length === 0 ? "" : `, nor at ${counted(others.length, "other date")}`;
  const member = draft.has("ex_dates") ? "ex_dates" : "rule";
  draft.warn(member, `nothing to leave out at ${instantText(first)}${more}`);
}

function ruleOf({ params, until }: Wording, frame: Frame): RecurrenceRule {
  return {
    dtstart: frame.dtstart,
    timezone: frame.zone.id,
    freq: params.freq,
    interval: params.interval,
    count: params.count ?? null,
    until: until && endOf(until, frame),
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

/** The last instant of an end, which is inclusive. */
function endOf(until: Moment, { zone, overlap }: Frame): number {
  return instantsOf(until, zone, { gap: "shift", overlap }).at(-1) ?? until.at;
}
