import * as z from "zod";
import { DEFAULT_COUNT, preview } from "../../preview/preview.ts";
import { previewText, refusalText } from "../../preview/text.ts";
import type { TriggerParams } from "../../domain/rule.ts";
import { compile } from "../../schedule/kinds.ts";

const Request = z.object({ trigger_ref: z.string(), trigger_params: z.string() });
const Params = z.record(z.string(), z.unknown());

/** What the form shows of a rule that is being written. */
export interface PreviewAnswer {
  readonly isRight: boolean;
  /** As the command `preview` prints it. */
  readonly text: string;
}

/** What a rule would do, as far as it is written: `body` has the trigger, and the parameters as a text. */
export function previewAnswer(body: unknown, now: number): PreviewAnswer {
  const request = Request.safeParse(body);
  if (!request.success) return wrong(z.prettifyError(request.error));
  const { trigger_ref: triggerRef, trigger_params } = request.data;
  const read = readParams(trigger_params);
  if (!read.ok) return wrong(read.problem);
  const compiled = compile(triggerRef, read.params, now);
  const previewed = preview(compiled, { after: now, count: DEFAULT_COUNT, ruleId: null });
  if (!previewed.ok) return wrong(refusalText(previewed));
  const text = previewText(previewed, { zone: null, now, count: DEFAULT_COUNT });
  return { isRight: true, text };
}

type Read =
  | { readonly ok: true; readonly params: TriggerParams }
  | { readonly ok: false; readonly problem: string };

function readParams(text: string): Read {
  try {
    const params = Params.safeParse(JSON.parse(text));
    if (params.success) return { ok: true, params: params.data };
    return { ok: false, problem: "trigger_params are no JSON object" };
  } catch (error) {
    const fault = error instanceof Error ? error.message : "";
    return { ok: false, problem: `Cannot read trigger_params as JSON: ${fault}` };
  }
}

function wrong(text: string): PreviewAnswer {
  return { isRight: false, text };
}
