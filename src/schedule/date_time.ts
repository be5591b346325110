import * as z from "zod";
import type { Draft } from "./draft.ts";
import { Once } from "./grid.ts";
import { instantFromText, wallTimeFromText } from "./instant.ts";
import { GAP_RULES, LocalSchedule } from "./local_time.ts";
import type { DateTimeTimer } from "./timer.ts";
import { ANY_INSTANT, oneOf, timeZone } from "./params.ts";
import { Scheduled } from "./scheduled.ts";

const DateTimeParams = z.object({
  fire_at: z.string(ANY_INSTANT),
  timezone: timeZone().optional(),
  dst_gap: oneOf(GAP_RULES).default("shift"),
  // It happens once, hence no "both".
  dst_overlap: oneOf(["first", "second"]).default("first"),
});

class ScheduledDateTime extends Scheduled implements DateTimeTimer {
  readonly fireAt: string;
  readonly timezone: string;
  readonly at: number;

  constructor(draft: Draft, at: number, labels: Pick<DateTimeTimer, "fireAt" | "timezone">) {
    super(draft, new Once(at), null);
    this.at = at;
    this.fireAt = labels.fireAt;
    this.timezone = labels.timezone;
  }

  get kind(): "date_time" {
    return "date_time";
  }

  protected override get particulars(): readonly unknown[] {
    return [this.fireAt, this.timezone, this.at];
  }
}

/** Makes a timer of `fire_at`; `null` if the draft has a problem. */
export function compileDateTime(draft: Draft): DateTimeTimer | null {
  const params = draft.read(DateTimeParams);
  if (params === null) return null;
  const at = instantOf(params, draft);
  if (at === null) return null;
  const { fire_at: fireAt, timezone: zone } = params;
  return new ScheduledDateTime(draft, at, { fireAt, timezone: zone?.id ?? "UTC" });
}

function instantOf(params: z.infer<typeof DateTimeParams>, draft: Draft): number | null {
  const { fire_at, timezone, dst_gap, dst_overlap } = params;
  const instant = instantFromText(fire_at);
  if (instant !== null) {
    for (const member of ["dst_gap", "dst_overlap"]) {
      draft.warnOfIdle(member, "fire_at has an offset");
    }
    return instant;
  }
  const wallTime = wallTimeFromText(fire_at);
  if (wallTime === null || timezone === undefined) {
    const orElse = wallTime === null ? "" : ", or a timezone beside it";
    draft.refuse("fire_at", `${ANY_INSTANT}${orElse}`);
    return null;
  }
  const at = new LocalSchedule(new Once(wallTime), timezone, dst_gap, dst_overlap).next(-Infinity);
  if (at === null) {
    draft.refuse("fire_at", `a time that the clocks of ${timezone.id} do not leave out`);
  }
  return at;
}
