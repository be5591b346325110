import type { RuleChange } from "../domain/rule.ts";
import type { BrokerError } from "./fault.ts";
import type { UnreadableMessage } from "./rule_message.ts";

/** A connection ended, or could not be made; the next attempt follows in `retryMs`. */
interface Outage<Kind extends string> {
  readonly kind: Kind;
  readonly error: BrokerError;
  readonly retryMs: number;
}

/** How the outbox, the checkpoint and their connection are. */
export type StoreNews =
  /** The outbox takes events from now on, and has `count` of them. */
  | { readonly kind: "outbox_up"; readonly count: number }
  /** `wasUp`: the outbox was up before. */
  | Outage<"store_lost"> & { readonly wasUp: boolean }
  /** The broker ran short of memory or disk, or has enough again. */
  | { readonly kind: "outbox_blocked"; readonly isBlocked: boolean }
  /** A message in the queue made no sense, and goes to the dead letters. */
  | { readonly kind: "outbox_unreadable"; readonly reason: string }
  /** A queue no longer had the one message that was to stay there: it is written again. */
  | { readonly kind: "kept_message_lost"; readonly queue: string }
  | { readonly kind: "store_warning"; readonly text: string };

/** How listening for rule messages goes. */
export type ListenerNews =
  | { readonly kind: "listener_up"; readonly address: string }
  | Outage<"listener_down">
  /** A message told of a change, which is applied next. */
  | { readonly kind: "change_heard"; readonly change: RuleChange }
  | {
    readonly kind: "change_retrying";
    readonly change: RuleChange;
    readonly error: unknown;
    readonly retryMs: number;
  }
  /** A message made no sense, and is gone. */
  | { readonly kind: "message_unreadable"; readonly message: UnreadableMessage }
  | { readonly kind: "listener_warning"; readonly text: string };

/** Who holds the lease. */
export type LeaseNews =
  /** This instance competes, or holds it. */
  | { readonly kind: "lease_in_reach" }
  | { readonly kind: "lease_acquired" }
  | { readonly kind: "lease_lost"; readonly reason: string }
  /** Instances that compete, this one included. */
  | { readonly kind: "instances_counted"; readonly count: number }
  | Outage<"lease_out_of_reach">
  | { readonly kind: "lease_warning"; readonly text: string };
