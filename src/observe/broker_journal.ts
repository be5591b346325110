import type { LeaseEvents } from "../broker/lease.ts";
import type { RuleListenerEvents } from "../broker/rule_listener.ts";
import type { StoreEvents } from "../broker/store.ts";
import { rfc3339 } from "../ground/instant.ts";
import type { Log } from "../log/log.ts";
import { messageOf } from "../ground/error_text.ts";
import type { Resumption } from "../timers/resume.ts";

/** Tells the log how listening to the broker goes; `change` and `up` are for the caller to act on. */
export function listenerJournal(
  log: Log,
): Omit<RuleListenerEvents, "change" | "up"> & { up(address: string): void } {
  // What fails again is another failure once it has worked in between.
  let outages = 0;
  return {
    up(address) {
      outages++;
      log.info(`Connected to RabbitMQ at ${address}`);
    },
    down(error, retryMs) {
      const { message, fault } = error;
      const fields = { fault, retry_ms: Math.round(retryMs) };
      log.repeated("warn", `${outages} ${message}`, message, fields);
    },
    retrying(change, error, retryMs) {
      const reason = messageOf(error);
      const text = `Failed to apply a message about rule ${change.ruleId}: ${reason}`;
      log.repeated("warn", `apply ${reason}`, text, {
        rule_id: change.ruleId,
        retry_ms: Math.round(retryMs),
      });
    },
    unreadable({ reason, excerpt }) {
      const text = `Ignored a message that cannot be read: ${reason}`;
      log.repeated("warn", text, text, { excerpt });
    },
    warning(text) {
      log.warn(text);
    },
  };
}

/** Tells the log how the outbox and the checkpoint are. */
export function storeJournal(
  log: Log,
): Pick<StoreEvents, "lost" | "warning" | "unreadable" | "blocked"> & { up(count: number): void } {
  let state: "unreached" | "up" | "lost" = "unreached";
  return {
    up(count) {
      state = "up";
      const waiting = count === 0 ? "" : `, ${count} events wait in it`;
      log.info(`The outbox is ready${waiting}`, { outbox: count });
    },
    lost(error, retryMs) {
      const fields = { fault: error.fault, retry_ms: Math.round(retryMs) };
      const { message } = error;
      if (state === "unreached") return log.repeated("warn", message, message, fields);
      // The listener's line, on the same broker, tells each attempt.
      log[state === "lost" ? "debug" : "warn"](
        `The outbox is out of reach: ${message}`,
        fields,
      );
      state = "lost";
    },
    blocked(isBlocked) {
      if (isBlocked) log.warn("RabbitMQ is short of memory or disk: the outbox takes nothing");
      else log.info("RabbitMQ has memory and disk again: the outbox takes events");
    },
    unreadable(reason) {
      log.error(`A message of the outbox cannot be read, it goes to the dead letters: ${reason}`);
    },
    warning(text) {
      log.warn(text);
    },
  };
}

/** Tells the log which instance fires. */
export function leaseJournal(log: Log): LeaseEvents {
  let isTold = false;
  return {
    acquired() {
      log.info("Holding the lease: this instance fires now", { role: "leader" });
    },
    lost(reason) {
      log.warn(`Lost the lease, standing by: ${reason}`, { role: "standby" });
    },
    instances(count) {
      isTold = false;
      const standbys = count - 1;
      log.info(`${standbys} other instances stand by`, { standbys });
    },
    disconnected(error, retryMs) {
      // The listener's line, on the same broker, tells each attempt.
      log[isTold ? "debug" : "warn"](`The lease is out of reach: ${error.message}`, {
        fault: error.fault,
        retry_ms: Math.round(retryMs),
      });
      isTold = true;
    },
    warning(text) {
      log.warn(text);
    },
  };
}

/** Tells the log that no checkpoint could be written. */
export function checkpointJournal(log: Log): (error: unknown) => void {
  return (error) => log.debug(`Failed to write the checkpoint: ${messageOf(error)}`);
}

/** Tells the log where this process takes over. */
export function resumeJournal(log: Log, catchUpWindowMs: number): (it: Resumption) => void {
  return ({ since, kind, byMs }) => {
    const fields = { since: rfc3339(since) };
    if (kind === "first") return log.info("No checkpoint yet: nothing is made up for", fields);
    if (kind === "future") {
      return log.warn(
        `The checkpoint lies ${
          (byMs / 1000).toFixed(1)
        } s ahead, the clock was set back: going on from now`,
        fields,
      );
    }
    const away = `Resuming from the checkpoint, ${(byMs / 1000).toFixed(1)} s ago`;
    if (byMs <= catchUpWindowMs) return log.info(away, fields);
    log.warn(`${away}: what fell due before the catch-up window is not made up for`, fields);
  };
}
