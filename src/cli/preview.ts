import * as z from "zod";
import { complain, type Host, print } from "./host.ts";
import { type Arguments, readArguments, UsageError } from "./options.ts";
import { NAME, optionsOf } from "./commands.ts";
import { type Placed, previewOf, type Question, showOne, showSeveral } from "./preview_shown.ts";
import { type Source, sourcesOf } from "./preview_sources.ts";
import { watch } from "./preview_watch.ts";
import { ExitCode } from "../ground/exit.ts";
import { previewLines } from "../preview/batch.ts";
import { givenIn } from "../preview/given_text.ts";
import { DEFAULT_COUNT, DEFAULT_TRIGGER, MAX_COUNT } from "../preview/preview.ts";
import { anyInstant, timeZone, wholeNumber } from "../schedule/params.ts";
import { refusal } from "../schedule/refusal.ts";
import { counted } from "../words/counted.ts";

/** More lines than these are counted only. */
const MOST_LINES_NAMED = 10;

const Values = z.object({
  trigger: z.string().default(DEFAULT_TRIGGER),
  count: z.preprocess(numberOf, wholeNumber(1, MAX_COUNT).default(DEFAULT_COUNT)),
  after: anyInstant().optional(),
  created: anyInstant().optional(),
  zone: timeZone().optional(),
  timezone: timeZone().optional(),
});

/** The command `preview`: tells when rules would fire. Throws a `UsageError`. */
export async function runPreview(args: readonly string[], host: Host): Promise<ExitCode> {
  const given = readArguments(args, optionsOf("preview"));
  if (given.flags.has("batch")) return await runBatch(given, host);
  const question = questionOf(given, host.clock.now());
  const sources = await sourcesOf(given.words, host);
  const rules = await rulesIn(sources, question.createdAt ?? question.now);
  const [rule, another] = rules;
  if (rule === undefined) throw new UsageError("there is no rule to preview");
  const isAlone = another === undefined && !sources.some(({ isFile }) => isFile);
  const previewed = isAlone ? previewOf(rule, question) : null;
  const isWatched = given.flags.has("watch");
  if (isWatched && (previewed === null || question.isJson)) {
    throw new UsageError("'--watch' takes one rule, without '--json'");
  }
  if (previewed === null) return await showSeveral(rules, question, host);
  if (rule.is === "unreadable") throw new UsageError(rule.problem);
  const code = await showOne(previewed, question, host);
  if (isWatched && previewed.ok) await watch(previewed.timer, host);
  return code;
}

async function rulesIn(sources: readonly Source[], now: number): Promise<readonly Placed[]> {
  const found: Placed[] = [];
  for (const { place, text } of sources) {
    const rules = await givenIn(text, now);
    found.push(...rules.map((rule) => ({ ...rule, place: `${place}:${rule.line}` })));
  }
  return found;
}

async function runBatch({ words, flags, values }: Arguments, host: Host): Promise<ExitCode> {
  if (words[0] !== undefined || flags.size > 1 || values.size > 0) {
    throw new UsageError("'--batch' goes without other arguments: each line has its own");
  }
  const refused: number[] = [];
  for await (const answers of previewLines(host.stdin(), () => host.clock.now())) {
    refused.push(...answers.refused);
    await print(host.stdout, answers.text);
  }
  if (refused.length === 0) return ExitCode.clean;
  const lines = refused.slice(0, MOST_LINES_NAMED).join(", ");
  const more = refused.length > MOST_LINES_NAMED ? " …" : "";
  const count = counted(refused.length, "line");
  await complain(host.stderr, `${NAME}: ${count} refused: ${lines}${more}\n`);
  return ExitCode.usage;
}

function questionOf({ values, flags }: Arguments, now: number): Question {
  const parsed = Values.safeParse(Object.fromEntries(values));
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => {
      const name = String(issue.path[0]);
      return refusal(`--${name}`, values.get(name), issue.message);
    });
    throw new UsageError(problems.join("; "));
  }
  const { trigger, count, after, created, zone, timezone } = parsed.data;
  return {
    triggerRef: trigger,
    count,
    after: after ?? now,
    createdAt: created ?? null,
    zone: zone ?? timezone ?? null,
    isJson: flags.has("json"),
    now,
  };
}

/** A number that is written in digits; anything else as it is. */
function numberOf(text: unknown): unknown {
  return typeof text === "string" && /^\d+$/.test(text) ? Number(text) : text;
}
