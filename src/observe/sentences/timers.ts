import { rfc3339 } from "../../ground/instant.ts";
import type { TimerNews } from "../../timers/news.ts";
import { CATCH_UP_LIMIT } from "../../timers/misfire.ts";
import { type Line, line } from "./line.ts";

/** Why occurrences are not made up for, by the rule's `on_missed`. */
const WHY_MISSED = {
  latest: "older than the catch-up window",
  all: `the newest ${CATCH_UP_LIMIT} inside the catch-up window are made up for`,
  skip: 'its on_missed is "skip"',
};

/** What the log says of the timers; nothing of what fires, for its event follows. */
export function timerLine(news: TimerNews): Line | null {
  switch (news.kind) {
    case "timer_fired":
      return null;
    case "occurrences_missed":
      return missedLine(news);
    case "timers_resumed":
      return resumedLine(news);
    default:
      return news satisfies never;
  }
}

function missedLine({ entry, dropped }: TimerNews & { kind: "occurrences_missed" }): Line {
  const { ruleId, ruleRef, timer: { traits: { onMissed } } } = entry;
  const { count, orMore } = dropped;
  const [from, to] = [rfc3339(dropped.from), rfc3339(dropped.to)];
  const when = from === to ? `at ${from}` : `from ${from} to ${to}`;
  const number = orMore ? `${count} or more` : count;
  const text = `Missed ${number} occurrences of rule ${ruleId} ${when}: ${WHY_MISSED[onMissed]}`;
  return line("warn", text, {
    rule_id: ruleId,
    rule_ref: ruleRef,
    missed_count: count,
    from,
    to,
    on_missed: onMissed,
  });
}

function resumedLine({ resumption, windowMs }: TimerNews & { kind: "timers_resumed" }): Line {
  const { since, kind, byMs } = resumption;
  const fields = { since: rfc3339(since) };
  const seconds = (byMs / 1000).toFixed(1);
  if (kind === "first") return line("info", "No checkpoint yet: nothing is made up for", fields);
  if (kind === "future") {
    return line(
      "warn",
      `The checkpoint lies ${seconds} s ahead, the clock was set back: going on from now`,
      fields,
    );
  }
  const away = `Resuming from the checkpoint, ${seconds} s ago`;
  if (byMs <= windowMs) return line("info", away, fields);
  return line(
    "warn",
    `${away}: what fell due before the catch-up window is not made up for`,
    fields,
  );
}
