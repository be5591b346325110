import type { Clock } from "../ground/clock.ts";
import type { OutboundEvent } from "../domain/event.ts";
import type { RuleId } from "../domain/rule.ts";
import { NO_RESULT, type Outcome, type Result, Results } from "./results.ts";
import { NO_WATCH, type Watch } from "./watch.ts";

/** Results that are remembered, of all rules together: about 3 MB. */
const REMEMBERED = 65_536;
/** A reason can quote a whole answer of the API. */
const LONGEST_REASON = 500;

/** What became of a rule's occurrences since the start. Instants are epoch milliseconds. */
export interface Tally {
  /** Events stored on the platform. */
  readonly delivered: number;
  /** Events that never will be. */
  readonly failed: number;
  /** How late the last one was handed out. */
  readonly latenessMs: number | null;
  /** The last thing that went wrong, and when. */
  readonly error: { readonly at: number; readonly reason: string } | null;
}

interface Entry {
  delivered: number;
  failed: number;
  latenessMs: number | null;
  error: { at: number; reason: string } | null;
  /** The number of the last result. */
  last: number;
}

/** Remembers of each rule what came of its occurrences. */
export class History {
  readonly #clock: Clock;
  readonly #results = new Results(REMEMBERED);
  readonly #entries = new Map<RuleId, Entry>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** What became of a rule's occurrences, if it had any. */
  of(ruleId: RuleId): Tally | undefined {
    return this.#entries.get(ruleId);
  }

  /** The last results of a rule, the newest first. */
  resultsOf(ruleId: RuleId, limit: number): Result[] {
    return this.#results.back(this.#entries.get(ruleId)?.last ?? NO_RESULT, limit);
  }

  /** Where this learns what it remembers. */
  get watch(): Watch {
    return {
      ...NO_WATCH,
      timers: {
        fire: ({ ruleId, firedAt, dueAt }) =>
          void (this.#entry(ruleId).latenessMs = Math.max(0, firedAt - dueAt)),
      },
      rules: { gone: (ruleId) => void this.#entries.delete(ruleId) },
      delivery: {
        stored: (event, { eventId }) => {
          this.#end(event, "stored", eventId, null).delivered++;
        },
        refused: (event, { reason }) => this.#fail(event, "refused", reason),
        dropped: (event) => this.#fail(event, "dropped", "Too many events waited"),
        expired: (event) => this.#fail(event, "expired", "It was in the outbox for too long"),
        retrying: ({ ruleId }, reason) => this.#blame(this.#entry(ruleId), reason),
        spent: ({ ruleId }, reason) => this.#blame(this.#entry(ruleId), reason),
      },
    };
  }

  #fail(event: OutboundEvent, outcome: Outcome, reason: string): void {
    const entry = this.#end(event, outcome, null, reason.slice(0, LONGEST_REASON));
    entry.failed++;
    this.#blame(entry, reason);
  }

  #end(
    { ruleId, scheduledAt }: OutboundEvent,
    outcome: Outcome,
    eventId: number | null,
    reason: string | null,
  ): Entry {
    const entry = this.#entry(ruleId);
    const at = this.#clock.now();
    entry.last = this.#results.add({ scheduledAt, at, outcome, eventId, reason }, entry.last);
    return entry;
  }

  #blame(entry: Entry, reason: string): void {
    entry.error = { at: this.#clock.now(), reason: reason.slice(0, LONGEST_REASON) };
  }

  #entry(ruleId: RuleId): Entry {
    let entry = this.#entries.get(ruleId);
    if (entry === undefined) {
      entry = { delivered: 0, failed: 0, latenessMs: null, error: null, last: NO_RESULT };
      this.#entries.set(ruleId, entry);
    }
    return entry;
  }
}
