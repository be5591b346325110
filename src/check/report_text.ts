import { counted } from "../words/counted.ts";
import { escaped } from "../ground/escaped.ts";
import { wrapped } from "../words/wrapped.ts";
import { exitCodeOf, type Finding, type Part, type PartReport } from "./report.ts";

const TITLES: Readonly<Record<Part, string>> = {
  configuration: "Configuration",
  api: "Attune API",
  token: "Token",
  rules: "Rules",
  broker: "RabbitMQ",
  queues: "Exchange and queues",
  clock: "Clock",
};
const LABELS: Readonly<Record<Finding["level"], string>> = {
  ok: "  ok       ",
  warning: "  warning  ",
  problem: "  PROBLEM  ",
};
const SKIPPED = "  -        ";
const FIX = "           Fix: ";

/** A report for people, in at most 100 columns as far as names and values are not longer. */
export function reportText(report: readonly PartReport[]): string {
  const parts = report.map(({ part, findings, skipped }) => {
    const lines = skipped === null ? findings.flatMap(findingLines) : wrapped(skipped, SKIPPED);
    return [TITLES[part], ...lines].join("\n");
  });
  return `${[...parts, verdict(report)].join("\n\n")}\n`;
}

/** A report for programs: one line of JSON. */
export function reportJson(report: readonly PartReport[]): string {
  const exitCode = exitCodeOf(report);
  const parts = report.map(({ part, findings, skipped }) => ({
    part,
    state: skipped === null ? gravest(findings) : "skipped",
    ...(skipped === null ? {} : { reason: skipped }),
    findings: findings.map(({ level, text, fix, facts }) => ({ level, text, fix, ...facts })),
  }));
  return `${JSON.stringify({ ok: exitCode === 0, exit_code: exitCode, parts })}\n`;
}

function findingLines({ level, text, fix }: Finding): string[] {
  return [...wrapped(escaped(text), LABELS[level]), ...(fix === null ? [] : wrapped(fix, FIX))];
}

function verdict(report: readonly PartReport[]): string {
  const all = report.flatMap(({ findings }) => findings);
  const count = (level: Finding["level"]) => all.filter((it) => it.level === level).length;
  const warnings = counted(count("warning"), "warning");
  if (count("problem") === 0) return `The sensor can do its work: no problems, ${warnings}`;
  return `${counted(count("problem"), "problem")}, ${warnings}: exit code ${exitCodeOf(report)}`;
}

function gravest(findings: readonly Finding[]): Finding["level"] {
  const levels = ["problem", "warning"] as const;
  return levels.find((level) => findings.some((it) => it.level === level)) ?? "ok";
}
