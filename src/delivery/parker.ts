import type { Clock } from "../ground/clock.ts";
import type { OutboundEvent } from "../domain/event.ts";
import type { Outbox } from "../domain/outbox.ts";
import type { Lane } from "./lane.ts";
import { OrderedSet } from "../collections/ordered_set.ts";

/** Events on their way into the outbox at the same time; RabbitMQ is busy from about 100 on. */
const PUTS_AT_ONCE = 256;
/** Before an outbox that refused an event is offered one again. */
const PAUSE_MS = 1000;

/** Is told how the putting goes. */
export interface ParkerEvents {
  /** The first event of a lane is in the outbox, or is not, or nobody knows: then there is an `error`. */
  done(lane: Lane, event: OutboundEvent, error: unknown): void;
  /** {@link Parker.isOpen} has changed, other than by the outbox. */
  changed(): void;
}

/** Puts the events of lanes into the outbox: one at a time for each lane, so that they stay in order. */
export class Parker implements Disposable {
  readonly #outbox: Outbox;
  readonly #clock: Clock;
  readonly #on: ParkerEvents;
  readonly #lanes = new OrderedSet<Lane>();
  #putting = 0;
  #pause: Disposable | null = null;

  constructor(outbox: Outbox, clock: Clock, on: ParkerEvents) {
    this.#outbox = outbox;
    this.#clock = clock;
    this.#on = on;
  }

  /** Whether events may be put into the outbox: it is up, and has not just refused one. */
  get isOpen(): boolean {
    return this.#outbox.isUp && this.#pause === null;
  }

  /** Whether the first event of a lane is to be put into the outbox. */
  include(lane: Lane, isIn: boolean): void {
    if (isIn) this.#lanes.add(lane);
    else this.#lanes.delete(lane);
  }

  /** Starts what may be started now. */
  pump(): void {
    while (this.isOpen && this.#putting < PUTS_AT_ONCE) {
      const lane = this.#lanes.first;
      if (lane === undefined) return;
      this.#put(lane);
    }
  }

  [Symbol.dispose](): void {
    this.#pause?.[Symbol.dispose]();
    // What is refused from now on is not offered again.
    this.#pause = { [Symbol.dispose]: () => {} };
  }

  #put(lane: Lane): void {
    const event = lane.waiting.first;
    this.#lanes.delete(lane);
    if (event === undefined) return;
    lane.beginPut();
    this.#putting++;
    const end = (error: unknown) => {
      lane.endPut();
      this.#putting--;
      const isRefused = error !== undefined && this.isOpen;
      if (isRefused) this.#rest();
      this.#on.done(lane, event, error);
      if (isRefused) this.#on.changed();
    };
    this.#outbox.put(event).then(() => end(undefined), end);
  }

  #rest(): void {
    this.#pause = this.#clock.alarm(PAUSE_MS, () => {
      this.#pause = null;
      this.#on.changed();
    });
  }
}
