import type { LeaseEvents } from "../broker/lease.ts";
import type { RuleListenerEvents } from "../broker/rule_listener.ts";
import type { StoreEvents } from "../broker/store.ts";
import type { DeliveryEvents } from "../delivery/delivery_events.ts";
import type { ReconcilerEvents } from "../sync/reconciler.ts";

/** What is heard of the sensor's work, beside the log. Each part leaves out what it has no use for. */
export interface Watch {
  readonly delivery: Partial<Omit<DeliveryEvents, "unauthorized" | "settled">>;
  readonly sync: Partial<ReconcilerEvents>;
  readonly store: Partial<Pick<StoreEvents, "up" | "lost" | "blocked">>;
  readonly listener: Partial<Pick<RuleListenerEvents, "up" | "down" | "unreadable">>;
  readonly lease: Partial<LeaseEvents>;
}
