import { ON_TIME_MS } from "../../src/timers/misfire.ts";
import { type Arrival, type Evidence, nameOf, type Occurrence } from "./evidence.ts";

/** What came of a comparison. */
export interface Verdict {
  /** Occurrences that had to come: those that did, those that a later one stood for, and those lost. */
  readonly expected: number;
  readonly stored: number;
  readonly stoodFor: number;
  /** Events that repeat an occurrence under the same occurrence_id, explained or not. */
  readonly repeated: number;
  /** How late the latest of the occurrences that had to come was first stored; `null`: not known. */
  readonly maxLateMs: number | null;
  /** The offenders of each fault, each by the name of its occurrence. */
  readonly faults: Faults;
}

/** What can be wrong. */
export interface Faults {
  /** It had to come, and neither came nor was stood for. */
  readonly lost: readonly string[];
  /** It came again, and nothing explains it. */
  readonly unexplained: readonly string[];
  /** It came again under another occurrence_id, or two occurrences came under one. */
  readonly differing: readonly string[];
  /** It was fired or stored before it was due. */
  readonly early: readonly string[];
  /** There is no such occurrence. */
  readonly stray: readonly string[];
  /** It came first after a later one of its rule. */
  readonly disordered: readonly string[];
  /** It stands for occurrences that are none, that were on time, or that came themselves. */
  readonly overcounted: readonly string[];
}

/** Their names, worst first. */
export const FAULT_NAMES = [
  "lost",
  "early",
  "differing",
  "unexplained",
  "stray",
  "disordered",
  "overcounted",
] as const satisfies readonly (keyof Faults)[];

/** How long a request may have been on its way when its sensor was killed: an API may be slow. */
const REQUEST_MS = 2000;
/** How long an answer may have been on its way when it was lost. */
const ANSWER_MS = 500;

/** Compares every occurrence that should have fired with what was stored. */
export function judge(evidence: Evidence): Verdict {
  return new Comparison(evidence).verdict();
}

