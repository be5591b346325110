import type { Clock } from "../ground/clock.ts";
import type { OutboundEvent } from "../domain/event.ts";
import type { Fire } from "../timers/fire.ts";
import type { RuleId } from "../domain/rule.ts";
import type { Outcome } from "./results.ts";
import type { News } from "../observe/news.ts";

/** As many as one can take in at a glance. */
const FIRES = 20;
const FAILURES = 10;
/** A reason can quote a whole answer of the API. */
const LONGEST_REASON = 300;

/** How far an occurrence got: `posting` until something is known. */
export type Progress = Outcome | "posting" | "outbox" | "discarded";

/** An occurrence that was handed out. Instants are epoch milliseconds. */
export interface RecentFire {
  readonly ruleId: RuleId;
  readonly ruleRef: string;
  readonly scheduledAt: number;
  /** How late it was handed out. */
  readonly latenessMs: number;
  readonly progress: Progress;
}

/** An event that never will be on the platform. */
export interface RecentFailure {
  readonly ruleId: RuleId;
  readonly ruleRef: string;
  readonly scheduledAt: number;
  /** When it was given up. */
  readonly at: number;
  readonly outcome: Outcome;
  readonly reason: string;
}

/** Remembers the last things that happened, whatever rules they happened to. */
export class RecentActivity {
  readonly #clock: Clock;
  readonly #fires: { -readonly [K in keyof RecentFire]: RecentFire[K] }[] = [];
  readonly #failures: RecentFailure[] = [];
  /** How many fires there have been: the next one's place in the ring. */
  #fired = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The last fires, the newest first. */
  get fires(): readonly RecentFire[] {
    const split = this.#fired % FIRES;
    return [...this.#fires.slice(split), ...this.#fires.slice(0, split)].toReversed();
  }

  /** The last events that were given up, the newest first. */
  get failures(): readonly RecentFailure[] {
    return this.#failures.toReversed();
  }

  /** Takes news. */
  listen(news: News): void {
    switch (news.kind) {
      case "timer_fired":
        return this.#add(news.fire);
      case "event_stored":
        return this.#mark(news.event, "stored");
      case "event_parked":
        return this.#mark(news.event, "outbox");
      case "event_discarded":
        return this.#mark(news.event, "discarded");
      case "event_refused":
        return this.#fail(news.event, "refused", news.reason);
      case "event_dropped":
        return this.#fail(news.event, "dropped", "Too many events waited");
      case "event_expired":
        return this.#fail(news.event, "expired", "It was in the outbox for too long");
    }
  }

  #add({ ruleId, ruleRef, scheduledAt, dueAt, firedAt }: Fire): void {
    const latenessMs = Math.max(0, firedAt - dueAt);
    this.#fires[this.#fired++ % FIRES] = {
      ruleId,
      ruleRef,
      scheduledAt,
      latenessMs,
      progress: "posting",
    };
  }

  /** What fired before the last few is not to be seen any more. */
  #mark({ ruleId, scheduledAt }: OutboundEvent, progress: Progress): void {
    const found = this.#fires.find((it) => it.scheduledAt === scheduledAt && it.ruleId === ruleId);
    if (found !== undefined) found.progress = progress;
  }

  #fail(event: OutboundEvent, outcome: Outcome, reason: string): void {
    const { ruleId, ruleRef, scheduledAt } = event;
    this.#mark(event, outcome);
    const at = this.#clock.now();
    const shortened = reason.slice(0, LONGEST_REASON);
    this.#failures.push({ ruleId, ruleRef, scheduledAt, at, outcome, reason: shortened });
    if (this.#failures.length > FAILURES) this.#failures.shift();
  }
}
