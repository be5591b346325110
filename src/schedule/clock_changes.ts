import type { LocalSchedule } from "./local_time.ts";
import type { Zone } from "./zone.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

/** A zone's clocks put forward or back. Milliseconds throughout. */
export interface Transition {
  /** The first instant of the new time. */
  readonly at: number;
  /** Local time minus UTC, before and after. */
  readonly before: number;
  readonly after: number;
}

/** A local time of a schedule that clocks leave out, or that comes twice, as if it were UTC. */
export interface Clash {
  readonly transition: Transition;
  readonly time: number;
  /** The instant at which it runs all the same, the first one where it runs twice; `null` for not. */
  readonly runsAt: number | null;
}

/** The first times of a schedule that clocks leave out and that come twice, if there are such. */
export interface Clashes {
  readonly gap: Clash | null;
  readonly overlap: Clash | null;
}

interface Known {
  readonly from: number;
  readonly to: number;
  readonly transitions: readonly Transition[];
}

/** The transitions found last; there are never more of them than zones. */
const known = new WeakMap<Zone, Known>();

/** A zone's transitions after `from` and before `to`, which are epoch milliseconds. */
export function transitionsIn(zone: Zone, from: number, to: number): readonly Transition[] {
  let found = known.get(zone);
  if (found === undefined || from < found.from || to > found.to) {
    // A little more than was asked for serves whoever asks next, a moment later.
    const until = to + DAY_MS;
    found = { from, to: until, transitions: findTransitions(zone, from, until) };
    known.set(zone, found);
  }
  return found.transitions.filter(({ at }) => at > from && at < to);
}

/** Where a schedule and its zone's clocks clash after `from` and before `to`. */
export function clashesIn(local: LocalSchedule, from: number, to: number): Clashes {
  let gap: Clash | null = null;
  let overlap: Clash | null = null;
  let time: number | null = -Infinity;
  for (const transition of transitionsIn(local.zone, from, to)) {
    const { at, before, after } = transition;
    const first = at + Math.min(before, after);
    // A rule that seldom runs can be slow to ask, and one answer serves for a long time.
    if (time < first) time = local.times.next(first - 1);
    if (time === null) break;
    if (time >= at + Math.max(before, after)) continue;
    if (after > before) gap ??= { transition, time, runsAt: gapRun(local, transition, time) };
    else overlap ??= { transition, time, runsAt: overlapRun(local, transition, time) };
    if (gap !== null && overlap !== null) break;
  }
  return { gap, overlap };
}

function gapRun({ gap }: LocalSchedule, transition: Transition, time: number): number | null {
  const { at, before, after } = transition;
  if (gap === "shift") return time - before;
  // A date that a country skips when it crosses the date line is not made up for.
  return gap === "after" && after - before < DAY_MS ? at : null;
}

function overlapRun({ overlap }: LocalSchedule, transition: Transition, time: number): number {
  return time - (overlap === "second" ? transition.after : transition.before);
}

function findTransitions(zone: Zone, from: number, to: number): Transition[] {
  const found: Transition[] = [];
  for (let stretch = zone.stretchAt(from); stretch.to < to;) {
    found.push({ at: stretch.to, before: stretch.offset, after: stretch.offsetAfter });
    stretch = zone.stretchAt(stretch.to);
  }
  return found;
}

/** Which of the two an instant is, where its local time comes twice; else `null`. */
export function repetitionAt(zone: Zone, at: number): "first" | "second" | null {
  const { from, to, offset, offsetBefore, offsetAfter } = zone.stretchAt(at);
  if (at >= to - (offset - offsetAfter)) return "first";
  return at < from + offsetBefore - offset ? "second" : null;
}
