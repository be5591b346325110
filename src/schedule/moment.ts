import { sorted } from "../collections/number_lists.ts";
import { instantFromText, wallTimeFromText } from "./instant.ts";
import { type GapRule, LocalSchedule, type OverlapRule } from "./local_time.ts";
import { Once } from "./grid.ts";
import { UTC, type Zone } from "./zone.ts";

/** A time that somebody wrote down. */
export interface Moment {
  /** By the clocks of `zone`, as if it were UTC; milliseconds. */
  readonly at: number;
  /** `null`: by the clocks of a zone that is named elsewhere. */
  readonly zone: Zone | null;
}

/** What becomes of local times that do not exist, or come twice. */
export interface ClockRules {
  readonly gap: GapRule;
  readonly overlap: OverlapRule;
}

/** The moment of an RFC 3339 date-time, with an offset or without one; `null` if it is none. */
export function momentFromText(text: string): Moment | null {
  const instant = instantFromText(text);
  if (instant !== null) return { at: instant, zone: UTC };
  const at = wallTimeFromText(text);
  return at === null ? null : { at, zone: null };
}

/** The instants of a moment in epoch milliseconds: none or two where clocks change, and the rules say so. */
export function instantsOf({ at, zone }: Moment, elsewhere: Zone, rules: ClockRules): number[] {
  if (zone === UTC) return [at];
  const overlaps = rules.overlap === "both" ? ["first", "second"] as const : [rules.overlap];
  const instants = overlaps.map((overlap) =>
    new LocalSchedule(new Once(at), zone ?? elsewhere, rules.gap, overlap).next(-Infinity)
  );
  return sorted(instants.filter((instant) => instant !== null));
}

/**
 * The instant at which a moment comes first, in epoch milliseconds (RFC 5545 3.3.5); `null` where RFC 3339
 * cannot name it in UTC.
 */
export function instantOf(moment: Moment, elsewhere: Zone): number | null {
  return instantsOf(moment, elsewhere, { gap: "shift", overlap: "first" })[0] ?? null;
}
