import * as z from "zod";
import { complain, type Host, print, readText } from "./host.ts";
import { type Arguments, readArguments, refuse, UsageError } from "./options.ts";
import { optionsOf } from "./commands.ts";
import { ExitCode } from "../ground/exit.ts";
import {
  DEFAULT_COUNT,
  DEFAULT_TRIGGER,
  MAX_COUNT,
  preview,
  previewJson,
} from "../preview/preview.ts";
import { previewLines } from "../preview/batch.ts";
import { previewText, refusalText } from "../preview/text.ts";
import type { TriggerParams } from "../domain/rule.ts";
import { compile } from "../schedule/kinds.ts";
import { anyInstant, timeZone, wholeNumber } from "../schedule/params.ts";
import { allowedBy, refusal } from "../schedule/refusal.ts";

const MAX_PARAMS_CHARACTERS = 1024 * 1024;

const Values = z.object({
  trigger: z.string().default(DEFAULT_TRIGGER),
  count: z.preprocess(numberOf, wholeNumber(1, MAX_COUNT).default(DEFAULT_COUNT)),
  after: anyInstant().optional(),
  created: anyInstant().optional(),
  timezone: timeZone().optional(),
});

/** The command `preview`: tells when a rule would fire. Throws a `UsageError`. */
export async function runPreview(args: readonly string[], host: Host): Promise<ExitCode> {
  const given = readArguments(args, optionsOf("preview"));
  if (given.flags.has("batch")) return await runBatch(given, host);
  const values = valuesOf(given);
  const params = paramsFrom(await paramsText(given, host));
  const now = host.clock.now();
  const compiled = compile(values.trigger, params, values.created ?? now);
  const request = { after: values.after ?? now, count: values.count, ruleId: null };
  const previewed = preview(compiled, request);
  if (given.flags.has("json")) await print(host.stdout, `${previewJson(previewed)}\n`);
  else if (!previewed.ok) await complain(host.stderr, refusalText(previewed));
  else {
    const { count, timezone: zone = null } = values;
    await print(host.stdout, previewText(previewed, { zone, now, count }));
  }
  return previewed.ok ? ExitCode.clean : ExitCode.usage;
}

async function runBatch({ words, flags, values }: Arguments, host: Host): Promise<ExitCode> {
  if (words[0] !== undefined || flags.size > 1 || values.size > 0) {
    throw new UsageError("'--batch' goes without other arguments: each line has its own");
  }
  for await (const answer of previewLines(host.stdin(), () => host.clock.now())) {
    await print(host.stdout, answer);
  }
  return ExitCode.clean;
}

function valuesOf({ values }: Arguments): z.infer<typeof Values> {
  const parsed = Values.safeParse(Object.fromEntries(values));
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => {
    const name = String(issue.path[0]);
    return refusal(`--${name}`, values.get(name), allowedBy(issue));
  });
  throw new UsageError(problems.join("; "));
}

async function paramsText({ words }: Arguments, host: Host): Promise<string> {
  const [text, stranger] = words;
  if (text === undefined) throw new UsageError("the rule's trigger_params are missing");
  if (stranger !== undefined) refuse(stranger, []);
  return text === "-" ? await readText(host.stdin(), MAX_PARAMS_CHARACTERS) : text;
}

function paramsFrom(text: string): TriggerParams {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const fault = error instanceof Error ? error.message : "";
    throw new UsageError(`cannot read trigger_params as JSON: ${fault}`, { cause: error });
  }
  const params = z.record(z.string(), z.unknown()).safeParse(value);
  if (params.success) return params.data;
  throw new UsageError(refusal("trigger_params", value, "a JSON object"));
}

/** A number that is written in digits; anything else as it is. */
function numberOf(text: unknown): unknown {
  return typeof text === "string" && /^\d+$/.test(text) ? Number(text) : text;
}
