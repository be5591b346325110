import { nearest } from "../ground/nearest.ts";
import { expressionFromParts, PART_NAMES } from "./cron_parts.ts";
import { spanFromText, spanIn } from "./span.ts";

type Params = Readonly<Record<string, unknown>>;

/**
 * What other schedulers call our members, in lower case and without punctuation: APScheduler, StackStorm,
 * Quartz, Spring, Kubernetes, AWS, systemd, Celery, BullMQ, dateutil, iCalendar. Where a name stands twice,
 * the first of the members that a kind has is meant.
 */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  type: "kind timertype triggertype scheduletype",
  freq: "frequency recurs",
  interval: "every period rate delta frequency intervals repeatevery repeatinterval fixedrate " +
    "fixeddelay onunitactivesec runevery",
  unit: "units intervalunit intervalunits timeunit timeunits periodunit frequencyunit",
  expression: `${PART_NAMES.join(" ")} ` +
    "cron crontab cronexpression cronexpr cronspec cronstring cronschedule cronpattern " +
    "crontrigger schedule scheduleexpression scheduleinterval expr spec pattern oncalendar",
  fire_at:
    "at runat firesat fireat firetime fireon date datetime time when rundate runtime runon " +
    "timestamp triggerat scheduledat scheduledfor executeat dateandtime onetime",
  dtstart: "start startdate starttime startsat startat from begin begins begindate firstrun",
  rule: "rrule rrules recurrence recurrencerule recur repeatrule ical icalendar rfc5545",
  interval_seconds: "intervalsecs intervalsec",
  count:
    "occurrences maxruns runs times maxoccurrences repeatcount numberofoccurrences maxcount repetitions",
  until: "untildate untilat untiltime enddate endtime endsat endson end enddatetime to expires " +
    "expiresat notafter",
  by_day: "byweekday byweekdays weekday weekdays dayofweek daysofweek days day",
  by_month: "month months",
  by_month_day: "dayofmonth daysofmonth monthday monthdays bymday",
  by_year_day: "dayofyear yearday yeardays",
  by_week_no: "byweek byweeknumber byweeknum weekno weeknumber week weeks",
  by_hour: "hour hours",
  by_minute: "minute minutes",
  by_second: "second seconds",
  by_set_pos: "setpos bysetposition",
  week_start: "wkst weekstarts weekstartson firstdayofweek",
  ex_dates: "exdate exdates exdatelist exceptions exclude excludes excluded excludedates " +
    "excludeddates exceptdates skipdates",
  r_dates: "rdate rdates includedates additionaldates extradates",
  timezone: "tz tzid zone zoneid zoneinfo tzinfo tzname timezoneid timezonename crontz " +
    "crontimezone scheduleexpressiontimezone",
  start_at: "start startdate starttime startsat starton startingat from begin begins begindate " +
    "notbefore validfrom activefrom startboundary",
  anchor: "anchorat offset origin phase firstrun",
  end_at: "until untildate end enddate endtime endsat endon endingat to expires expiresat expiry " +
    "notafter validuntil activeuntil stopat endboundary",
  jitter_seconds: "jitter jittersecs jittersec splay randomdelay randomizeddelaysec",
  on_missed:
    "missed misfire misfires misfirepolicy misfireinstruction onmisfire catchup catchups " +
    "coalesce backfill persistent missedrunpolicy missedpolicy ifmissed onmiss",
  day_match: "daymatching domdow domanddow daymode dayslogic",
  dst_gap: "ondstgap dstgappolicy",
  dst_overlap: "ondstoverlap dstoverlappolicy",
};

/** The same for kinds of timers. */
const OTHER_KINDS: Readonly<Record<string, string>> = {
  interval: "intervals every period periodic rate fixedrate fixeddelay repeat",
  cron: "crontab cronjob cronexpression schedule",
  date_time: "date datetime once oneshot onetime single at runat",
  rrule: "recurrence recurring recurrent ical icalendar rfc5545 calendar",
};

