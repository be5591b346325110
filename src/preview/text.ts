import type { Preview, Refused } from "./preview.ts";
import { occurrenceTable, type View } from "./table.ts";
import { wrapped } from "../words/wrapped.ts";

/** A preview for people, in at most 100 columns as far as names and values are not longer. */
export function previewText(preview: Preview, view: View): string {
  const { occurrences, description, warnings } = preview;
  const parts = [
    wrapped(description, ""),
    occurrences.length === 0 ? [] : occurrenceTable(preview, view),
    occurrences.length < view.count ? ["No further occurrences"] : [],
    warnings.flatMap((warning) => wrapped(warning, "Warning: ")),
  ];
  return textOf(parts);
}

/** A refusal for people. */
export function refusalText({ problems }: Refused): string {
  return textOf([
    ["The sensor would refuse this rule:"],
    problems.flatMap((it) => wrapped(it, "  ")),
  ]);
}

function textOf(parts: readonly (readonly string[])[]): string {
  const paragraphs = parts.filter((lines) => lines.length > 0).map((lines) => lines.join("\n"));
  return `${paragraphs.join("\n\n")}\n`;
}
