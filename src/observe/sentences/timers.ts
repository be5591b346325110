import { rfc3339 } from "../../ground/instant.ts";
import type { TimerNews } from "../../timers/news.ts";
import { type Line, line } from "./line.ts";

/** What the log says of the timers; nothing of what fires, for its event follows. */
export function timerLine(news: TimerNews): Line | null {
  switch (news.kind) {
    case "timer_fired":
      return null;
    case "occurrences_missed": {
      const { entry: { ruleId, ruleRef }, count, orMore } = news;
      return line(
        "warn",
        `Missed ${count} ${orMore ? "or more " : ""}occurrences of rule ${ruleId}`,
        { rule_id: ruleId, rule_ref: ruleRef, missed_count: count },
      );
    }
    case "timers_resumed":
      return resumedLine(news);
    default:
      return news satisfies never;
  }
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
