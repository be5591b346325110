import type { Clock } from "../ground/clock.ts";
import type { OutboundEvent } from "../domain/event.ts";
import type { RuleId } from "../domain/rule.ts";
import { NO_RESULT, type Outcome, type Result, Results } from "./results.ts";
import type { News } from "../observe/news.ts";

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
  readonly #isKnown: (ruleId: RuleId) => boolean;
  readonly #results = new Results(REMEMBERED);
  readonly #entries = new Map<RuleId, Entry>();

  /** `isKnown`: what comes of an event whose rule is gone is not remembered. */
  constructor(clock: Clock, isKnown: (ruleId: RuleId) => boolean) {
    this.#clock = clock;
    this.#isKnown = isKnown;
  }

  /** What became of a rule's occurrences, if it had any. */
  of(ruleId: RuleId): Tally | undefined {
    return this.#entries.get(ruleId);
  }

  /** The last results of a rule, the newest first. */
  resultsOf(ruleId: RuleId, limit: number): Result[] {
    return this.#results.back(this.#entries.get(ruleId)?.last ?? NO_RESULT, limit);
  }

  /** Takes news. */
  listen(news: News): void {
    switch (news.kind) {
      case "timer_fired": {
        const { ruleId, firedAt, dueAt } = news.fire;
        this.#entry(ruleId).latenessMs = Math.max(0, firedAt - dueAt);
        return;
      }
      case "rule_gone":
        return void this.#entries.delete(news.ruleId);
      case "event_stored":
        return void this.#end(news.event, "stored", news.result.eventId, null).delivered++;
      case "event_refused":
        return this.#fail(news.event, "refused", news.reason);
      case "event_dropped":
        return this.#fail(news.event, "dropped", "Too many events waited");
      case "event_expired":
        return this.#fail(news.event, "expired", "It was in the outbox for too long");
      case "event_retrying":
      case "event_spent":
        return this.#blame(this.#entry(news.event.ruleId), news.reason);
    }
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
      if (this.#isKnown(ruleId)) this.#entries.set(ruleId, entry);
    }
    return entry;
  }
}