/** The members that each other name can stand for, in their order. */
const MEANINGS = meaningsOf(OTHER_NAMES);
/** Longer than any name, with what a slip of the finger adds. */
const LONGEST = 40;
const LONGER_NAMES = [...MEANINGS.keys()].filter((name) => name.length >= 5);
const IN_MILLISECONDS = ["fixedrate", "fixeddelay", "repeatinterval"];
/** "minutes", "interval_minutes", "period_in_minutes". */
const OF_A_UNIT = /^(?:interval|every|period|delta|repeat|in)?(?:in)?([a-z]+)$/;

/**
 * What a member that a kind does not know was most likely meant to say, in members that it knows; `null`
 * where nothing suggests itself.
 */
export function meantBy(member: string, params: Params, known: readonly string[]): Params | null {
  if (member.length > LONGEST) return null;
  const plain = plainOf(member);
  const value = params[member];
  const span = known.includes("unit") ? spanNamed(plain, value) : null;
  if (span !== null) return { ...span };
  const name = knownAs(plain, known);
  if (name === null) return null;
  if (name === "interval" && known.includes("unit") && typeof value === "string") {
    return { ...spanFromText(value) ?? { interval: value } };
  }
  if (name === "expression" && PART_NAMES.includes(plain)) {
    return { expression: expressionFromParts(params) ?? "0 9 * * *" };
  }
  return { [name]: /^(?:by_|ex_|r_)/.test(name) ? listed(value) : value };
}

/** What some members are called anywhere, in lower case and without punctuation. */
export function namesOf(known: readonly string[]): string[] {
  return [...MEANINGS].filter(([, meanings]) => meanings.some((it) => known.includes(it)))
    .map(([name]) => name);
}

/** Whether a member may stand for one of some others. */
export function canMean(member: string, others: readonly string[]): boolean {
  if (member.length > LONGEST) return false;
  const plain = plainOf(member);
  // "minute" is of a cron expression, "minutes" of an interval.
  const isSpan = plain.endsWith("s") && spanNamed(plain, 1) !== null;
  return isSpan ? others.includes("interval") : knownAs(plain, others) !== null;
}

/** The kind of timer that somebody most likely meant; `null` where nothing suggests itself. */
export function kindMeantBy(type: string, kinds: readonly string[]): string | null {
  if (type.length > LONGEST) return null;
  const plain = plainOf(type).replace(/^core/, "").replace(/timer$/, "");
  return kinds.find((kind) => plainOf(kind) === plain) ??
    kinds.find((kind) => OTHER_KINDS[kind]?.split(" ").includes(plain)) ??
    nearest(type.toLowerCase(), kinds, 1);
}

function knownAs(plain: string, known: readonly string[]): string | null {
  const same = known.find((name) => plainOf(name) === plain);
  const meant = same ?? MEANINGS.get(plain)?.find((name) => known.includes(name));
  if (meant !== undefined) return meant;
  if (plain.length < 4) return null;
  const names = new Map(known.map((name) => [plainOf(name), name]));
  const near = nearest(plain, names.keys(), plain.length < 8 ? 1 : 2);
  if (near !== null) return names.get(near) ?? null;
  const other = plain.length < 5 ? null : nearest(plain, LONGER_NAMES, 1);
  return MEANINGS.get(other ?? "")?.find((name) => known.includes(name)) ?? null;
}

/** `seconds: 30`, `interval_minutes: 5`, and the milliseconds of Spring and Quartz. */
function spanNamed(plain: string, value: unknown) {
  if (typeof value !== "number") return null;
  if (IN_MILLISECONDS.includes(plain)) return spanIn(value, "ms");
  const [, unit = ""] = OF_A_UNIT.exec(plain) ?? [];
  return unit.length > 1 ? spanIn(value, unit) : null;
}

/** "MO,WE" as a list. */
function listed(value: unknown): unknown {
  if (typeof value === "number") return [value];
  if (typeof value !== "string") return value;
  return value.split(",").map((item) => {
    const text = item.trim();
    return /^[+-]?\d+$/.test(text) ? Number(text) : text;
  });
}

function plainOf(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, "");
}

function meaningsOf(names: Readonly<Record<string, string>>): ReadonlyMap<string, string[]> {
  const meanings = new Map<string, string[]>();
  for (const [member, others] of Object.entries(names)) {
    for (const other of [plainOf(member), ...others.split(" ")]) {
      const members = meanings.get(other) ?? [];
      if (!members.includes(member)) meanings.set(other, [...members, member]);
    }
  }
  return meanings;
}
