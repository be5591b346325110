import type { Clock } from "../ground/clock.ts";
import { messageOf } from "../ground/error_text.ts";
import { Condition } from "./condition.ts";
import { NO_WATCH, type Watch } from "./watch.ts";

const BLOCKED = "RabbitMQ is short of memory or disk";

/** What the sensor needs around it, as it was last heard of. */
export class Vitals {
  readonly api: Condition;
  /** The connection on which messages about rules come. */
  readonly messages: Condition;
  /** The connection of the outbox and the checkpoint. */
  readonly outbox: Condition;
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
  }

  /** How long ago all rules were read, in milliseconds; `null`: never yet. */
  get snapshotAgeMs(): number | null {
    return this.#snapshotAt === null ? null : this.#clock.monotonic() - this.#snapshotAt;
  }

  /** Where this learns what it knows. */
  get watch(): Watch {
    return {
      ...NO_WATCH,
      delivery: {
        opened: (reason) => {
          this.#isCircuitOpen = true;
          this.api.down(reason);
        },
        closed: () => {
          this.#isCircuitOpen = false;
          this.api.up();
        },
        stored: () => this.api.up(),
      },
      sync: {
        snapshotDone: () => {
          this.#snapshotAt = this.#clock.monotonic();
          if (!this.#isCircuitOpen) this.api.up();
        },
        snapshotFailed: (error) => this.api.down(messageOf(error)),
      },
      store: {
        up: () => this.outbox.up(),
        lost: (error) => this.outbox.down(error.message),
        blocked: (isBlocked) => isBlocked ? this.outbox.down(BLOCKED) : this.outbox.up(),
      },
      listener: {
        up: () => this.messages.up(),
        down: (error) => this.messages.down(error.message),
      },
      // Whoever fires next has a circuit of its own.
      lease: { lost: () => void (this.#isCircuitOpen = false) },
    };
  }
}
