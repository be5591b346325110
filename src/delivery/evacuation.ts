import { Fifo } from "../collections/fifo.ts";
import type { OutboundEvent } from "../domain/event.ts";
import type { Outbox } from "../domain/outbox.ts";
import type { RuleId } from "../domain/rule.ts";
import type { Tell } from "../ground/tell.ts";
import type { DeliveryNews } from "./news.ts";

/** Events on their way at the same time: a stream of confirms, that no answer holds up. */
const PUTS_AT_ONCE = 1000;

/** What {@link Evacuation} works with. */
export interface EvacuationOptions {
  readonly outbox: Outbox;
  /** Whether the platform has the rule. */
  readonly isKnown: (ruleId: RuleId) => boolean;
  readonly tell: Tell<DeliveryNews>;
  /** Called after each event that came to its end, or failed to. */
  readonly settled: () => void;
}

/**
 * Puts what is left at the end into the outbox, in its order and without waiting for one event before the
 * next is sent. What the outbox does not take stays here: it is for whoever comes next to make up for.
 */
export class Evacuation implements Disposable {
  readonly #options: EvacuationOptions;
  readonly #waiting: Fifo<OutboundEvent> = new Fifo();
  /** Those that wait too: all that are not in the outbox. */
  readonly #left = new Set<OutboundEvent>();
  #puts = 0;

  constructor(options: EvacuationOptions) {
    this.#options = options;
  }

  /** Events that are not in the outbox. */
  get size(): number {
    return this.#left.size;
  }

  /** When the first occurrence fell due that one of them stands for, in epoch milliseconds, or Infinity. */
  get coversFrom(): number {
    let earliest = Infinity;
    for (const { coversFrom } of this.#left) earliest = Math.min(earliest, coversFrom);
    return earliest;
  }

  /** Takes events of a rule, oldest first. */
  take(events: readonly OutboundEvent[]): void {
    for (const event of events) {
      this.#left.add(event);
      this.#waiting.push(event);
    }
    this.#pump();
  }

  /** Sends nothing more. What is on its way may still arrive. */
  [Symbol.dispose](): void {
    this.#waiting.clear();
  }

  #pump(): void {
    while (this.#puts < PUTS_AT_ONCE) {
      const event = this.#waiting.shift();
      if (event === undefined) return;
      this.#puts++;
      const end = (error: unknown) => this.#end(event, error);
      this.#options.outbox.put(event).then(() => end(undefined), end);
    }
  }

  #end(event: OutboundEvent, error: unknown): void {
    const { isKnown, tell, settled } = this.#options;
    this.#puts--;
    if (error !== undefined && isKnown(event.ruleId)) {
      tell({ kind: "event_unparked", event, error });
    } else {
      this.#left.delete(event);
      tell({ kind: error === undefined ? "event_parked" : "event_discarded", event });
    }
    settled();
    this.#pump();
  }
}
