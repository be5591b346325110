import { Grid } from "../grid.ts";
import { type GapRule, LocalSchedule, type OverlapRule } from "../local_time.ts";
import type { Schedule } from "../schedule.ts";
import { inspect } from "../refusal.ts";
import { type RecurrenceRule, RuleError } from "./rule.ts";
import { RuleTimes } from "./times.ts";
import { Window } from "../window.ts";
import type { Zone } from "../zone.ts";

/**
 * What may be looked at to find a rule's first occurrence, and to count those of one with COUNT: some
 * milliseconds. Days, periods and times are counted and not time, so that every instance decides alike.
 */
const MAX_STEPS = 50_000;
const MAX_COUNT = 5000;
const MAX_COUNT_YEARS = 250;
const YEAR_MS = 365.2425 * 86_400_000;

/** The last instant that RFC 3339 can name. */
const LATEST = Date.parse("9999-12-31T23:59:59Z");

const SHORT_PERIODS_MS = new Map([["SECONDLY", 1000], ["MINUTELY", 60_000], ["HOURLY", 3_600_000]]);

/** How local times become instants. */
export interface LocalPolicy {
  readonly zone: Zone;
  readonly gap: GapRule;
  readonly overlap: OverlapRule;
}

/** The occurrences of a rule. */
export interface RulePlan {
  readonly rule: RecurrenceRule;
  readonly schedule: Schedule;
  /** The same without a beginning and an end, where it goes by the clock on the wall. */
  readonly local: LocalSchedule | null;
  /** Nothing happens before this instant, in epoch milliseconds. */
  readonly firstAt: number;
}

/**
 * The occurrences of a rule. Throws a {@link RuleError} where it has none, or a COUNT that takes too
 * long to count.
 */
export function planOf(rule: RecurrenceRule, policy: LocalPolicy): RulePlan {
  const { dtstart, count, until } = rule;
  if (count !== null && until !== null) throw new RuleError("count", "either count or until");
  if (until !== null && until < dtstart) {
    const start = inspect(new Date(dtstart).toISOString());
    throw new RuleError("until", `an end not before dtstart (${start})`);
  }
  const stepMs = stepOf(rule);
  if (stepMs !== null) {
    const last = count === null ? until ?? Infinity : dtstart + (count - 1) * stepMs;
    const grid = new Grid(dtstart - stepMs, stepMs);
    const schedule = span(grid, null, Math.min(last, LATEST));
    return { rule, schedule, local: null, firstAt: -Infinity };
  }
  const times = new RuleTimes(rule, dtstart + policy.zone.stretchAt(dtstart).offset);
  const local = new LocalSchedule(times, policy.zone, policy.gap, policy.overlap);
  // Where DTSTART comes twice, its local time may have come before.
  const schedule = span(local, dtstart, until);
  const first = times.within(MAX_STEPS, tooRare, () => schedule.next(-Infinity));
  if (first === null) {
    throw new RuleError("freq", "a rule with an occurrence: this one never fires");
  }
  const end = count === null
    ? until
    : times.within(MAX_STEPS, tooScattered, () => lastOf(schedule, first, count));
  return { rule, schedule: span(local, dtstart, end), local, firstAt: dtstart };
}

function tooRare(): RuleError {
  const instead = "such as a longer freq with by_hour, by_minute and by_second";
  return new RuleError("freq", `parts that meet sooner than in thousands of years, ${instead}`);
}

function tooScattered(): RuleError {
  return new RuleError("count", "a smaller count, or until: the occurrences are too scattered");
}

/** The length of a rule's steps, if they are nothing but elapsed time; else `null`. */
export function stepOf(rule: RecurrenceRule): number | null {
  const periodMs = SHORT_PERIODS_MS.get(rule.freq);
  const { byMonth, byYearDay, byMonthDay, byDay, byHour, byMinute, bySecond } = rule;
  const parts = [byMonth, byYearDay, byMonthDay, byDay, byHour, byMinute, bySecond];
  const isPlain = parts.every((list) => list.length === 0);
  return periodMs !== undefined && isPlain ? rule.interval * periodMs : null;
}

function span(schedule: Schedule, first: number | null, last: number | null): Schedule {
  return new Window(schedule, first, last === null ? null : last + 1);
}

/** The instant of the last of `count` occurrences. */
function lastOf(schedule: Schedule, first: number, count: number): number {
  if (count > MAX_COUNT) {
    const allowed =
      `a count of at most ${MAX_COUNT}, or until, where there is more than freq and interval`;
    throw new RuleError("count", allowed);
  }
  let last = first;
  for (let counted = 1; counted < count; counted++) {
    const next = schedule.next(last);
    if (next === null) break;
    if (next > first + MAX_COUNT_YEARS * YEAR_MS) {
      const allowed = `a count that is reached within ${MAX_COUNT_YEARS} years, or until`;
      throw new RuleError("count", allowed);
    }
    last = next;
  }
  return last;
}
