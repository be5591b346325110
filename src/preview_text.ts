import type { Preview, Refused } from "./preview.ts";
import { occurrenceTable, type View } from "./preview_table.ts";

const COLUMNS = 100;

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

/** Words in lines, the first one behind `label`, the others under it. */
function wrapped(text: string, label: string): string[] {
  const indent = " ".repeat(label.length);
  const lines: string[] = [];
  let line = label;
  let isEmpty = true;
  for (const word of text.split(" ")) {
    if (!isEmpty && line.length + 1 + word.length > COLUMNS) {
      lines.push(line);
      line = indent;
      isEmpty = true;
    }
    line += isEmpty ? word : ` ${word}`;
    isEmpty = false;
  }
  return [...lines, line];
}
