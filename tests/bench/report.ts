/** One figure of a benchmark. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  /** Such as "µs" or "MB"; "×" for a ratio. */
  readonly unit: string;
  /** What it is meant to be, in words. */
  readonly target?: string;
}

/** A benchmark, told by its name on the command line. */
export interface Benchmark {
  readonly about: string;
  run(): Promise<readonly Figure[]>;
}

/** The figures as aligned lines for people. */
export function tableOf(figures: readonly Figure[]): string {
  const rows = figures.map(({ name, value, unit, target = "" }) => [
    name,
    value < 100 ? String(Number(value.toPrecision(3))) : Math.round(value).toLocaleString("en-GB"),
    unit,
    target,
  ]);
  const width = (column: number) => Math.max(...rows.map((row) => row[column]?.length ?? 0));
  const [names, values, units] = [width(0), width(1), width(2)];
  return rows.map(([name = "", value = "", unit = "", target = ""]) =>
    `${name.padEnd(names)}  ${value.padStart(values)} ${unit.padEnd(units)}  ${target}`.trimEnd()
  ).join("\n");
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
