import type { OutboundEvent } from "../domain/event.ts";

/** What delivery asks of others. */
export interface DeliveryPorts {
  /** The token was refused; the event waits. */
  unauthorized(reason: string): void;
  /** An event was stored without its rule: that rule is gone, and nothing may be posted for it. */
  ruleGone(event: OutboundEvent): void;
  /** Something came to its end in this turn: what is undelivered has changed. */
  settled(): void;
}
