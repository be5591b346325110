import type { Outcome } from "./run_scenario.ts";

interface Column {
  readonly title: string;
  readonly width: number;
  readonly of: (outcome: Outcome) => string | number;
}

/** The widths are fixed, for each row is printed as soon as it is known. */
const COLUMNS: readonly Column[] = [
  { title: "rounds", width: 6, of: ({ rounds }) => rounds },
  { title: "kills", width: 5, of: ({ counts }) => counts.sensorKills },
  { title: "broker", width: 6, of: ({ counts }) => counts.brokerFaults },
  { title: "API", width: 4, of: ({ counts }) => counts.outages },
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
const NAME_WIDTH = 21;

/** The line above the rows. */
export function header(): string {
  return line("scenario", COLUMNS.map(({ title }) => title), "");
}

/** What came of a scenario, in one line. */
export function row(outcome: Outcome): string {
  const cells = COLUMNS.map(({ of }) => String(of(outcome)));
  return line(outcome.name, cells, outcome.problems.length === 0 ? "ok" : "FAILED");
}

function line(name: string, cells: readonly string[], verdict: string): string {
  const padded = cells.map((cell, index) => cell.padStart(COLUMNS[index]?.width ?? 0));
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
  ];
  return `${done.join(", ")}\n${outcomes.length - failed} passed, ${failed} failed`;
}
