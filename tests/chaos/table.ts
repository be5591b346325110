import { spread } from "./reigns.ts";
import type { Outcome } from "./run_scenario.ts";
import type { Scenario } from "./scenario.ts";

interface Column {
  readonly title: string;
  readonly width: number;
  readonly of: (outcome: Outcome) => string | number;
}

/** The widths are fixed, for each row is printed as soon as it is known. */
const ROUNDS: Column = { title: "rounds", width: 6, of: ({ rounds }) => rounds };
const FAULTS: readonly Column[] = [
  { title: "kills", width: 5, of: ({ counts }) => counts.sensorKills },
  { title: "broker", width: 6, of: ({ counts }) => counts.brokerFaults },
  { title: "API", width: 4, of: ({ counts }) => counts.outages },
];
const VERDICT: readonly Column[] = [
  { title: "expected", width: 8, of: ({ verdict }) => verdict?.expected ?? "-" },
  { title: "stored", width: 7, of: ({ verdict }) => verdict?.stored ?? "-" },
  { title: "stood for", width: 9, of: ({ verdict }) => verdict?.stoodFor ?? "-" },
  { title: "lost", width: 5, of: ({ verdict }) => verdict?.faults.lost.length ?? "-" },
  { title: "again", width: 5, of: ({ verdict }) => verdict?.repeated ?? "-" },
  { title: "unexpl.", width: 7, of: ({ verdict }) => verdict?.faults.unexplained.length ?? "-" },
  { title: "other id", width: 8, of: ({ verdict }) => verdict?.faults.differing.length ?? "-" },
  { title: "early", width: 5, of: ({ verdict }) => verdict?.faults.early.length ?? "-" },
  { title: "order", width: 5, of: ({ verdict }) => verdict?.faults.disordered.length ?? "-" },
  { title: "ms late", width: 7, of: ({ verdict }) => verdict?.maxLateMs ?? "-" },
];
const TAKEOVERS: readonly Column[] = [
  { title: "takeovers", width: 9, of: ({ takeovers }) => takeovers.length },
  { title: "median ms", width: 9, of: (outcome) => msOf(outcome)?.median ?? "-" },
  { title: "max ms", width: 6, of: (outcome) => msOf(outcome)?.max ?? "-" },
  // At least, between the word of the one that was cut off and that of the next: it must not be negative.
  { title: "ms apart", width: 8, of: (outcome) => apartOf(outcome) ?? "-" },
];
// Events of sensors that did not hold the lease.
const BREACHES: Column = {
  title: "no lease",
  width: 8,
  of: ({ trespasses }) => trespasses ?? "-",
};
const COLUMNS: Readonly<Record<TableKind, readonly Column[]>> = {
  alone: [ROUNDS, ...FAULTS, ...VERDICT],
  several: [ROUNDS, ...TAKEOVERS, ...VERDICT, BREACHES],
};
const NAME_WIDTH = 21;

/** One sensor, or several that compete for the lease. */
export type TableKind = "alone" | "several";

/** The table that a scenario belongs to. */
export function tableOf({ instances = 0 }: Pick<Scenario, "instances">): TableKind {
  return instances === 0 ? "alone" : "several";
}

/** The line above the rows. */
export function header(kind: TableKind): string {
  return line(kind, "scenario", COLUMNS[kind].map(({ title }) => title), "");
}

/** What came of a scenario, in one line. */
export function row(kind: TableKind, outcome: Outcome): string {
  const cells = COLUMNS[kind].map(({ of }) => String(of(outcome)));
  return line(kind, outcome.name, cells, outcome.problems.length === 0 ? "ok" : "FAILED");
}

function msOf({ takeovers }: Outcome): ReturnType<typeof spread> {
  return spread(takeovers.map(({ ms }) => ms));
}

function apartOf({ takeovers }: Outcome): number | null {
  const apart = takeovers.filter(({ cause }) => cause === "cut off")
    .flatMap(({ apartMs }) => apartMs === null ? [] : [apartMs]);
  return apart.length === 0 ? null : Math.min(...apart);
}

function line(kind: TableKind, name: string, cells: readonly string[], verdict: string): string {
  const padded = cells.map((cell, index) => cell.padStart(COLUMNS[kind][index]?.width ?? 0));
  return `${name.padEnd(NAME_WIDTH)} ${padded.join(" ")}  ${verdict}`.trimEnd();
}

/** What was done in all, and how many scenarios passed. */
export function footer(outcomes: readonly Outcome[]): string {
  const sum = (of: (counts: Outcome["counts"]) => number) =>
    outcomes.reduce((total, { counts }) => total + of(counts), 0);
  const failed = outcomes.filter(({ problems }) => problems.length > 0).length;
  const done = [
    `${sum((it) => it.sensorKills)} sensor kills`,
    `${sum((it) => it.brokerKills)} broker kills`,
    `${sum((it) => it.outages)} API outages`,
    `${outcomes.reduce((total, { takeovers }) => total + takeovers.length, 0)} takeovers`,
  ];
  return `${done.join(", ")}\n${outcomes.length - failed} passed, ${failed} failed`;
}
