import * as z from "zod";

const Report = z.strictObject({
  ok: z.boolean(),
  exit_code: z.int(),
  parts: z.array(z.strictObject({
    part: z.string(),
    state: z.enum(["ok", "warning", "problem", "skipped"]),
    reason: z.string().optional(),
    findings: z.array(z.looseObject({
      level: z.enum(["ok", "warning", "problem"]),
      text: z.string().min(1),
      fix: z.string().min(1).nullable(),
    })),
  })),
});

/** What `check --json` prints. */
export type Findings = z.infer<typeof Report>;

/** Reads what it printed; it has to agree with its exit code, and whatever is wrong has to have a fix. */
export function reportFrom(code: number, stdout: string): Findings {
  const report = Report.parse(JSON.parse(stdout));
  const unfixed = report.parts.flatMap(({ findings }) => findings)
    .filter(({ level, fix }) => (level === "ok") !== (fix === null));
  if (unfixed.length > 0) throw new Error(`No fix: ${JSON.stringify(unfixed)}`);
  if (report.exit_code !== code || report.ok !== (code === 0)) {
    throw new Error(`Exit code ${code} of ${stdout}`);
  }
  return report;
}

/** The exit code. */
export function codeOf(report: Findings): number {
  return report.exit_code;
}

/** What was found of a part. */
export function findingsOf(report: Findings, part: string): Findings["parts"][0]["findings"] {
  return report.parts.find((it) => it.part === part)?.findings ?? [];
}

/** All problems, each with its part. */
export function problemsOf(report: Findings): [part: string, text: string][] {
  return report.parts.flatMap(({ part, findings }) =>
    findings.filter(({ level }) => level === "problem").map(({ text }) =>
      [part, text] satisfies [string, string]
    )
  );
}
