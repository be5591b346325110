import type { Checkpoint } from "../domain/checkpoint.ts";
import type { OutboundEvent, PostResult } from "../domain/event.ts";

interface EventNews<Kind extends string> {
  readonly kind: Kind;
  readonly event: OutboundEvent;
}

/** How an event came to its end, or nearer to it. Instants are epoch milliseconds. */
export type DeliveryNews =
  | StoredNews
  /** Refused for good, and put among the dead letters. */
  | EventNews<"event_refused"> & { readonly reason: string; readonly status: number | null }
  | EventNews<"event_retrying"> & { readonly reason: string; readonly delayMs: number }
  /** It had its quick attempts, and goes into the outbox or waits for it. */
  | EventNews<"event_spent"> & { readonly reason: string }
  | EventNews<"event_parked">
  /** The outbox did not take it; it is offered again. */
  | EventNews<"event_unparked"> & { readonly error: unknown }
  /** It could be neither delivered nor kept among the dead letters. */
  | EventNews<"event_unburied"> & { readonly error: unknown }
  /** Lost: too many waited, and this was the oldest. */
  | EventNews<"event_dropped">
  /** Lost: it was in the outbox for too long. */
  | EventNews<"event_expired"> & { readonly parkedAt: number }
  /** Its rule no longer exists. */
  | EventNews<"event_discarded">
  /** The outbox had it twice, and the other one was delivered. */
  | EventNews<"event_duplicate">
  /** The broker no longer had events that it had confirmed. */
  | { readonly kind: "parked_events_lost"; readonly count: number }
  /** Nothing got through to the platform any more; events wait in the outbox. */
  | { readonly kind: "circuit_opened"; readonly reason: string }
  | { readonly kind: "circuit_closed"; readonly downMs: number };

/** Created on the platform; `parkedAt` is when it came into the outbox, `null` if it never did. */
export interface StoredNews extends EventNews<"event_stored"> {
  readonly result: PostResult & { readonly kind: "stored" };
  readonly parkedAt: number | null;
}

/** What became of checkpoints. */
export type CheckpointNews =
  | { readonly kind: "checkpoint_written"; readonly checkpoint: Checkpoint }
  | { readonly kind: "checkpoint_unwritten"; readonly error: unknown }
  | { readonly kind: "checkpoint_unread"; readonly error: unknown };
