import type { OutboundEvent } from "./event.ts";

/**
 * The durable queue for events that cannot be delivered now. What it hands out it keeps until that is
 * acknowledged; what was handed out before it went down comes again, in the same order.
 */
export interface Outbox {
  /** Whether it takes events now. */
  readonly isUp: boolean;
  /** Resolves once the event is stored for good. Rejects where it is not, or where nobody knows. */
  put(event: OutboundEvent): Promise<void>;
  /** Keeps an event that can never be delivered, with the reason. Resolves and rejects as {@link put}. */
  bury(event: OutboundEvent, reason: string): Promise<void>;
}

/** Who delivers what the outbox hands out, and hears how it is. */
export interface OutboxTaker {
  take(parcel: Parcel): void;
  /** It takes events from now on, and has `count` of them. */
  up(count: number): void;
  /** It takes no more, and what it handed out is void. */
  down(): void;
  /** It takes events again, or none for a while. */
  blocked(): void;
  /** A message in it made no sense, and is put elsewhere. */
  unreadable(): void;
  /** It no longer has `count` of those that it had confirmed, and that nobody took out. */
  lost(count: number): void;
}

/** An event that the outbox hands out, to be delivered now. */
export interface Parcel {
  readonly event: OutboundEvent;
  /** When it was put into the outbox, in epoch milliseconds. */
  readonly parkedAt: number;
  /** Whether this process put it there. */
  readonly isOwn: boolean;
  /** The outbox has gone down since: it hands the event out again. */
  readonly isVoid: boolean;
  /** Takes it out of the outbox for good, unless it is void. */
  ack(): void;
}
