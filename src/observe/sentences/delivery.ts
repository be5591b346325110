import { POLICY_ADVICE } from "../../broker/policies.ts";
import type { CheckpointNews, DeliveryNews, StoredNews } from "../../delivery/news.ts";
import type { OutboundEvent } from "../../domain/event.ts";
import { messageOf } from "../../ground/error_text.ts";
import { rfc3339 } from "../../ground/instant.ts";
import { type Line, line, repeated } from "./line.ts";

/** What the log says of the events. Those dropped by the thousand are told by rule, see drop_tally.ts. */
export function deliveryLine(news: DeliveryNews): Line | null {
  switch (news.kind) {
    case "event_stored":
      return storedLine(news);
    case "event_dropped":
      return null;
    case "parked_events_lost": {
      const text = `RabbitMQ lost ${news.count} events of the outbox that it had confirmed`;
      return line("error", `${text}. ${POLICY_ADVICE}`, { lost: true, count: news.count });
    }
    case "circuit_opened":
      return line(
        "warn",
        `Attune API is down, events wait in the outbox until it answers: ${news.reason}`,
      );
    case "circuit_closed": {
      const { downMs } = news;
      const text = `Attune API answers again after ${(downMs / 1000).toFixed(1)} s`;
      return line("info", text, { down_ms: Math.round(downMs) });
    }
    default:
      return eventLine(news);
  }
}

/** What the log says of checkpoints. */
export function checkpointLine(news: CheckpointNews): Line | null {
  switch (news.kind) {
    case "checkpoint_written":
      return null;
    case "checkpoint_unwritten":
      return line("debug", `Failed to write the checkpoint: ${messageOf(news.error)}`);
    case "checkpoint_unread":
      return repeated("warn", `Failed to read the checkpoint: ${messageOf(news.error)}`);
    default:
      return news satisfies never;
  }
}

type ToldElsewhere = {
  kind:
    | "event_stored"
    | "event_dropped"
    | "parked_events_lost"
    | "circuit_opened"
    | "circuit_closed";
};

function eventLine(news: Exclude<DeliveryNews, ToldElsewhere>): Line {
  const { event } = news;
  const fields = fieldsOf(event);
  const failed = `Failed to create event for rule ${event.ruleId}`;
  switch (news.kind) {
    case "event_refused": {
      const text = `${failed}, it goes to the dead letters: ${news.reason}`;
      return line("error", text, { ...fields, status: news.status });
    }
    case "event_retrying": {
      const retry = { ...fields, retry_ms: Math.round(news.delayMs) };
      return line("debug", `${failed}, trying again: ${news.reason}`, retry);
    }
    case "event_spent": {
      const text = `${failed}, it waits in the outbox: ${news.reason}`;
      return repeated("warn", text, fields, `spent ${news.reason}`);
    }
    case "event_parked": {
      const text = `Put an event of rule ${event.ruleId} into the outbox`;
      return { ...line("debug", text, fields), ends: "parking" };
    }
    case "event_unparked": {
      const text = `Failed to put an event of rule ${event.ruleId} into the outbox, it waits`;
      const told = line("warn", `${text}: ${messageOf(news.error)}`, fields);
      return { ...told, spell: "parking", isQuietAgain: true };
    }
    case "event_unburied": {
      const text = `Failed to keep an event of rule ${event.ruleId} among the dead letters`;
      return line("error", `${text}: ${messageOf(news.error)}`, { ...fields, body: event.body });
    }
    case "event_expired":
      return line("error", `${failed}, it is lost: it was in the outbox for too long`, {
        ...fields,
        parked_at: rfc3339(news.parkedAt),
        lost: true,
      });
    case "event_discarded":
      return line(
        "info",
        `Discarded an event of rule ${event.ruleId}: the rule is gone`,
        fields,
      );
    case "event_duplicate": {
      const text = `Passed over an event of rule ${event.ruleId} that the outbox had twice`;
      return line("debug", text, fields);
    }
    default:
      return news satisfies never;
  }
}

function storedLine({ event, result: { eventId, ruleGone }, parkedAt }: StoredNews): Line {
  const fields = {
    ...fieldsOf(event),
    event_id: eventId,
    ...(parkedAt === null ? {} : { parked_at: rfc3339(parkedAt) }),
  };
  if (ruleGone) {
    return line(
      "error",
      `Rule ${event.ruleId} is gone: event ${eventId} was stored without it and may run other rules`,
      fields,
    );
  }
  return line("info", `Timer fired for rule ${event.ruleId}, created event ${eventId}`, fields);
}

function fieldsOf(event: OutboundEvent): Record<string, unknown> {
  return {
    rule_id: event.ruleId,
    rule_ref: event.ruleRef,
    occurrence_id: event.occurrenceId,
  };
}
