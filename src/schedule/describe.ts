import { describeCron } from "./describe_cron.ts";
import { describeRRule } from "./describe_rrule.ts";
import { countOf, instantText, wallText } from "../words/calendar.ts";
import { instantFromText } from "./instant.ts";
import type { CronTimer, DateTimeTimer, IntervalTimer, Timer } from "./timer.ts";
import { cronFieldsOf } from "./timer_parts.ts";

const UNITS: readonly (readonly [name: string, seconds: number])[] = [
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
  ["second", 1],
];

/** A timer's schedule as one sentence, without a full stop. */
export function describe(timer: Timer): string {
  const { startAt, endAt } = timer.parts;
  return [
    sentenceOf(timer),
    startAt === null ? "" : `, not before ${instantText(startAt)}`,
    endAt === null ? "" : `, only before ${instantText(endAt)}`,
    timer.traits.jitterMs === 0
      ? ""
      : `, each up to ${durationOf(timer.traits.jitterMs / 1000)} late`,
  ].join("");
}

function sentenceOf(timer: Timer): string {
  switch (timer.kind) {
    case "interval":
      return describeInterval(timer);
    case "cron":
      return describeCronTimer(timer);
    case "date_time":
      return describeDateTime(timer);
    case "rrule":
      return describeRRule(timer.rule, timer.exDates);
    default:
      return timer satisfies never;
  }
}

function describeInterval(timer: IntervalTimer): string {
  const { parts: { local }, anchorAt } = timer;
  const pace = `Every ${durationOf(timer.intervalSeconds).replace(/^1 /, "")}`;
  // An anchor by the clock on the wall is kept as if the clock stood in UTC.
  return local === null
    ? `${pace}, counted from ${instantText(anchorAt)}`
    : `${pace}, counted from ${wallText(anchorAt)} in ${local.zone.id}`;
}

function describeCronTimer(timer: CronTimer): string {
  return `${describeCron(cronFieldsOf(timer))} in ${timer.timezone}`;
}

function describeDateTime(timer: DateTimeTimer): string {
  const at = instantText(timer.at);
  const written = instantFromText(timer.fireAt) === null
    ? `${timer.fireAt} in ${timer.timezone}`
    : timer.fireAt;
  return written === at ? `Once at ${at}` : `Once at ${written}, which is ${at}`;
}

/** A number of seconds in the largest unit that needs no fraction. */
function durationOf(seconds: number): string {
  for (const [name, unitSeconds] of UNITS) {
    if (seconds % unitSeconds === 0) return countOf(seconds / unitSeconds, name);
  }
  return countOf(seconds, "second");
}
