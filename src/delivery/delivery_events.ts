import type { OutboundEvent, PostResult } from "../domain/event.ts";

/** How an event came to its end, or nearer to it. */
export interface DeliveryEvents {
  /** Created on the platform; `parkedAt` is when it was put into the outbox, `null` for one that was not. */
  stored(
    event: OutboundEvent,
    result: PostResult & { kind: "stored" },
    parkedAt: number | null,
  ): void;
  /** Refused for good; it is kept among the dead letters. */
  refused(event: OutboundEvent, result: { reason: string; status: number | null }): void;
  /** The token was refused; the event waits. */
  unauthorized(reason: string): void;
  retrying(event: OutboundEvent, reason: string, delayMs: number): void;
  /** An event had its quick attempts and is put into the outbox, or waits for it. */
  spent(event: OutboundEvent, reason: string): void;
  /** Is in the outbox. */
  parked(event: OutboundEvent): void;
  /** The outbox does not take an event; it is offered again. */
  unparked(event: OutboundEvent, error: unknown): void;
  /** An event that cannot be delivered could not be kept among the dead letters. */
  unburied(event: OutboundEvent, error: unknown): void;
  /** Lost: too many wait, and this is the oldest. */
  dropped(event: OutboundEvent): void;
  /** Lost: it was in the outbox for too long. */
  expired(event: OutboundEvent, parkedAt: number): void;
  /** The rule is no more. */
  discarded(event: OutboundEvent): void;
  /** The outbox had it twice; the other one was delivered. */
  duplicate(event: OutboundEvent): void;
  /** The broker no longer has events that it had confirmed. */
  outboxLost(count: number): void;
  /** Nothing gets through to the platform; events wait in the outbox. */
  opened(reason: string): void;
  /** Events get through again. */
  closed(downMs: number): void;
  /** Something came to its end in this turn: what is undelivered has changed. */
  settled(): void;
}
