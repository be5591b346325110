import { both } from "../observe/both.ts";
import type { LeaseEvents } from "../broker/lease.ts";
import type { RuleListenerEvents } from "../broker/rule_listener.ts";
import type { StoreEvents } from "../broker/store.ts";
import type { Checkpoint } from "../domain/checkpoint.ts";
import type { DeliveryEvents } from "../delivery/delivery_events.ts";
import type { RuleChange } from "../domain/rule.ts";
import type { ReconcilerEvents } from "../sync/reconciler.ts";
import type { RuleBookEvents } from "../sync/rule_book.ts";
import type { DueSink } from "../timers/timer_table.ts";

/** What is heard of the sensor's work, beside the log. Each part leaves out what it has no use for. */
export interface Watch {
  readonly timers: Partial<DueSink>;
  readonly rules: Partial<Pick<RuleBookEvents, "gone">>;
  readonly delivery: Partial<Omit<DeliveryEvents, "unauthorized" | "settled">>;
  readonly checkpoint: Partial<CheckpointEvents>;
  readonly sync: Partial<ReconcilerEvents>;
  readonly store: Partial<Pick<StoreEvents, "up" | "lost" | "blocked">>;
  readonly listener: Partial<Pick<RuleListenerEvents, "up" | "down" | "unreadable">>;
  readonly messages: Partial<MessageEvents>;
  readonly lease: Partial<LeaseEvents>;
}

interface CheckpointEvents {
  /** Is in the broker. */
  written(checkpoint: Checkpoint): void;
}

interface MessageEvents {
  /** A message told of a change, and it is about to be applied. */
  heard(change: RuleChange): void;
}

/** One that hears nothing. */
export const NO_WATCH: Watch = {
  timers: {},
  rules: {},
  delivery: {},
  checkpoint: {},
  sync: {},
  store: {},
  listener: {},
  messages: {},
  lease: {},
};

/** Two as one. */
export function joined(a: Watch, b: Watch): Watch {
  return {
    timers: both(a.timers, b.timers),
    rules: both(a.rules, b.rules),
    delivery: both(a.delivery, b.delivery),
    checkpoint: both(a.checkpoint, b.checkpoint),
    sync: both(a.sync, b.sync),
    store: both(a.store, b.store),
    listener: both(a.listener, b.listener),
    messages: both(a.messages, b.messages),
    lease: both(a.lease, b.lease),
  };
}
