import type { BrokerError } from "../../src/broker/fault.ts";
import type { UnreadableMessage } from "../../src/broker/rule_message.ts";
import { eventOf } from "../../src/delivery/fire_event.ts";
import type { Checkpoint } from "../../src/domain/checkpoint.ts";
import type { OutboundEvent, PostResult } from "../../src/domain/event.ts";
import type { RuleChange, RuleId } from "../../src/domain/rule.ts";
import type { News } from "../../src/observe/news.ts";
import type { Fire } from "../../src/timers/fire.ts";
import type { TimerEntry } from "../../src/timers/timer_records.ts";

// News as tests write them: what matters, in a line.

/** An occurrence fell due. */
export function fired(fire: Fire): News {
  return { kind: "timer_fired", fire, event: eventOf(fire, "core.timer") };
}

/** Occurrences were missed, at 00:00 and 00:01 of 2025. */
export function missed(entry: TimerEntry, count: number, orMore: boolean): News {
  const from = Date.parse("2025-01-01T00:00:00Z");
  const to = count === 1 ? from : from + 60_000;
  return { kind: "occurrences_missed", entry, dropped: { count, orMore, from, to } };
}

/** An event was stored. */
export function stored(
  event: OutboundEvent,
  result: PostResult & { kind: "stored" },
  parkedAt: number | null,
): News {
  return { kind: "event_stored", event, result, parkedAt };
}

/** An event was refused. */
export function refused(
  event: OutboundEvent,
  { reason, status }: { reason: string; status: number | null },
): News {
  return { kind: "event_refused", event, reason, status };
}

/** An event is tried again. */
export function retrying(event: OutboundEvent, reason: string, delayMs: number): News {
  return { kind: "event_retrying", event, reason, delayMs };
}

/** An event had its quick attempts. */
export function spent(event: OutboundEvent, reason: string): News {
  return { kind: "event_spent", event, reason };
}

/** What becomes of an event, where nothing else is to be said. */
export function about(
  word: "parked" | "dropped" | "discarded" | "duplicate",
): (event: OutboundEvent) => News {
  return (event) => ({ kind: `event_${word}`, event });
}

/** An event was not taken by the outbox, or not by the dead letters. */
export function failed(
  word: "unparked" | "unburied",
): (event: OutboundEvent, error: unknown) => News {
  return (event, error) => ({ kind: `event_${word}`, event, error });
}

/** An event was in the outbox for too long. */
export function expired(event: OutboundEvent, parkedAt: number): News {
  return { kind: "event_expired", event, parkedAt };
}

/** The broker lost events. */
export function outboxLost(count: number): News {
  return { kind: "parked_events_lost", count };
}

/** Nothing gets through. */
export function opened(reason: string): News {
  return { kind: "circuit_opened", reason };
}

/** Events get through again. */
export function closed(downMs: number): News {
  return { kind: "circuit_closed", downMs };
}

/** A checkpoint is in the broker. */
export function written(checkpoint: Checkpoint): News {
  return { kind: "checkpoint_written", checkpoint };
}

/** All rules were read. */
export function snapshotDone(rules: number, elapsedMs: number): News {
  return { kind: "snapshot_taken", rules, elapsedMs };
}

/** The rules could not be read. */
export function snapshotFailed(error: unknown, retryMs: number): News {
  return { kind: "snapshot_failed", error, retryMs };
}

/** A rule is gone. */
export function gone(ruleId: RuleId): News {
  return { kind: "rule_gone", ruleId };
}

/** The outbox is up. */
export function storeUp(count: number): News {
  return { kind: "outbox_up", count };
}

/** The outbox is out of reach. */
export function storeLost(error: BrokerError, retryMs: number, wasUp = true): News {
  return { kind: "store_lost", error, retryMs, wasUp };
}

/** The broker is short of memory, or not any more. */
export function storeBlocked(isBlocked: boolean): News {
  return { kind: "outbox_blocked", isBlocked };
}

/** Messages come in. */
export function listenerUp(address = "amqp://h:1/"): News {
  return { kind: "listener_up", address };
}

/** No messages come in. */
export function listenerDown(error: BrokerError, retryMs: number): News {
  return { kind: "listener_down", error, retryMs };
}

/** A message cannot be read. */
export function listenerUnreadable(message: UnreadableMessage): News {
  return { kind: "message_unreadable", message };
}

/** A message was read. */
export function heard(change: RuleChange): News {
  return { kind: "change_heard", change };
}

/** The lease cannot be reached. */
export function leaseDisconnected(error: BrokerError, retryMs: number): News {
  return { kind: "lease_out_of_reach", error, retryMs };
}

/** The lease is lost. */
export function leaseLost(reason: string): News {
  return { kind: "lease_lost", reason };
}
