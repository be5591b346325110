import type { StoredEvent } from "../../src/dev/platform/event_table.ts";
import type { Platform } from "../../src/dev/platform/platform.ts";
import type { RuleRow } from "../../src/dev/platform/rule_shapes.ts";
import { payloadOf } from "./world.ts";
import { PATIENCE_MS } from "./patience.ts";

const PERIOD_MS = 1000;

/** Rules that fire every second, and the account of every occurrence: none may be missing, none double. */
export class RunningTimers implements Disposable {
  readonly rules: readonly RuleRow[];
  /** What is wrong with the events so far. */
  readonly problems: string[] = [];
  events = 0;
  /** From the scheduled instant to the sensor's firing, at most. */
  greatestDelayMs = 0;
  /** From the scheduled instant to the storage of the event, at most. */
  greatestLatenessMs = 0;
  readonly #lastAt = new Map<number, number>();
  readonly #waiting = new Set<() => void>();
  readonly #subscription: Disposable;

  /** Makes the rules, whose refs come first of all in the lists of the API. */
  constructor(platform: Platform, count: number) {
    this.rules = Array.from({ length: count }, (_, n) =>
      platform.rules.silently.create({
        ref: `a.running${n}`,
        trigger_ref: "core.intervaltimer",
        trigger_params: { interval: PERIOD_MS / 1000, unit: "seconds" },
      }));
    const ids = new Set(this.rules.map(({ id }) => id));
    this.#subscription = platform.events.subscribe((event) => {
      if (ids.has(payloadOf(event).rule_id)) this.#take(event);
    });
  }

  /** Waits until each has fired for an instant that is not before `at`, in epoch milliseconds. */
  async passed(at: number): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const patience = setTimeout(() => {
      reject(new Error(`Some timers have not fired since ${new Date(at).toISOString()}`));
    }, PATIENCE_MS);
    const check = () => {
      if (this.rules.every(({ id }) => (this.#lastAt.get(id) ?? -Infinity) >= at)) resolve();
    };
    this.#waiting.add(check);
    check();
    await promise.finally(() => clearTimeout(patience));
    this.#waiting.delete(check);
  }

  [Symbol.dispose](): void {
    this.#subscription[Symbol.dispose]();
  }

  #take(event: StoredEvent): void {
    const { rule_id: id, scheduled_at, delay_ms, occurrence_id } = payloadOf(event);
    const at = Date.parse(scheduled_at);
    // Events come in the order of their rule, so that whatever is lost or double shows at once.
    const expectedAt = (this.#lastAt.get(id) ?? at - PERIOD_MS) + PERIOD_MS;
    if (at !== expectedAt) {
      this.problems.push(`${occurrence_id} instead of ${new Date(expectedAt).toISOString()}`);
    }
    if (event.ruleId !== id) this.problems.push(`${occurrence_id} was stored without its rule`);
    this.events++;
    this.greatestDelayMs = Math.max(this.greatestDelayMs, delay_ms);
    this.greatestLatenessMs = Math.max(this.greatestLatenessMs, event.receivedAt - at);
    this.#lastAt.set(id, at);
    for (const check of this.#waiting) check();
  }
}
