import type { BrokerError, BrokerFault } from "../../broker/fault.ts";
import type { LeaseNews, ListenerNews, StoreNews } from "../../broker/news.ts";
import { POLICY_ADVICE } from "../../broker/policies.ts";
import { messageOf } from "../../ground/error_text.ts";
import { type Line, line, repeated } from "./line.ts";

/** What the log says of the outbox and the checkpoint. */
export function storeLine(news: StoreNews): Line {
  switch (news.kind) {
    case "outbox_up": {
      const waiting = news.count === 0 ? "" : `, ${news.count} events wait in it`;
      const fields = { outbox: news.count };
      return { ...line("info", `The outbox is ready${waiting}`, fields), ends: "outbox" };
    }
    case "store_lost": {
      const { error, retryMs, wasUp } = news;
      const fields = { fault: error.fault, retry_ms: Math.round(retryMs) };
      if (!wasUp) return repeated("warn", error.message, fields);
      return {
        ...outOfReach(error, `The outbox is out of reach: ${error.message}`, fields),
        spell: "outbox",
      };
    }
    case "outbox_blocked":
      return news.isBlocked
        ? line("warn", "RabbitMQ is short of memory or disk: the outbox takes nothing")
        : line("info", "RabbitMQ has memory and disk again: the outbox takes events");
    case "outbox_unreadable":
      return line(
        "error",
        `A message of the outbox cannot be read, it goes to the dead letters: ${news.reason}`,
      );
    case "kept_message_lost": {
      const text = `The message of queue '${news.queue}' was gone, and is written again`;
      return repeated("error", `${text}. ${POLICY_ADVICE}`, { queue: news.queue });
    }
    case "store_warning":
      return line("warn", news.text);
    default:
      return news satisfies never;
  }
}

/** What the log says of listening for rule messages. */
export function listenerLine(news: ListenerNews): Line | null {
  switch (news.kind) {
    case "listener_up":
      return { ...line("info", `Connected to RabbitMQ at ${news.address}`), ends: "listener" };
    case "listener_down": {
      const { error: { message, fault }, retryMs } = news;
      const fields = { fault, retry_ms: Math.round(retryMs) };
      return { ...repeated("warn", message, fields), spell: "listener" };
    }
    case "change_heard":
      return null;
    case "change_retrying": {
      const { change: { ruleId, ruleRef }, error, retryMs } = news;
      const reason = messageOf(error);
      const fields = { rule_id: ruleId, rule_ref: ruleRef, retry_ms: Math.round(retryMs) };
      const text = `Failed to apply a message about rule ${ruleId ?? ruleRef}: ${reason}`;
      return repeated("warn", text, fields, `apply ${reason}`);
    }
    case "message_unreadable": {
      const { reason, excerpt } = news.message;
      const text = `Cannot read a message, so all rules are read again: ${reason}`;
      return repeated("warn", text, { excerpt });
    }
    case "listener_warning":
      return line("warn", news.text);
    default:
      return news satisfies never;
  }
}

/** What the trouble of one queue is: others, and whoever uses them, know nothing of it. */
const OF_A_QUEUE: ReadonlySet<BrokerFault> = new Set([
  "queue_out_of_reach",
  "unanswered",
  "refused",
  "cancelled",
]);

function outOfReach({ fault }: BrokerError, text: string, fields: Line["fields"]): Line {
  if (OF_A_QUEUE.has(fault)) return repeated("warn", text, fields);
  // The listener's line, on the same broker, tells each attempt.
  return { ...line("warn", text, fields), isQuietAgain: true };
}

/** What the log says of which instance fires. */
export function leaseLine(news: LeaseNews): Line {
  switch (news.kind) {
    case "lease_in_reach":
      return {
        ...line("info", "The lease is within reach again"),
        ends: "lease",
        isRecovery: true,
      };
    case "lease_acquired":
      return line("info", "Holding the lease: this instance fires now", { role: "leader" });
    case "lease_lost":
      return line("warn", `Lost the lease, standing by: ${news.reason}`, { role: "standby" });
    case "instances_counted": {
      const standbys = news.count - 1;
      return line("info", `${standbys} other instances stand by`, { standbys });
    }
    case "lease_out_of_reach": {
      const { error, retryMs } = news;
      const fields = { fault: error.fault, retry_ms: Math.round(retryMs) };
      return {
        ...outOfReach(error, `The lease is out of reach: ${error.message}`, fields),
        spell: "lease",
      };
    }
    case "lease_warning":
      return line("warn", news.text);
    default:
      return news satisfies never;
  }
}
