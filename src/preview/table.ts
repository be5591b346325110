import type { Preview } from "./preview.ts";
import { changeNote, occurrenceNote } from "./notes.ts";
import { localText, utcText, waitText } from "./time.ts";
import { instantText } from "../words/calendar.ts";
import { UTC, type Zone } from "../schedule/zone.ts";

/** How a preview is shown. */
export interface View {
  /** The zone of the local times; `null` for the rule's own. */
  readonly zone: Zone | null;
  /** The present, in epoch milliseconds: waits are counted from it. */
  readonly now: number;
  /** How many occurrences were asked for. */
  readonly count: number;
}

/** The occurrences as aligned lines, with notes on what clocks do to them. */
export function occurrenceTable({ timer, occurrences }: Preview, view: View): string[] {
  const zone = view.zone ?? timer.zone ?? UTC;
  const [head = "", ...rows] = aligned([
    ["", ...zone.id === "UTC" ? ["UTC"] : [zone.id, "UTC"]],
    ...occurrences.map((at, index) => [
      String(index + 1),
      ...zone.id === "UTC" ? [utcText(at)] : [localText(at, zone), instantText(at)],
      waitText(at, view.now),
    ]),
  ]);
  const indent = " ".repeat(String(occurrences.length).length + 2);
  const lines = rows.flatMap((row, index) => {
    const at = occurrences[index] ?? view.now;
    const change = changeNote(zone, occurrences[index - 1] ?? at, at);
    const note = occurrenceNote(timer, at);
    return [
      ...change === null ? [] : [`${indent}-- ${change}`],
      row,
      ...note === null ? [] : [`${indent}^^ ${note}`],
    ];
  });
  return [head, ...lines];
}

/** Rows of cells as lines: the first column to the right, the others to the left. */
function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, cell.length);
  }
  return rows.map((row) =>
    row.map((cell, i) => i === 0 ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0))
      .join("  ").trimEnd()
  );
}
