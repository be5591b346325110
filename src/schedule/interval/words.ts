import { instantText, wallText } from "../../words/calendar.ts";
import { durationText } from "../../words/spans.ts";
import type { Grid } from "../grid.ts";
import type { LocalSchedule } from "../local_time.ts";

/** An interval in words; `local` is the schedule by the clock on the wall, if it goes by that. */
export function intervalSentence(
  { anchorAt, stepMs }: Pick<Grid, "anchorAt" | "stepMs">,
  local: LocalSchedule | null,
): string {
  const pace = `Every ${durationText(stepMs / 1000).replace(/^1 /, "")}`;
  // An anchor by the clock on the wall is kept as if the clock stood in UTC.
  return local === null
    ? `${pace}, counted from ${instantText(anchorAt)}`
    : `${pace}, counted from ${wallText(anchorAt)} in ${local.zone.id}`;
}
