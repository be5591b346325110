import * as z from "zod";
import type { Draft } from "../draft.ts";
import { Once } from "../grid.ts";
import { instantFromText, LAST_INSTANT, wallTimeFromText } from "../instant.ts";
import { GAP_RULES, LocalSchedule } from "../local_time.ts";
import type { Timer } from "../timer.ts";
import type { TimerKind } from "../timer_kind.ts";
import { MAX_OFFSET_MS, type Zone, zoneOf } from "../zone.ts";
import { dateTimeSentence } from "./words.ts";
import {
  ANY_INSTANT,
  MOMENT_PATTERN,
  ON_GAP,
  ON_OVERLAP,
  oneOf,
  OR_ZONE,
  text,
  timeZone,
} from "../params.ts";
import { instantMeantBy } from "../instant_meant.ts";
import { orElse } from "../refusal.ts";
import { Scheduled } from "../scheduled.ts";

const DateTimeParams = z.object({
  fire_at: text(ANY_INSTANT, instantMeantBy).meta({
    pattern: MOMENT_PATTERN,
    description: "When it fires: RFC 3339, without an offset by the clocks of timezone",
  }),
  timezone: timeZone().optional().describe("By whose clocks fire_at is read"),
  dst_gap: oneOf(GAP_RULES).default("shift").describe(ON_GAP),
  // It happens once, hence no "both".
  dst_overlap: oneOf(["first", "second"]).default("first").describe(ON_OVERLAP),
});

class ScheduledDateTime extends Scheduled implements Timer {
  readonly #at: number;
  /** As the rule has it. */
  readonly #fireAt: string;
  readonly #zone: Zone | null;

  constructor(draft: Draft, at: number, fireAt: string, zone: Zone | null) {
    super(draft, new Once(at), null);
    this.#at = at;
    this.#fireAt = fireAt;
    this.#zone = zone;
  }

  get kind(): "date_time" {
    return "date_time";
  }

  protected override get particulars(): readonly unknown[] {
    return [this.#fireAt, this.#timezone, this.#at];
  }

  get payload(): Readonly<Record<string, unknown>> {
    return { fire_at: this.#fireAt, timezone: this.#timezone };
  }

  get sentence(): string {
    return dateTimeSentence(this.#at, this.#fireAt, this.#timezone);
  }

  override get zone(): Zone | null {
    return zoneOf(this.#timezone);
  }

  override get isOnce(): boolean {
    return true;
  }

  override get onceAt(): number | null {
    return wallTimeFromText(this.#fireAt);
  }

  get #timezone(): string {
    return this.#zone?.id ?? "UTC";
  }
}

/** `fire_at`, and `timezone` where that has no offset. */
export const dateTimeKind: TimerKind = {
  name: "date_time",
  trigger: { ref: "core.datetimetimer", type: "one_shot" },
  telltales: ["fire_at"],
  outranks: [],
  forms: [{
    schemas: [DateTimeParams],
    required: [],
    conditions: [],
    example: { fire_at: "2026-12-24T15:00:00", timezone: "Europe/Berlin" },
    isOfAnyKind: false,
  }],
  compile: compileDateTime,
};

function compileDateTime(draft: Draft): Timer | null {
  const params = draft.read(DateTimeParams);
  if (params === null) return null;
  const at = instantOf(params, draft);
  if (at === null) return null;
  return new ScheduledDateTime(draft, at, params.fire_at, params.timezone ?? null);
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
    const besides = wallTime === null ? "" : OR_ZONE;
    draft.refuse("fire_at", orElse(ANY_INSTANT + besides, instantMeantBy(fire_at)));
    return null;
  }
  const at = new LocalSchedule(new Once(wallTime), timezone, dst_gap, dst_overlap).next(-Infinity);
  if (at === null) draft.refuse("fire_at", whatIsAllowed(wallTime, timezone));
  return at;
}

/** Where a local time is no instant. */
function whatIsAllowed(wallTime: number, zone: Zone): string {
  return wallTime > LAST_INSTANT - MAX_OFFSET_MS
    ? "a time up to the end of the year 9999 in UTC"
    : `a time that the clocks of ${zone.id} do not leave out`;
}
