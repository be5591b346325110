import * as z from "zod";
import { nearest } from "../ground/nearest.ts";
import { DEFAULT_COUNT, DEFAULT_TRIGGER, MAX_COUNT, preview, previewJson } from "./preview.ts";
import { RuleId } from "../domain/rule.ts";
import { compile } from "../schedule/kinds.ts";
import { anyInstant, wholeNumber } from "../schedule/params.ts";
import { allowedBy, anyOf, inspect, refusal } from "../schedule/refusal.ts";

const MAX_LINE_CHARACTERS = 1024 * 1024;
/** Answers are written in pieces of about this size, for each write takes its time. */
const MAX_WRITE_CHARACTERS = 64 * 1024;

const Line = z.strictObject({
  trigger_ref: z.string("the trigger's ref").default(DEFAULT_TRIGGER),
  trigger_params: z.record(z.string(), z.unknown(), "a JSON object"),
  created: anyInstant().optional(),
  after: anyInstant().optional(),
  count: wholeNumber(1, MAX_COUNT).default(DEFAULT_COUNT),
  rule_id: wholeNumber(1).pipe(RuleId).optional(),
});
const MEMBERS = Object.keys(Line.shape);

/**
 * Answers each line with one line, in order, as soon as it is read; yields one or more lines at a time. A
 * line is a JSON object, see `Line`; its instants are RFC 3339. An answer has `occurrences`, `description`
 * and `warnings`, or an `error`. `now` gives the present in epoch milliseconds.
 */
export async function* previewLines(
  chunks: AsyncIterable<Uint8Array>,
  now: () => number,
): AsyncGenerator<string> {
  const splitter = new LineSplitter();
  for await (const chunk of chunks) {
    let answers = "";
    for (const line of splitter.take(chunk)) {
      answers += `${answerTo(line, now())}\n`;
      if (answers.length < MAX_WRITE_CHARACTERS) continue;
      yield answers;
      answers = "";
    }
    if (answers !== "") yield answers;
  }
  for (const line of splitter.end()) yield `${answerTo(line, now())}\n`;
}

/** `null` stands for a line that is too long to be read. */
function answerTo(line: string | null, now: number): string {
  if (line === null) return errorJson(`Line longer than ${MAX_LINE_CHARACTERS} characters`);
  const value = valueOf(line);
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return errorJson(`Line ${inspect(line)} is no JSON object, expected ${anyOf(MEMBERS)} in one`);
  }
  const parsed = Line.safeParse(value);
  if (!parsed.success) {
    return errorJson(parsed.error.issues.map((issue) => problemOf(issue, value)).join("; "));
  }
  const { trigger_ref, trigger_params, created, after, count, rule_id } = parsed.data;
  const compiled = compile(trigger_ref, trigger_params, created ?? now);
  const request = { after: after ?? created ?? now, count, ruleId: rule_id ?? null };
  return previewJson(preview(compiled, request));
}

function valueOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function problemOf(issue: z.core.$ZodIssue, value: object): string {
  if (issue.code === "unrecognized_keys") return issue.keys.map(unknownMember).join("; ");
  const member = String(issue.path[0]);
  const given: unknown = Reflect.get(value, member);
  return refusal(member, given, allowedBy(issue));
}

function unknownMember(member: string): string {
  const meant = nearest(member, MEMBERS);
  const expected = meant === null ? `expected ${anyOf(MEMBERS)}` : `did you mean "${meant}"?`;
  return `Unknown member ${inspect(member)}: ${expected}`;
}

function errorJson(error: string): string {
  return JSON.stringify({ error });
}

/** Cuts UTF-8 into lines. `null` stands for one of more than 1 Mi characters, which is not kept. */
class LineSplitter {
  readonly #decoder = new TextDecoder();
  #rest = "";
  #isTooLong = false;

  /** The lines that end in a chunk. */
  *take(chunk: Uint8Array): Generator<string | null> {
    const [first = "", ...more] = this.#decoder.decode(chunk, { stream: true }).split("\n");
    this.#append(first);
    for (const next of more) {
      yield this.#isTooLong ? null : this.#rest;
      this.#rest = "";
      this.#isTooLong = false;
      this.#append(next);
    }
  }

  /** The last line, where no line feed ends it. */
  *end(): Generator<string | null> {
    this.#append(this.#decoder.decode());
    if (this.#isTooLong || this.#rest !== "") yield this.#isTooLong ? null : this.#rest;
  }

  #append(text: string): void {
    this.#isTooLong ||= this.#rest.length + text.length > MAX_LINE_CHARACTERS;
    this.#rest = this.#isTooLong ? "" : this.#rest + text;
  }
}
