import type { Clock } from "../ground/clock.ts";
import type { OutboundEvent } from "../domain/event.ts";
import type { Log } from "../log/log.ts";
import type { News } from "./news.ts";
import type { RuleId } from "../domain/rule.ts";

/** One line a rule in this time: events can be dropped by the thousand. */
const SPAN_MS = 60_000;

interface Drops {
  readonly ruleRef: string;
  count: number;
}

/** Counts events that were lost because too many waited, and tells the log by rule, now and then. */
export class DropTally implements Disposable {
  readonly #log: Log;
  readonly #clock: Clock;
  readonly #drops = new Map<RuleId, Drops>();
  #alarm: Disposable | null = null;

  constructor(log: Log, clock: Clock) {
    this.#log = log;
    this.#clock = clock;
  }

  /** Takes news. */
  listen(news: News): void {
    if (news.kind === "event_dropped") this.#add(news.event);
  }

  /** Counts one; the first is told of at once. */
  #add({ ruleId, ruleRef }: OutboundEvent): void {
    const drops = this.#drops.get(ruleId);
    if (drops !== undefined) drops.count++;
    else this.#drops.set(ruleId, { ruleRef, count: 1 });
    if (this.#alarm !== null) return;
    this.#log.error("Too many events wait, the oldest are lost: a line for each rule follows");
    this.#alarm = this.#clock.alarm(SPAN_MS, () => {
      this.#alarm = null;
      this.#tell();
    });
  }

  /** Tells what has not been told. */
  [Symbol.dispose](): void {
    this.#alarm?.[Symbol.dispose]();
    this.#alarm = null;
    this.#tell();
  }

  #tell(): void {
    for (const [ruleId, { ruleRef, count }] of this.#drops) {
      this.#log.error(`Failed to create ${count} events for rule ${ruleId}, they are lost`, {
        rule_id: ruleId,
        rule_ref: ruleRef,
        count,
        lost: true,
      });
    }
    this.#drops.clear();
  }
}
