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