class Comparison {
  readonly #evidence: Evidence;
  readonly #known = new Map<string, Occurrence>();
  /** The occurrences of each rule, in order. */
  readonly #ofRule = new Map<number, Occurrence[]>();
  readonly #first = new Map<string, Arrival>();
  readonly #last = new Map<string, Arrival>();
  /** The occurrence that came under an occurrence_id. */
  readonly #nameOfId = new Map<string, string>();
  /** The latest occurrence of each rule that has come. */
  readonly #reachedAt = new Map<number, number>();
  /** The event that last stood for an occurrence. */
  readonly #standIn = new Map<string, Arrival>();
  readonly #faults = {
    lost: new Set<string>(),
    unexplained: new Set<string>(),
    differing: new Set<string>(),
    early: new Set<string>(),
    stray: new Set<string>(),
    disordered: new Set<string>(),
    overcounted: new Set<string>(),
  };
  #repeated = 0;

  constructor(evidence: Evidence) {
    this.#evidence = evidence;
    for (const it of evidence.occurrences.toSorted((a, b) => a.scheduledAt - b.scheduledAt)) {
      this.#add(it);
    }
    for (const arrival of evidence.arrivals) this.#take(arrival);
  }

  verdict(): Verdict {
    let [stored, stoodFor, maxLateMs] = [0, 0, 0];
    for (const [name, { mustCome, dueAt }] of this.#known) {
      if (!mustCome) continue;
      const first = this.#first.get(name);
      if (first !== undefined) {
        stored++;
        maxLateMs = Math.max(maxLateMs, first.receivedAt - dueAt);
      } else if (this.#standIn.has(name)) stoodFor++;
      else this.#faults.lost.add(name);
    }
    return {
      expected: stored + stoodFor + this.#faults.lost.size,
      stored,
      stoodFor,
      repeated: this.#repeated,
      maxLateMs: this.#evidence.hasOwnClock ? null : maxLateMs,
      faults: this.#offenders(),
    };
  }

  #offenders(): Faults {
    const { lost, unexplained, differing, early, stray, disordered, overcounted } = this.#faults;
    return {
      lost: [...lost],
      unexplained: [...unexplained],
      differing: [...differing],
      early: [...early],
      stray: [...stray],
      disordered: [...disordered],
      overcounted: [...overcounted],
    };
  }

  /** A rule that was changed may name an occurrence twice; it then has to come if either says so. */
  #add(occurrence: Occurrence): void {
    const name = nameOf(occurrence);
    const before = this.#known.get(name);
    if (before === undefined) {
      this.#known.set(name, occurrence);
      const ofRule = this.#ofRule.get(occurrence.ruleId);
      if (ofRule === undefined) this.#ofRule.set(occurrence.ruleId, [occurrence]);
      else ofRule.push(occurrence);
    } else if (occurrence.mustCome) this.#known.set(name, occurrence);
  }

  #take(arrival: Arrival): void {
    const name = nameOf(arrival);
    const occurrence = this.#known.get(name);
    if (occurrence === undefined) this.#faults.stray.add(name);
    else this.#checkTime(name, occurrence, arrival);
    const before = this.#last.get(name);
    if (before === undefined) this.#checkOrder(name, arrival);
    else this.#checkRepetition(name, before, arrival);
    const namesake = this.#nameOfId.get(arrival.occurrenceId) ?? name;
    if (namesake !== name) this.#faults.differing.add(name);
    this.#nameOfId.set(arrival.occurrenceId, namesake);
    this.#last.set(name, arrival);
    if (arrival.missedCount > 0) this.#checkMissed(name, arrival);
  }

  #checkTime(name: string, { dueAt }: Occurrence, { firedAt, receivedAt }: Arrival): void {
    const isEarly = firedAt < dueAt || (!this.#evidence.hasOwnClock && receivedAt < dueAt);
    if (isEarly) this.#faults.early.add(name);
  }

  #checkOrder(name: string, arrival: Arrival): void {
    const { ruleId, scheduledAt } = arrival;
    const reachedAt = this.#reachedAt.get(ruleId) ?? -Infinity;
    this.#first.set(name, arrival);
    if (scheduledAt < reachedAt) this.#faults.disordered.add(name);
    else this.#reachedAt.set(ruleId, scheduledAt);
  }

  #checkRepetition(name: string, before: Arrival, arrival: Arrival): void {
    if (before.occurrenceId !== arrival.occurrenceId) this.#faults.differing.add(name);
    else this.#repeated++;
    if (!this.#isExplained(before, arrival)) this.#faults.unexplained.add(name);
  }

  #checkMissed(name: string, arrival: Arrival): void {
    const ofRule = this.#ofRule.get(arrival.ruleId) ?? [];
    const index = ofRule.findIndex((it) => it.scheduledAt === arrival.scheduledAt);
    const missed = ofRule.slice(Math.max(0, index - arrival.missedCount), Math.max(0, index));
    if (missed.length < arrival.missedCount) this.#faults.overcounted.add(name);
    for (const occurrence of missed) {
      const itsName = nameOf(occurrence);
      const isMissed = arrival.firedAt - occurrence.dueAt > ON_TIME_MS && occurrence.mayBeStoodFor;
      const before = this.#last.get(itsName) ?? this.#standIn.get(itsName);
      const isExplained = before === undefined || this.#isExplained(before, arrival) ||
        this.#wasUnknown(before, arrival);
      if (isMissed) this.#standIn.set(itsName, arrival);
      if (!isMissed || !isExplained) this.#faults.overcounted.add(name);
    }
  }

  /** Whether an event was made before a crash, and may have been in the outbox since. */
  #wasParked(
    { firedAt }: Arrival,
    crash: { readonly since: number; readonly at: number },
  ): boolean {
    return !this.#evidence.hasOwnClock && firedAt >= crash.since && firedAt <= crash.at;
  }

  /** Whether a crash left one event in the outbox, of which whoever counted the missed could not know. */
  #wasUnknown(left: Arrival, counting: Arrival): boolean {
    return this.#evidence.disturbances.some((it) =>
      it.kind === "crash" && this.#wasParked(left, it) && counting.firedAt >= it.at
    );
  }

  /** Whether something may have kept the sensor from knowing of the first when it sent the second. */
  #isExplained(first: Arrival, second: Arrival): boolean {
    return this.#evidence.disturbances.some((it) => {
      switch (it.kind) {
        case "crash":
          return second.receivedAt >= it.at && first.receivedAt >= it.since &&
            (first.receivedAt <= it.at + REQUEST_MS || this.#wasParked(second, it));
        case "answers lost":
          return first.receivedAt >= it.from - ANSWER_MS &&
            first.receivedAt <= it.until + ANSWER_MS;
        default:
          return it satisfies never;
      }
    });
  }
}
