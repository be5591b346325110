import * as z from "zod";
import { nearest } from "../ground/nearest.ts";
import {
  DEFAULT_COUNT,
  DEFAULT_TRIGGER,
  MAX_COUNT,
  type Preview,
  preview,
  previewJson,
  type Refused,
} from "./preview.ts";
import { RuleId } from "../domain/rule.ts";
import { compile } from "../schedule/kinds.ts";
import { anyInstant, wholeNumber } from "../schedule/params.ts";
import { anyOf, inspect, refusal } from "../schedule/refusal.ts";

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

/** Answers to some lines. */
export interface Answers {
  /** A line each, each with its line feed. */
  readonly text: string;
  /** The numbers of those lines, from 1, that were answered with an error. */
  readonly refused: readonly number[];
}

/**
 * Answers each line with one line, in order, as soon as it is read; yields one or more lines at a time. A
 * line is a JSON object, see `Line`; its instants are RFC 3339. An answer has `occurrences`, `description`
 * and `warnings`, or an `error` with the number of its `line`. `now` gives the present in epoch
 * milliseconds.
 */
export async function* previewLines(
  chunks: AsyncIterable<Uint8Array>,
  now: () => number,
): AsyncGenerator<Answers> {
  const splitter = new LineSplitter();
  let number = 0;
  for await (const chunk of chunks) {
    const answers = new AnswerBuffer();
    for (const line of splitter.take(chunk)) {
      answers.add(previewLine(line, now()), ++number);
      if (answers.isFull) yield answers.take();
    }
    if (!answers.isEmpty) yield answers.take();
  }
  const last = new AnswerBuffer();
  for (const line of splitter.end()) last.add(previewLine(line, now()), ++number);
  if (!last.isEmpty) yield last.take();
}

class AnswerBuffer {
  #text = "";
  #refused: number[] = [];

  get isFull(): boolean {
    return this.#text.length >= MAX_WRITE_CHARACTERS;
  }

  get isEmpty(): boolean {
    return this.#text === "";
  }

  add(previewed: Preview | Refused, line: number): void {
    this.#text += `${previewJson(previewed, line)}\n`;
    if (!previewed.ok) this.#refused.push(line);
  }

  take(): Answers {
    const answers = { text: this.#text, refused: this.#refused };
    this.#text = "";
    this.#refused = [];
    return answers;
  }
}

/** `null` stands for a line that is too long to be read. */
function previewLine(line: string | null, now: number): Preview | Refused {
  if (line === null) return refused(`Line longer than ${MAX_LINE_CHARACTERS} characters`);
  const value = valueOf(line);
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return refused(`Line ${inspect(line)} is no JSON object, expected ${anyOf(MEMBERS)} in one`);
  }
  const parsed = Line.safeParse(value);
  if (!parsed.success) {
    return refused(...parsed.error.issues.map((issue) => problemOf(issue, value)));
  }
  const { trigger_ref, trigger_params, created, after, count, rule_id } = parsed.data;
  const compiled = compile(trigger_ref, trigger_params, created ?? now);
  const request = { after: after ?? created ?? now, count, ruleId: rule_id ?? null };
  return preview(compiled, request);
}

function refused(...problems: readonly string[]): Refused {
  return { ok: false, problems };
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
  return refusal(member, given, issue.message);
}

function unknownMember(member: string): string {
  const meant = nearest(member, MEMBERS);
  const expected = meant === null ? `expected ${anyOf(MEMBERS)}` : `did you mean "${meant}"?`;
  return `Unknown member ${inspect(member)}: ${expected}`;
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
