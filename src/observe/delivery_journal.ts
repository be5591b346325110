import type { DeliveryEvents } from "../delivery/delivery_events.ts";
import type { OutboundEvent } from "../domain/event.ts";
import { rfc3339 } from "../ground/instant.ts";
import type { Log } from "../log/log.ts";
import { messageOf } from "../ground/error_text.ts";
import type { DropTally } from "./drop_tally.ts";

/** Counts of what became of the events since the start. */
export interface DeliveryCounts {
  /** Created on the platform. */
  stored: number;
  /** Refused for good, and put among the dead letters. */
  refused: number;
  /** Put into the outbox. */
  parked: number;
  /** Lost, because too many waited in memory. */
  dropped: number;
  /** Lost, because they were in the outbox for too long. */
  expired: number;
  /** Of rules that are no more. */
  discarded: number;
}

/** Tells the log what becomes of the events, and counts it; `unauthorized` and `settled` are for the caller. */
export function deliveryJournal(
  log: Log,
  counts: DeliveryCounts,
  drops: DropTally,
): Omit<DeliveryEvents, "unauthorized" | "settled"> {
  let isRefusing = false;
  return {
    stored(event, { eventId, ruleGone }, parkedAt) {
      counts.stored++;
      const fields = { ...eventFields(event), event_id: eventId, ...outboxFields(parkedAt) };
      if (ruleGone) {
        log.error(
          `Rule ${event.ruleId} is gone: event ${eventId} was stored without it and may run other rules`,
          fields,
        );
      } else {
        const created = eventId === null ? "created an event" : `created event ${eventId}`;
        log.info(`Timer fired for rule ${event.ruleId}, ${created}`, fields);
      }
    },
    refused(event, { reason, status }) {
      counts.refused++;
      log.error(
        `Failed to create event for rule ${event.ruleId}, it goes to the dead letters: ${reason}`,
        { ...eventFields(event), status },
      );
    },
    retrying(event, reason, delayMs) {
      log.debug(`Failed to create event for rule ${event.ruleId}, trying again: ${reason}`, {
        ...eventFields(event),
        retry_ms: Math.round(delayMs),
      });
    },
    spent(event, reason) {
      const text =
        `Failed to create event for rule ${event.ruleId}, it waits in the outbox: ${reason}`;
      log.repeated("warn", `spent ${reason}`, text, eventFields(event));
    },
    parked(event) {
      counts.parked++;
      isRefusing = false;
      log.debug(`Put an event of rule ${event.ruleId} into the outbox`, eventFields(event));
    },
    unparked(event, error) {
      const text = `Failed to put an event of rule ${event.ruleId} into the outbox, it waits`;
      log[isRefusing ? "debug" : "warn"](`${text}: ${messageOf(error)}`, eventFields(event));
      isRefusing = true;
    },
    unburied(event, error) {
      log.error(
        `Failed to keep an event of rule ${event.ruleId} among the dead letters: ${
          messageOf(error)
        }`,
        { ...eventFields(event), body: event.body },
      );
    },
    dropped(event) {
      counts.dropped++;
      drops.add(event);
    },
    expired(event, parkedAt) {
      counts.expired++;
      log.error(
        `Failed to create event for rule ${event.ruleId}, it is lost: it was in the outbox for too long`,
        { ...eventFields(event), ...outboxFields(parkedAt), lost: true },
      );
    },
    discarded(event) {
      counts.discarded++;
      log.info(`Discarded an event of rule ${event.ruleId}: the rule is gone`, eventFields(event));
    },
    duplicate(event) {
      log.debug(`Passed over an event of rule ${event.ruleId} that the outbox had twice`, {
        ...eventFields(event),
      });
    },
    outboxLost(count) {
      log.error(`RabbitMQ lost ${count} events of the outbox that it had confirmed`, {
        lost: true,
        count,
      });
    },
    opened(reason) {
      log.warn(`Attune API is down, events wait in the outbox until it answers: ${reason}`);
    },
    closed(downMs) {
      log.info(`Attune API answers again after ${(downMs / 1000).toFixed(1)} s`, {
        down_ms: Math.round(downMs),
      });
    },
  };
}

function outboxFields(parkedAt: number | null): Record<string, unknown> {
  return parkedAt === null ? {} : { parked_at: rfc3339(parkedAt) };
}

function eventFields(event: OutboundEvent): Record<string, unknown> {
  return {
    rule_id: event.ruleId,
    rule_ref: event.ruleRef,
    occurrence_id: event.occurrenceId,
  };
}
