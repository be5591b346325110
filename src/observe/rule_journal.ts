import { rfc3339 } from "../ground/instant.ts";
import type { Log } from "../log/log.ts";
import { messageOf } from "../ground/error_text.ts";
import type { RuleId } from "../domain/rule.ts";
import type { ReconcilerEvents } from "../sync/reconciler.ts";
import type { RuleBookEvents } from "../sync/rule_book.ts";
import { ON_TIME_MS } from "../timers/misfire.ts";
import type { TimerEntry } from "../timers/timer_table.ts";

// What the engines report, in the operator's words. The sentences are part of the program's interface:
// people search and alert on them.

/** Tells the log what becomes of the rules; `gone` is for the caller to act on. */
export function ruleJournal(log: Log): Omit<RuleBookEvents, "gone"> {
  return {
    started(rule, timer, nextAt, isChange) {
      const fields = {
        ...ruleFields(rule),
        trigger_ref: rule.triggerRef,
        kind: timer.kind,
        ...(isChange ? { rescheduled: true } : {}),
      };
      if (nextAt !== null) {
        const next = { ...fields, next_fire_at: rfc3339(nextAt) };
        log.info(`Timer started for rule ${rule.id}`, next);
      } else if (timer.next(rule.createdAt - ON_TIME_MS) === null) {
        log.warn(`Timer for rule ${rule.id} never fires: it was past when it was made`, fields);
      } else {
        log.info(`Timer for rule ${rule.id} has no occurrence left`, fields);
      }
    },
    stopped(ruleId, ruleRef, reason) {
      log.info(`Timer stopped for rule ${ruleId}: ${reason}`, {
        rule_id: ruleId,
        rule_ref: ruleRef,
        reason,
      });
    },
    refused(rule, problems) {
      log.error(`Refused rule ${rule.id} (${rule.ref}): ${problems.join("; ")}`, {
        ...ruleFields(rule),
        trigger_ref: rule.triggerRef,
        problems,
      });
    },
    notAllowed(rule) {
      log.warn(
        `Refused rule ${rule.id} (${rule.ref}): the token does not cover trigger type '${rule.triggerRef}'`,
        { ...ruleFields(rule), trigger_ref: rule.triggerRef },
      );
    },
    warned(rule, warnings) {
      log.warn(`Rule ${rule.id} (${rule.ref}): ${warnings.join("; ")}`, {
        ...ruleFields(rule),
        warnings,
      });
    },
  };
}

/** Tells the log how staying in step with the platform goes. */
export function syncJournal(log: Log): ReconcilerEvents {
  const told = new Set<string>();
  const once = (line: string, tell: () => void) => {
    if (told.has(line)) return;
    told.add(line);
    tell();
  };
  let hasFailed = false;
  // What fails again is another failure once it has worked in between.
  let outages = 0;
  return {
    snapshotDone(rules, elapsedMs) {
      if (hasFailed) {
        log.info("The rules can be read again", { rules });
        outages++;
      }
      hasFailed = false;
      log.debug(`Read ${rules} rules`, { rules, elapsed_ms: Math.round(elapsedMs) });
    },
    snapshotFailed(error, retryMs) {
      const text = `Failed to read the rules: ${messageOf(error)}`;
      const fields = { retry_ms: Math.round(retryMs) };
      log.repeated("warn", `${outages} ${text}`, text, fields);
      hasFailed = true;
    },
    notInstalled(triggerRef) {
      const line = `Trigger ${triggerRef} is not installed on the platform: it has no rules here`;
      once(line, () => log.warn(line, { trigger_ref: triggerRef }));
    },
    unreadable(triggerRef, id, reason) {
      const rule = id === null ? "A rule" : `Rule ${id}`;
      const line = `${rule} of ${triggerRef} cannot be read: ${reason}`;
      const fields = { trigger_ref: triggerRef, ...(id === null ? {} : { rule_id: id }) };
      once(line, () => log.error(line, fields));
    },
    unconfirmed(change, error) {
      const reason = messageOf(error);
      const text = `Took the message about rule ${change.ruleId} at its word: ${reason}`;
      const fields = { rule_id: change.ruleId, kind: change.kind };
      log.repeated("warn", `unconfirmed ${reason}`, text, fields);
    },
  };
}

/** Tells the log about occurrences that were missed and are not made up for. */
export function missedJournal(
  log: Log,
): (entry: TimerEntry, count: number, orMore: boolean) => void {
  return ({ ruleId, ruleRef }, count, orMore) =>
    log.warn(`Missed ${count} ${orMore ? "or more " : ""}occurrences of rule ${ruleId}`, {
      rule_id: ruleId,
      rule_ref: ruleRef,
      missed_count: count,
    });
}

function ruleFields(rule: { id: RuleId; ref: string }): Record<string, unknown> {
  return { rule_id: rule.id, rule_ref: rule.ref };
}
