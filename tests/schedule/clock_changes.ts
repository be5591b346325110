import type { TriggerParams } from "../../src/domain/rule.ts";
import { GAP_RULES, OVERLAP_RULES } from "../../src/schedule/local_time.ts";
import type { Policy } from "./cron_oracle.ts";

// What there is to be tested of local time: zones, their clocks' changes, and what becomes of them.

/** Zones whose clocks jump in ways of their own, and a span of years in which they do. */
const ZONES: readonly (readonly [zone: string, firstYear: number, lastYear: number])[] = [
  ["Europe/Berlin", 2026, 2026],
  ["America/New_York", 2026, 2026],
  // By half an hour.
  ["Australia/Lord_Howe", 2026, 2026],
  // By two hours.
  ["Antarctica/Troll", 2026, 2026],
  // Late on a Saturday: the gap ends the day.
  ["America/Nuuk", 2023, 2026],
  // At midnight.
  ["America/Santiago", 2026, 2026],
  ["America/Havana", 2026, 2026],
  ["Asia/Beirut", 2026, 2026],
  // Summer time stops for Ramadan.
  ["Africa/Casablanca", 2026, 2026],
  // Winter time is the exception.
  ["Europe/Dublin", 2026, 2026],
  // Half a day off, and a day left out in 2011.
  ["Pacific/Apia", 2010, 2012],
  ["Asia/Tehran", 2022, 2022],
];

/** When the clocks of each zone are put forward or back. Epoch milliseconds. */
export const CLOCK_CHANGES = ZONES.map(([zone, firstYear, lastYear]) => ({
  zone,
  transitions: transitionsOf(zone, Date.UTC(firstYear, 0, 1), Date.UTC(lastYear + 1, 0, 1)),
}));

export const EVERY_POLICY: readonly Policy[] = GAP_RULES.flatMap((gap) =>
  OVERLAP_RULES.map((overlap) => ({ gap, overlap }))
);

/** A policy as a rule has it. */
export function paramsOf({ gap, overlap }: Policy): TriggerParams {
  return Object.fromEntries([["dst_gap", gap], ["dst_overlap", overlap]]);
}

/** The transitions of a zone's clocks between two instants. */
function transitionsOf(zone: string, from: number, to: number): number[] {
  const found: number[] = [];
  let time = Temporal.Instant.fromEpochMilliseconds(from).toZonedDateTimeISO(zone);
  for (;;) {
    const next = time.getTimeZoneTransition("next");
    if (next === null || next.epochMilliseconds > to) return found;
    found.push(next.epochMilliseconds);
    time = next;
  }
}
