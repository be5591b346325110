import * as z from "zod";
import { sorted } from "../../collections/number_lists.ts";
import type { Draft } from "../draft.ts";
import { GAP_RULES, OVERLAP_RULES } from "../local_time.ts";
import { type ClockRules, instantOf, instantsOf, type Moment, momentFromText } from "../moment.ts";
import {
  ANY_INSTANT,
  anyMoment,
  listOf,
  MOMENT_PATTERN,
  ON_GAP,
  ON_OVERLAP,
  oneOf,
  OR_ZONE,
  timeZone,
} from "../params.ts";
import { inspect, orElse } from "../refusal.ts";
import { UTC, type Zone } from "../zone.ts";
import { currentNameOf } from "../zone_names.ts";
import { instantText, wallText } from "../../words/calendar.ts";
import type { CalendarEvent } from "./calendar.ts";
import { calendarText } from "./calendar_time.ts";
import type { RuleDates } from "./rule.ts";

const DATE_TIMES = "RFC 3339 date-times";
const DATES = ["ex_dates", "r_dates"] as const;

/** The members beside a rule, in whichever form it is written. */
export const FrameParams = z.object({
  dtstart: anyMoment().optional()
    .describe(
      "The start, and the time of day where the rule says none; by timezone without an offset",
    ),
  timezone: timeZone().optional().describe(
    "By whose clocks the rule is read; UTC unless it is given",
  ),
  ex_dates: moments().default([]).describe("Times to leave out"),
  r_dates: moments().default([]).describe("Times to add"),
  dst_gap: oneOf(GAP_RULES).default("shift").describe(ON_GAP),
  dst_overlap: oneOf(OVERLAP_RULES).default("first").describe(ON_OVERLAP),
});
type FrameParams = z.infer<typeof FrameParams>;

/** Where a rule begins, by whose clocks it goes, and what is added to it and left out. */
export interface Frame extends ClockRules, RuleDates {
  /** Epoch milliseconds, whole seconds. */
  readonly dtstart: number;
  readonly zone: Zone;
}

/**
 * Puts the members and what an event says into one; `null` where they do not agree, which is then noted.
 * `isRead`: whether the rule could be read, so that it is known what it lacks.
 */
export function frameOf(
  draft: Draft,
  event: CalendarEvent | null,
  isRead: boolean,
): Frame | null {
  if (isRead && !draft.has("dtstart") && (event === null || event.start === null)) {
    draft.refuse("dtstart", event === null ? ANY_INSTANT : `${ANY_INSTANT}, or a DTSTART in rule`);
  }
  const params = draft.read(FrameParams);
  if (params === null) return null;
  const named = zoneNamed(params, event, draft);
  const zone = named ?? UTC;
  const dtstart = startOf(params, event, named, draft);
  for (const member of DATES) refuseUnclear(member, params, named, draft);
  if (dtstart === null) return null;
  const rules = { gap: params.dst_gap, overlap: params.dst_overlap };
  const instants = (moments: readonly Moment[]) =>
    sorted(moments.flatMap((moment) => instantsOf(moment, zone, rules)));
  const exDates = instants([...params.ex_dates, ...event?.exDates ?? []]);
  const rDates = instants([...params.r_dates, ...event?.rDates ?? []]);
  return { dtstart, zone, exDates, rDates, ...rules };
}

/** The zone that the rule names; `null` for none. */
function zoneNamed(params: FrameParams, event: CalendarEvent | null, draft: Draft): Zone | null {
  const { timezone } = params;
  const start = event?.start ?? null;
  const zone = start?.zone ?? null;
  if (timezone === undefined || zone === null) {
    const isFloating = timezone === undefined && start !== null && zone === null;
    if (isFloating) {
      draft.warn("rule", 'DTSTART names no time zone and is read as UTC, see "timezone"');
    }
    return timezone ?? zone;
  }
  const orThere = zone === UTC && start !== null ? `, or ${startIn(timezone, start.at)} there` : "";
  if (currentNameOf(zone.id) !== currentNameOf(timezone.id)) {
    draft.refuse("timezone", `${inspect(zone.id)}, as DTSTART in rule has it${orThere}`);
  }
  return timezone;
}

/** DTSTART at an instant by the clocks of a zone. */
function startIn(zone: Zone, at: number): string {
  return `DTSTART;TZID=${zone.id}:${calendarText(at + zone.stretchAt(at).offset, false)}`;
}

function startOf(
  { dtstart: member }: FrameParams,
  event: CalendarEvent | null,
  zone: Zone | null,
  draft: Draft,
): number | null {
  const start = event?.start ?? null;
  if (member !== undefined && member.zone === null && zone === null) {
    draft.refuse("dtstart", orElse(ANY_INSTANT + OR_ZONE, instantText(member.at)));
    return null;
  }
  const [at = null, other = at] = [["rule", start] as const, ["dtstart", member] as const]
    .flatMap(([name, moment]) => moment ? [instantIn(name, moment, zone ?? UTC, draft)] : []);
  if (at !== null && at !== other) {
    draft.refuse("dtstart", `${inspect(instantText(at))}, as DTSTART in rule has it`);
  }
  return at;
}

/** The instant of a start, which some clocks may leave out. */
function instantIn(member: string, moment: Moment, elsewhere: Zone, draft: Draft): number | null {
  const at = instantOf(moment, elsewhere);
  if (at === null) {
    draft.refuse(member, "a start in the years 1 to 9999 of UTC");
    return null;
  }
  const zone = moment.zone ?? elsewhere;
  const local = at + zone.stretchAt(at).offset;
  if (local !== moment.at) {
    const missing = `${wallText(moment.at)} does not exist in ${zone.id}`;
    draft.warn(member, `${missing}: the rule starts from ${wallText(local)}`);
  }
  return wholeSecond(at);
}

/** RFC 5545 knows no fractions of a second. */
function wholeSecond(at: number): number {
  return Math.floor(at / 1000) * 1000;
}

function refuseUnclear(
  member: typeof DATES[number],
  params: FrameParams,
  zone: Zone | null,
  draft: Draft,
): void {
  const isClear = zone !== null || params[member].every((moment) => moment.zone !== null);
  if (!isClear) draft.refuse(member, `${DATE_TIMES} with an offset${OR_ZONE}`);
}

function moments(): z.ZodType<Moment[]> {
  const items = { type: "string", pattern: MOMENT_PATTERN };
  return listOf(
    DATE_TIMES,
    items,
    (item) => typeof item === "string" ? momentFromText(item) : null,
  );
}
