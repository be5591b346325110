import { Counter, Gauge, Histogram, type Registry } from "prom-client";

/** What each metric's name begins with. */
const PREFIX = "attune_timer_";

/** Labels with their values, and a number for them. */
export type Sample = readonly [labels: Readonly<Record<string, string>>, value: number];

/**
 * Makes metrics that are read when somebody asks: what happens in between only adds to plain numbers,
 * which costs next to nothing.
 */
export class Instruments {
  readonly #registry: Registry;

  constructor(registry: Registry) {
    this.#registry = registry;
  }

  /** Numbers that only grow; `counts` by the value of the label. Returns them, to be added to. */
  counts<T extends Record<string, number>>(
    name: string,
    help: string,
    label: string,
    counts: T,
  ): T {
    this.counters(
      name,
      help,
      [label],
      () => Object.entries(counts).map(([value, count]) => [{ [label]: value }, count]),
    );
    return counts;
  }

  /** Numbers that only grow. */
  counters(
    name: string,
    help: string,
    labelNames: string[],
    read: () => Iterable<Sample>,
  ): void {
    new Counter({
      name: PREFIX + name,
      help,
      labelNames,
      registers: [this.#registry],
      collect() {
        this.reset();
        for (const [labels, value] of read()) this.inc(labels, value);
      },
    });
  }

  /** A number that goes up and down; `null`: there is none just now. */
  gauge(name: string, help: string, read: () => number | null): void {
    this.gauges(name, help, [], () => {
      const value = read();
      return value === null ? [] : [[{}, value]];
    });
  }

  /** Numbers that go up and down. */
  gauges(name: string, help: string, labelNames: string[], read: () => Iterable<Sample>): void {
    new Gauge({
      name: name.startsWith("process_") ? name : PREFIX + name,
      help,
      labelNames,
      registers: [this.#registry],
      collect() {
        this.reset();
        if (labelNames.length === 0) this.remove();
        for (const [labels, value] of read()) this.set(labels, value);
      },
    });
  }

  /** How often something was how great, in seconds. */
  histogram(name: string, help: string, buckets: number[]): Histogram {
    const registers = [this.#registry];
    return new Histogram({ name: PREFIX + name, help, buckets, registers });
  }
}
