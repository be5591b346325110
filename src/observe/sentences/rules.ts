import type { Rule } from "../../domain/rule.ts";
import { messageOf } from "../../ground/error_text.ts";
import { rfc3339 } from "../../ground/instant.ts";
import { ANY_KIND } from "../../schedule/kinds.ts";
import type { RuleNews, SyncNews } from "../../sync/news.ts";
import { type Line, line, repeated } from "./line.ts";

/** What the log says of the rules. */
export function ruleLine(news: RuleNews): Line | null {
  switch (news.kind) {
    case "timer_started":
      return startedLine(news);
    case "timer_stopped": {
      const { ruleId, ruleRef, reason } = news;
      const fields = { rule_id: ruleId, rule_ref: ruleRef, reason };
      return line("info", `Timer stopped for rule ${ruleId}: ${reason}`, fields);
    }
    case "rule_refused": {
      const { rule, problems } = news;
      return line("error", `Refused rule ${rule.id} (${rule.ref}): ${problems.join("; ")}`, {
        ...fieldsOf(rule),
        trigger_ref: rule.triggerRef,
        problems,
      });
    }
    case "rule_not_allowed": {
      const { rule } = news;
      return line(
        "warn",
        `Refused rule ${rule.id} (${rule.ref}): the token does not cover trigger type '${rule.triggerRef}'`,
        { ...fieldsOf(rule), trigger_ref: rule.triggerRef },
      );
    }
    case "rule_warned": {
      const { rule, warnings } = news;
      const fields = { ...fieldsOf(rule), warnings };
      return line("warn", `Rule ${rule.id} (${rule.ref}): ${warnings.join("; ")}`, fields);
    }
    case "rule_gone":
      return null;
    default:
      return news satisfies never;
  }
}

/** What the log says of staying in step with the platform. */
export function syncLines(news: SyncNews): readonly Line[] {
  switch (news.kind) {
    case "snapshot_taken": {
      const { rules, elapsedMs } = news;
      const fields = { rules, elapsed_ms: Math.round(elapsedMs) };
      return [
        {
          ...line("info", "The rules can be read again", { rules }),
          ends: "snapshots",
          isRecovery: true,
        },
        line("debug", `Read ${rules} rules`, fields),
      ];
    }
    case "snapshot_failed": {
      const text = `Failed to read the rules: ${messageOf(news.error)}`;
      const fields = { retry_ms: Math.round(news.retryMs) };
      return [{ ...repeated("warn", text, fields), spell: "snapshots" }];
    }
    case "trigger_not_installed": {
      const { triggerRef } = news;
      const text = `Trigger ${triggerRef} is not installed on the platform: it has no rules here`;
      // Today's platforms do not have the older one.
      const level = triggerRef === ANY_KIND ? "debug" : "warn";
      return [{ ...line(level, text, { trigger_ref: triggerRef }), isOnce: true }];
    }
    case "rule_unreadable": {
      const { triggerRef, id, reason } = news;
      const rule = id === null ? "A rule" : `Rule ${id}`;
      const fields = { trigger_ref: triggerRef, ...(id === null ? {} : { rule_id: id }) };
      const text = `${rule} of ${triggerRef} cannot be read: ${reason}`;
      return [{ ...line("error", text, fields), isOnce: true }];
    }
    case "rule_list_odd":
      return [oddListLine(news)];
    case "change_unconfirmed": {
      const { change: { ruleId, ruleRef, kind }, error } = news;
      const reason = messageOf(error);
      const text = `Took the message about rule ${ruleId ?? ruleRef} at its word: ${reason}`;
      const fields = { rule_id: ruleId, rule_ref: ruleRef, kind };
      return [repeated("warn", text, fields, `unconfirmed ${reason}`)];
    }
    default:
      return news satisfies never;
  }
}

function startedLine(news: RuleNews & { kind: "timer_started" }): Line {
  const { rule, timer, nextAt, isChange, wasPast } = news;
  const fields = {
    ...fieldsOf(rule),
    trigger_ref: rule.triggerRef,
    kind: timer.kind,
    ...(isChange ? { rescheduled: true } : {}),
  };
  if (nextAt !== null) {
    const next = { ...fields, next_fire_at: rfc3339(nextAt) };
    return line("info", `Timer started for rule ${rule.id}`, next);
  }
  return wasPast
    ? line("warn", `Timer for rule ${rule.id} never fires: it was past when it was made`, fields)
    : line("info", `Timer for rule ${rule.id} has no occurrence left`, fields);
}

const ODDITIES = {
  repeated: "the API gave a page twice",
  endless: "the API tells of more pages than are read",
  miscounted: "it has not as many rules as the API says",
} as const;

function oddListLine(news: SyncNews & { kind: "rule_list_odd" }): Line {
  const { triggerRef, oddity, found, told } = news;
  const said = told === null ? "" : ` of ${told}`;
  const text = `The list of rules of ${triggerRef} is odd, ${
    ODDITIES[oddity]
  }: ${found}${said} read`;
  const fields = { trigger_ref: triggerRef, oddity, found, told };
  return repeated("warn", text, fields, `${oddity} ${triggerRef}`);
}

function fieldsOf(rule: Rule): Record<string, unknown> {
  return { rule_id: rule.id, rule_ref: rule.ref };
}
