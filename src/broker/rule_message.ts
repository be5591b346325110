import { problemText } from "../ground/error_text.ts";
import type { RuleChange } from "../domain/rule.ts";
import { changeFromMessage } from "./rule_envelope.ts";

/** The API takes bodies of 2 MiB at most (contract 2), and a message says little beside one rule. */
const MAX_BYTES = 4 * 1024 * 1024;
/**
 * The parameters of a longer message are not kept: timers have shorter ones, and those of all messages in
 * hand are too much to hold. The rule is read from the API in any case.
 */
const MAX_BYTES_WITH_PARAMS = 4 * 1024;
const EXCERPT_BYTES = 200;
/** Controls, and what turns the direction of text or breaks lines: not for a log. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\u2028\u2029]/gu;

/** A message about a rule that makes no sense. */
export interface UnreadableMessage {
  readonly reason: string;
  /** The first 200 bytes, as printable text. */
  readonly excerpt: string;
}

/** What a message holds. */
export type RuleMessage =
  | { readonly ok: true; readonly change: RuleChange }
  | { readonly ok: false; readonly unreadable: UnreadableMessage };

/**
 * Reads a message of either form. `timestamp` is the AMQP property in seconds: the time of sending where
 * the body names none.
 */
export function readRuleMessage(content: Uint8Array, timestamp: unknown): RuleMessage {
  try {
    const change = changeFromMessage(parseJson(content));
    const params = content.length > MAX_BYTES_WITH_PARAMS ? null : change.params;
    const sentAt = change.sentAt ?? milliseconds(timestamp);
    return { ok: true, change: { ...change, params, sentAt } };
  } catch (error) {
    return { ok: false, unreadable: { reason: problemText(error), excerpt: excerptOf(content) } };
  }
}

function parseJson(content: Uint8Array): unknown {
  if (content.length > MAX_BYTES) {
    throw new RangeError(`it is longer than ${MAX_BYTES} bytes (${content.length})`);
  }
  const text = attempt(() => new TextDecoder("utf-8", { fatal: true }).decode(content), "UTF-8");
  return attempt(() => JSON.parse(text), "JSON");
}

/** The errors of the decoders quote what they were given, which is the excerpt's task. */
function attempt<T>(decode: () => T, form: string): T {
  try {
    return decode();
  } catch {
    throw new SyntaxError(`it is no ${form}`);
  }
}

function milliseconds(seconds: unknown): number | null {
  if (typeof seconds !== "number" || seconds <= 0) return null;
  const instant = seconds * 1000;
  return Number.isSafeInteger(instant) ? instant : null;
}

function excerptOf(content: Uint8Array): string {
  const start = content.subarray(0, EXCERPT_BYTES);
  // As a stream, so that a character cut in two at the end is left out.
  return new TextDecoder().decode(start, { stream: true }).replaceAll(UNPRINTABLE, "\u{fffd}");
}
