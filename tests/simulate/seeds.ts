import { draw } from "./draw.ts";
import { knownAs } from "./known.ts";
import type { Excuse } from "./oracle/excuses.ts";
import type { Fault } from "./oracle/fault.ts";
import { simulate } from "./simulate.ts";

/** A seed that failed, by faults that are not known. */
export interface Failure {
  readonly seed: number;
  readonly faults: readonly Fault[];
}

/** What came of some seeds. */
export class Tally {
  readonly failures: Failure[] = [];
  readonly excused: Map<Excuse, number> = new Map();
  /** How many seeds each known fault befell. */
  readonly known: Map<string, number> = new Map();
  seeds = 0;
  operations = 0;
  fakeMs = 0;
  expected = 0;
  stored = 0;
  stoodFor = 0;
  repeated = 0;

  /** Lives through the world of a seed. */
  async take(seed: number): Promise<void> {
    const plan = draw(seed);
    const outcome = await simulate(plan);
    const { verdict, chronicle: { processes, endAt } } = outcome;
    this.seeds++;
    this.operations += plan.operations.length;
    this.fakeMs += endAt - Math.min(endAt, ...processes.map(({ startedAt }) => startedAt));
    this.expected += verdict.expected;
    this.stored += verdict.stored;
    this.stoodFor += verdict.stoodFor;
    this.repeated += verdict.repeated;
    for (const [excuse, count] of verdict.excused) add(this.excused, excuse, count);
    const faults = Map.groupBy(verdict.faults, (fault) => knownAs(fault, outcome));
    for (const name of faults.keys()) if (name !== null) add(this.known, name, 1);
    const unknown = faults.get(null);
    if (unknown !== undefined) this.failures.push({ seed, faults: unknown });
  }

  /** The table that people read. */
  get lines(): string[] {
    const hours = (this.fakeMs / 3_600_000).toFixed(1);
    return [
      `${this.seeds} seeds, ${this.operations} operations, ${hours} hours: ${this.expected} occurrences ` +
      `expected, ${this.stored} stored, ${this.stoodFor} stood for, ${this.repeated} came again`,
      ...rows("excused", this.excused),
      ...rows("known", this.known),
    ];
  }
}

function add<Key>(counts: Map<Key, number>, key: Key, count: number): void {
  counts.set(key, (counts.get(key) ?? 0) + count);
}

function rows(what: string, counts: ReadonlyMap<string, number>): string[] {
  return [...counts].sort(([, a], [, b]) => b - a)
    .map(([name, count]) => `  ${what} ${String(count).padStart(7)}  ${name}`);
}
