import * as z from "zod";

const LONGEST_TEXT = 2000;
const MOST_CAUSES = 8;

/** An error in words: its message, then those of its causes. Never throws, whatever was thrown. */
export function errorText(error: unknown): string {
  const parts: string[] = [];
  const seen = new Set<unknown>();
  let cause = error;
  while (cause !== undefined && !seen.has(cause) && seen.size < MOST_CAUSES) {
    seen.add(cause);
    parts.push(ownText(cause));
    cause = cause instanceof Error ? cause.cause : undefined;
  }
  return parts.join("; caused by ").slice(0, LONGEST_TEXT).toWellFormed();
}

/** What was thrown, and after it what was thrown while its consequences were dealt with. */
export function* inTurn(error: unknown): Generator<unknown, void> {
  if (!(error instanceof SuppressedError)) return yield error;
  yield* inTurn(error.suppressed);
  yield* inTurn(error.error);
}

/** The text of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** What is wrong with something from outside, in one line that names the members. */
export function problemText(error: unknown): string {
  if (!(error instanceof z.ZodError)) return messageOf(error);
  return error.issues
    .map(({ path, message }) => path.length === 0 ? message : `${path.join(".")}: ${message}`)
    .join("; ");
}

function ownText(error: unknown): string {
  try {
    if (!(error instanceof Error)) return String(error);
    const text = error.name === "Error" ? error.message : `${error.name}: ${error.message}`;
    if (!(error instanceof AggregateError)) return text || "Error";
    return `${text} (${error.errors.map(errorText).join(", ")})`;
  } catch {
    return "an error without words";
  }
}
