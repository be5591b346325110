/** How an event ended. */
export type Outcome = "stored" | "refused" | "dropped" | "expired";

/** What came of one occurrence. Instants are epoch milliseconds. */
export interface Result {
  readonly scheduledAt: number;
  /** When it came to its end. */
  readonly at: number;
  readonly outcome: Outcome;
  /** `null`: there is none, or the answer could not be read. */
  readonly eventId: number | null;
  readonly reason: string | null;
}

/** Stands where no result is. */
export const NO_RESULT = -1;
const OUTCOMES: readonly Outcome[] = ["stored", "refused", "dropped", "expired"];

/**
 * The latest results of all rules, in a ring: memory stays the same, however many there are. Each knows
 * the one before it of the same rule, so that those of one rule are found without a search.
 */
export class Results {
  readonly #capacity: number;
  /** How many there have ever been; the next one's number. */
  #total = 0;
  readonly #scheduledAt: Float64Array;
  readonly #at: Float64Array;
  /** `NaN`: there is none. */
  readonly #eventIds: Float64Array;
  readonly #before: Float64Array;
  readonly #outcomes: Uint8Array;
  readonly #reasons: (string | null)[] = [];

  constructor(capacity: number) {
    this.#capacity = capacity;
    this.#scheduledAt = new Float64Array(capacity);
    this.#at = new Float64Array(capacity);
    this.#eventIds = new Float64Array(capacity);
    this.#before = new Float64Array(capacity);
    this.#outcomes = new Uint8Array(capacity);
  }

  /** Adds one, `before` being the number of the rule's last one. Returns the number of this one. */
  add(result: Result, before: number): number {
    const place = this.#total % this.#capacity;
    this.#scheduledAt[place] = result.scheduledAt;
    this.#at[place] = result.at;
    this.#eventIds[place] = result.eventId ?? NaN;
    this.#before[place] = before;
    this.#outcomes[place] = OUTCOMES.indexOf(result.outcome);
    this.#reasons[place] = result.reason;
    return this.#total++;
  }

  /** The results of a rule back from its last one, the newest first, as far as they are remembered. */
  back(last: number, limit: number): Result[] {
    const found: Result[] = [];
    const oldest = Math.max(0, this.#total - this.#capacity);
    for (let number = last; number >= oldest && found.length < limit;) {
      const place = number % this.#capacity;
      found.push(this.#resultAt(place));
      number = this.#before[place] ?? NO_RESULT;
    }
    return found;
  }

  #resultAt(place: number): Result {
    const eventId = this.#eventIds[place] ?? NaN;
    return {
      scheduledAt: this.#scheduledAt[place] ?? NaN,
      at: this.#at[place] ?? NaN,
      outcome: OUTCOMES[this.#outcomes[place] ?? 0] ?? "stored",
      eventId: Number.isNaN(eventId) ? null : eventId,
      reason: this.#reasons[place] ?? null,
    };
  }
}
