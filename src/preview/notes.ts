import { clockText, dayText } from "./time.ts";
import { spanText } from "../words/spans.ts";
import { repetitionAt, transitionsIn } from "../schedule/clock_changes.ts";
import type { LocalSchedule } from "../schedule/local_time.ts";
import type { Timer } from "../schedule/timer.ts";
import type { Zone } from "../schedule/zone.ts";

/** How a zone's clocks changed between two instants, if they did. Epoch milliseconds. */
export function changeNote(zone: Zone, from: number, to: number): string | null {
  if (zone.stretchAt(from).offset === zone.stretchAt(to).offset) return null;
  const last = transitionsIn(zone, from, to + 1).at(-1);
  if (last === undefined) return null;
  const { at, before, after } = last;
  const direction = after > before ? "forward" : "back";
  return `clocks go ${direction} ${spanText(Math.abs(after - before))} on ${dayText(at + before)}` +
    ` from ${clockText(at + before)} to ${clockText(at + after)}`;
}

/** What clocks have to do with one occurrence of a timer, if they have. */
export function occurrenceNote(timer: Timer, at: number): string | null {
  const { local } = timer.parts;
  if (local === null) return null;
  const missing = missingTimeBehind(local, at);
  if (missing !== null) return `moved: ${dayText(missing)} ${clockText(missing)} does not exist`;
  const which = repetitionAt(local.zone, at);
  return which === null ? null : `this local time comes twice, here the ${which} time`;
}

/** The local time that an occurrence stands for, because a gap left it out. */
function missingTimeBehind({ times, zone, gap }: LocalSchedule, at: number): number | null {
  const { from, offset, offsetBefore } = zone.stretchAt(at);
  const end = from + offset;
  if (gap === "skip" || offset <= offsetBefore || at - from >= offset - offsetBefore) return null;
  if (gap === "after" && at !== from) return null;
  const time = times.next((gap === "after" ? from : at) + offsetBefore - 1);
  const isMissing = time !== null && time < end && (gap === "after" || time === at + offsetBefore);
  return isMissing ? time : null;
}
