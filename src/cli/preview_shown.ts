import { NAME } from "./commands.ts";
import { complain, type Host, print } from "./host.ts";
import { ExitCode } from "../ground/exit.ts";
import type { Given } from "../preview/given.ts";
import { type Preview, preview, previewJson, type Refused } from "../preview/preview.ts";
import { previewText, refusalText } from "../preview/text.ts";
import { compile } from "../schedule/kinds.ts";
import type { Zone } from "../schedule/zone.ts";
import { counted } from "../words/counted.ts";

/** What is asked of rules, and how the answer is shown. Instants are epoch milliseconds. */
export interface Question {
  /** Of rules that name none. */
  readonly triggerRef: string;
  readonly count: number;
  readonly after: number;
  /** `null`: as the rule says, else now. */
  readonly createdAt: number | null;
  /** Of the local times; `null` for the rule's own. */
  readonly zone: Zone | null;
  readonly isJson: boolean;
  readonly now: number;
}

/** What stands somewhere, with the place as `rules.yaml:3`. */
export type Placed = Given & { readonly place: string };

/** What a rule would do; `null` of one that is no timer's. */
export function previewOf(given: Given, question: Question): Preview | Refused | null {
  if (given.is === "no timer") return null;
  if (given.is === "unreadable") return { ok: false, problems: [given.problem] };
  const triggerRef = given.triggerRef ?? question.triggerRef;
  const createdAt = question.createdAt ?? given.createdAt ?? question.now;
  const compiled = compile(triggerRef, given.params, createdAt);
  const previewed = preview(compiled, { ...question, ruleId: null });
  if (!previewed.ok) return previewed;
  return { ...previewed, warnings: [...previewed.warnings, ...given.remarks] };
}

/** Shows what one rule would do. */
export async function showOne(
  previewed: Preview | Refused,
  question: Question,
  host: Host,
): Promise<ExitCode> {
  if (question.isJson) await print(host.stdout, `${previewJson(previewed)}\n`);
  else if (!previewed.ok) await complain(host.stderr, refusalText(previewed));
  else await print(host.stdout, previewText(previewed, question));
  return previewed.ok ? ExitCode.clean : ExitCode.usage;
}

/** Shows what each of several rules would do, and where they stand. */
export async function showSeveral(
  rules: readonly Placed[],
  question: Question,
  host: Host,
): Promise<ExitCode> {
  let refused = 0;
  for (const rule of rules) {
    const previewed = previewOf(rule, question);
    if (previewed !== null && !previewed.ok) refused++;
    if (previewed !== null && question.isJson) {
      await print(host.stdout, `${previewJson(previewed, rule.line)}\n`);
    } else if (previewed === null) await tellOfNoTimer(rule, host);
    else if (!previewed.ok) await tellProblems(rule, previewed, host);
    else await print(host.stdout, `${headingOf(rule)}\n${previewText(previewed, question)}\n`);
  }
  if (refused === 0) return ExitCode.clean;
  const count = counted(rules.length, "rule");
  await complain(host.stderr, `${NAME}: ${refused} of ${count} would be refused\n`);
  return ExitCode.usage;
}

function headingOf({ place, name }: Placed): string {
  return name === null ? place : `${place} ${name}`;
}

async function tellProblems(rule: Placed, { problems }: Refused, { stderr }: Host): Promise<void> {
  const lines = problems.map((problem) => `${headingOf(rule)}: ${problem}\n`);
  await complain(stderr, lines.join(""));
}

async function tellOfNoTimer(rule: Placed, { stderr }: Host): Promise<void> {
  if (rule.is !== "no timer") return;
  await complain(
    stderr,
    `${headingOf(rule)}: left out, ${rule.triggerRef} is no trigger of timers\n`,
  );
}
