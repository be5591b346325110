import { adviceOnDates } from "./advice_dates.ts";
import { adviceOnZone } from "./advice_zone.ts";
import { type Clash, type Clashes, clashesIn, repetitionAt } from "./clock_changes.ts";
import { instantText, wallText } from "../words/calendar.ts";
import type { LocalSchedule } from "./local_time.ts";
import type { Timer } from "./timer.ts";

const HOUR_MS = 60 * 60 * 1000;
const DAY_MS = 24 * 60 * 60 * 1000;
/** How far ahead clocks are looked at. */
const HORIZON_MS = 366 * DAY_MS;

const RUNS_OF_OVERLAP = {
  first: "runs the first time only",
  second: "runs the second time only",
  both: "runs both times",
};

/** Told of what runs each hour otherwise. */
const BOTH_TIMES = ', and an hour passes without it ("dst_overlap": "both" runs both times)';

/** What holds for all timers of one schedule. */
interface Findings extends Clashes {
  /** The instant from which clashes were looked for. */
  readonly from: number;
  readonly onDates: readonly string[];
}

/** Thousands of rules can share a schedule: what was found for one of them serves for a day. */
const findings = new WeakMap<LocalSchedule, Findings>();

/**
 * What the author of a rule may not have thought of: that it never fires again, that its zone is not the one
 * it looks like, that clocks put forward or back touch it within a year, that months lack its day. `after` is the instant from which to look
 * ahead, in epoch milliseconds.
 */
export function adviceOn(timer: Timer, after: number): readonly string[] {
  if (timer.next(after) === null) {
    return [`Never fires again: there is no occurrence after ${instantText(after)}`];
  }
  const onZone = timer.zone === null ? [] : adviceOnZone(timer.zone, after);
  return [...onZone, ...adviceOnTimes(timer, after)];
}

function adviceOnTimes(timer: Timer, after: number): readonly string[] {
  if (timer.isOnce) return adviceOnMoment(timer);
  const { local, firstAt, isRestricted } = timer.parts;
  if (local === null) return adviceOnDates(timer);
  const { gap, overlap, onDates } = findingsOn(timer, local, Math.max(after, firstAt));
  const isMeant = (clash: Clash) => !isRestricted || happensIn(timer, clash);
  return [
    ...gap !== null && isMeant(gap) ? [gapAdvice(gap, local)] : [],
    ...overlap !== null && isMeant(overlap) ? [overlapAdvice(overlap, local)] : [],
    ...onDates,
  ];
}

function findingsOn(timer: Timer, local: LocalSchedule, from: number): Findings {
  const known = findings.get(local);
  if (known !== undefined && stillHolds(known, from)) return known;
  const clashes = timer.keepsPace
    ? { gap: null, overlap: null }
    : clashesIn(local, from, from + HORIZON_MS);
  const found = { ...clashes, from, onDates: adviceOnDates(timer) };
  findings.set(local, found);
  return found;
}

function stillHolds({ from, gap, overlap }: Findings, now: number): boolean {
  const firstAt = Math.min(gap?.transition.at ?? Infinity, overlap?.transition.at ?? Infinity);
  return from <= now && now < from + DAY_MS && now < firstAt;
}

/** Whether bounds and exceptions leave of a clash what the schedule alone would make of it. */
function happensIn(timer: Timer, { transition, runsAt }: Clash): boolean {
  return runsAt === null ? timer.next(transition.at) !== null : timer.next(runsAt - 1) === runsAt;
}

function gapAdvice({ transition, time, runsAt }: Clash, { zone }: LocalSchedule): string {
  return leftOut(time, zone.id, runsAt === null ? null : runsAt + transition.after);
}

function overlapAdvice({ time }: Clash, { times, zone, overlap }: LocalSchedule): string {
  const nextTime = times.next(time);
  const losesAnHour = overlap !== "both" && nextTime !== null && nextTime - time <= HOUR_MS;
  const hint = losesAnHour ? BOTH_TIMES : "";
  return comesTwice(time, zone.id, RUNS_OF_OVERLAP[overlap] + hint);
}

function adviceOnMoment(timer: Timer): readonly string[] {
  const { onceAt: time, zone } = timer;
  const at = timer.next(-Infinity);
  if (time === null || zone === null || at === null) return [];
  const runs = at + zone.stretchAt(at).offset;
  if (runs !== time) return [leftOut(time, zone.id, runs)];
  const which = repetitionAt(zone, at);
  return which === null ? [] : [comesTwice(time, zone.id, RUNS_OF_OVERLAP[which])];
}

function leftOut(time: number, zone: string, runs: number | null): string {
  const instead = runs === null ? "does not run then" : `runs at ${wallText(runs)} instead`;
  return `${wallText(time)} does not exist in ${zone}, where clocks go forward: ${instead}`;
}

function comesTwice(time: number, zone: string, runs: string): string {
  return `${wallText(time)} comes twice in ${zone}, where clocks go back: ${runs}`;
}
