import type { Clock } from "../ground/clock.ts";
import type { OutboundEvent } from "../domain/event.ts";
import type { Fire } from "../timers/fire.ts";
import type { RuleId } from "../domain/rule.ts";
import type { Outcome } from "./results.ts";
import { NO_WATCH, type Watch } from "./watch.ts";

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
export class Lately {
  readonly #clock: Clock;
  readonly #fires: { -readonly [K in keyof RecentFire]: RecentFire[K] }[] = [];
  readonly #failures: RecentFailure[] = [];
  /** How many fires there have been: the next one's place in the ring. */
  #fired = 0;
  #stored = 0;
  #failed = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Events stored on the platform since the start. */
  get stored(): number {
    return this.#stored;
  }

  /** Events given up since the start. */
  get failed(): number {
    return this.#failed;
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

  /** Where this learns what it remembers. */
  get watch(): Watch {
    return {
      ...NO_WATCH,
      timers: { fire: (fire) => this.#add(fire) },
      delivery: {
        stored: (event) => {
          this.#stored++;
          this.#mark(event, "stored");
        },
        parked: (event) => this.#mark(event, "outbox"),
        discarded: (event) => this.#mark(event, "discarded"),
        refused: (event, { reason }) => this.#fail(event, "refused", reason),
        dropped: (event) => this.#fail(event, "dropped", "Too many events waited"),
        expired: (event) => this.#fail(event, "expired", "It was in the outbox for too long"),
      },
    };
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
    this.#failed++;
    this.#mark(event, outcome);
    const at = this.#clock.now();
    const shortened = reason.slice(0, LONGEST_REASON);
    this.#failures.push({ ruleId, ruleRef, scheduledAt, at, outcome, reason: shortened });
    if (this.#failures.length > FAILURES) this.#failures.shift();
  }
}
