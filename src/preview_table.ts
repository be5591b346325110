import type { Preview } from "./preview.ts";
import { changeNote, occurrenceNote } from "./preview_notes.ts";
import { instantText, offsetText, wallText } from "./schedule/describe_words.ts";
import type { Timer } from "./schedule/mod.ts";
import { partsOf } from "./schedule/timer_parts.ts";
import { Zone, zoneOf } from "./schedule/zone.ts";

const WEEKDAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
/** Units of a wait, the largest first, in seconds. */
const UNITS: readonly (readonly [name: string, seconds: number])[] = [
  ["d", 86_400],
  ["h", 3600],
  ["min", 60],
  ["s", 1],
];

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
  const zone = view.zone ?? zoneOfRule(timer);
  const columns = [
    occurrences.map((_, index) => String(index + 1)),
    ...zone.id === "UTC" ? [] : [[zone.id, ...occurrences.map((at) => localText(at, zone))]],
    ["UTC", ...occurrences.map((at) => utcText(at, zone))],
    ["", ...occurrences.map((at) => waitText(at, view.now))],
  ];
  const [numbers = [], ...others] = columns;
  const width = Math.max(...numbers.map((it) => it.length));
  const cells = [["", ...numbers].map((it) => it.padStart(width)), ...others.map(padded)];
  const [head = "", ...rows] = cells[0]?.map((_, row) =>
    cells.map((column) => column[row]).join("  ").trimEnd()
  ) ?? [];
  const indent = " ".repeat(width + 2);
  return [
    head,
    ...rows.flatMap((row, index) => {
      const at = occurrences[index] ?? NaN;
      const change = changeNote(zone, occurrences[index - 1] ?? at, at);
      const note = occurrenceNote(timer, at);
      return [
        ...change === null ? [] : [`${indent}-- ${change}`],
        row,
        ...note === null ? [] : [`${indent}^ ${note}`],
      ];
    }),
  ];
}
