import { ExitCode } from "../ground/exit.ts";

/** The parts of a check, in the order in which they are told, each with the exit code for its failure. */
export const PARTS = {
  configuration: ExitCode.usage,
  api: ExitCode.api,
  token: ExitCode.token,
  rules: ExitCode.rules,
  broker: ExitCode.broker,
  queues: ExitCode.queues,
  clock: ExitCode.clock,
} as const satisfies Readonly<Record<string, ExitCode>>;
export type Part = keyof typeof PARTS;

/** One thing that was found. */
export interface Finding {
  /** Whether it is as it should be, odd but harmless, or what keeps the sensor from its work. */
  readonly level: "ok" | "warning" | "problem";
  readonly text: string;
  /** What to do about it, in one sentence; `null` where nothing is to be done. */
  readonly fix: string | null;
  /** The same for programs. */
  readonly facts: Facts;
}
export type Facts = Readonly<Record<string, unknown>>;

/** What became of a part; `skipped` is why it was not looked at. */
export type PartReport =
  & { readonly part: Part }
  & (
    | { readonly findings: readonly Finding[]; readonly skipped: null }
    | { readonly findings: readonly []; readonly skipped: string }
  );

/** A part that was looked at. */
export function examined(part: Part, findings: readonly Finding[]): PartReport {
  return { part, findings, skipped: null };
}

/** A part that cannot be looked at. */
export function skipped(part: Part, why: string): PartReport {
  return { part, findings: [], skipped: why };
}

/** As it should be. */
export function fine(text: string, facts: Facts = {}): Finding {
  return { level: "ok", text, fix: null, facts };
}

/** Odd but harmless. */
export function warning(text: string, fix: string, facts: Facts = {}): Finding {
  return { level: "warning", text, fix, facts };
}

/** What keeps the sensor from its work. */
export function problem(text: string, fix: string, facts: Facts = {}): Finding {
  return { level: "problem", text, fix, facts };
}

/** The exit code: that of the first part with a problem. */
export function exitCodeOf(report: readonly PartReport[]): ExitCode {
  const failed = report.find(({ findings }) => findings.some(({ level }) => level === "problem"));
  return failed === undefined ? ExitCode.clean : PARTS[failed.part];
}
