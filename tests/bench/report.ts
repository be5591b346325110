/** One figure of a benchmark. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  /** Such as "µs" or "MB"; "×" for a ratio. */
  readonly unit: string;
  /** What it is meant to be, in words. */
  readonly target?: string;
  /** Whether it is. */
  readonly isMet?: boolean;
}

/** A benchmark, told by its name on the command line. */
export interface Benchmark {
  readonly about: string;
  /** `isShort`: where it takes its time, it takes a tenth of it. */
  run(options: { readonly isShort: boolean }): Promise<readonly Figure[]>;
}

/** A figure with a target above which it is not to be. */
export function atMost(limit: number, figure: Figure): Figure {
  return { ...figure, target: `at most ${grouped(limit)}`, isMet: figure.value <= limit };
}

/** A figure with a target below which it is not to be. */
export function atLeast(limit: number, figure: Figure): Figure {
  return { ...figure, target: `at least ${grouped(limit)}`, isMet: figure.value >= limit };
}

/** The figures as aligned lines for people. */
export function tableOf(figures: readonly Figure[]): string {
  const rows = figures.map(({ name, value, unit, target = "", isMet }) => [
    name,
    Math.abs(value) < 100 ? String(Number(value.toPrecision(3))) : grouped(Math.round(value)),
    unit,
    target,
    isMet === undefined ? "" : isMet ? "met" : "NOT MET",
  ]);
  const width = (column: number) => Math.max(...rows.map((row) => row[column]?.length ?? 0));
  const [names, values, units, targets] = [width(0), width(1), width(2), width(3)];
  return rows.map(([name = "", value = "", unit = "", target = "", verdict = ""]) =>
    `${name.padEnd(names)}  ${value.padStart(values)} ${unit.padEnd(units)}  ` +
    `${target.padEnd(targets)}  ${verdict}`
  ).map((line) => line.trimEnd()).join("\n");
}

/** The one in the middle and the greatest of some values, as figures. */
export function spread(name: string, values: readonly number[], unit: string): readonly Figure[] {
  const sorted = values.toSorted((a, b) => a - b);
  return [
    { name: `${name}, median`, value: medianOf(sorted), unit },
    { name: `${name}, worst of ${sorted.length}`, value: sorted.at(-1) ?? NaN, unit },
  ];
}

/** The value in the middle of sorted ones. */
export function medianOf(sorted: readonly number[]): number {
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}

/** The value in the middle of any. */
export function median(values: readonly number[]): number {
  return medianOf(values.toSorted((a, b) => a - b));
}

/** The value that a share of some values, from 0 to 1, does not exceed. */
export function quantile(values: Float64Array, share: number): number {
  const sorted = values.toSorted();
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
}

function grouped(value: number): string {
  return value.toLocaleString("en-GB");
}
