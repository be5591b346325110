import type { Clock } from "../ground/clock.ts";
import { messageOf } from "../ground/error_text.ts";
import { Condition } from "./condition.ts";
import type { News } from "../observe/news.ts";

const BLOCKED = "RabbitMQ is short of memory or disk";

/** What the sensor needs around it, as it was last heard of. */
export class Vitals {
  readonly api: Condition;
  /** The connection on which messages about rules come. */
  readonly messages: Condition;
  /** The connection of the outbox and the checkpoint. */
  readonly outbox: Condition;
  /** The connection of the lease, where there is one. */
  readonly lease: Condition;
  readonly #clock: Clock;
  /** When all rules were last read, on the monotonic clock. */
  #snapshotAt: number | null = null;
  /** Events do not get through, whatever else does. */
  #isCircuitOpen = false;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.api = new Condition(clock);
    this.messages = new Condition(clock);
    this.outbox = new Condition(clock);
    this.lease = new Condition(clock);
  }

  /** How long ago all rules were read, in milliseconds; `null`: never yet. */
  get snapshotAgeMs(): number | null {
    return this.#snapshotAt === null ? null : this.#clock.monotonic() - this.#snapshotAt;
  }

  /** Takes news. */
  listen(news: News): void {
    switch (news.kind) {
      case "circuit_opened":
        this.#isCircuitOpen = true;
        return this.api.down(news.reason);
      case "circuit_closed":
        this.#isCircuitOpen = false;
        return this.api.up();
      case "event_stored":
        return this.api.up();
      case "snapshot_taken":
        this.#snapshotAt = this.#clock.monotonic();
        if (!this.#isCircuitOpen) this.api.up();
        return;
      case "snapshot_failed":
        return this.api.down(messageOf(news.error));
      case "outbox_up":
        return this.outbox.up();
      case "store_lost":
        return this.outbox.down(news.error.message);
      case "outbox_blocked":
        return news.isBlocked ? this.outbox.down(BLOCKED) : this.outbox.up();
      case "listener_up":
        return this.messages.up();
      case "listener_down":
        return this.messages.down(news.error.message);
      case "lease_in_reach":
        return this.lease.up();
      case "lease_out_of_reach":
        return this.lease.down(news.error.message);
      case "lease_lost":
        // Whoever fires next has a circuit of its own.
        this.#isCircuitOpen = false;
    }
  }
}
