import { assert, assertEquals } from "@std/assert";
import type { TriggerParams } from "../../src/domain/rule.ts";
import { CLOCK_CHANGES, EVERY_POLICY, paramsOf } from "./clock_changes.ts";
import { setTimeRuns } from "./cron_oracle.ts";
import { localTimes } from "./rrule_oracle.ts";
import { between, firstOf, textOf, timerOf } from "./support.ts";

const HOUR_MS = 3_600_000;

const RULES = [
  "FREQ=DAILY;BYHOUR=0,1,2,3,22,23;BYMINUTE=0,30",
  "FREQ=DAILY;INTERVAL=2;BYHOUR=2;BYMINUTE=15,45",
  "FREQ=WEEKLY;BYDAY=FR,SA,SU,MO;BYHOUR=0,2,23;BYMINUTE=10",
  "FREQ=MONTHLY;BYDAY=-1SU,1SU,2SU,1SA;BYHOUR=0,1,2,3;BYSETPOS=1,2,3,-1,-2,-3",
  "FREQ=HOURLY;BYMINUTE=20,50",
  "FREQ=MINUTELY;INTERVAL=25;BYHOUR=0,1,2,3,4,12,23",
];

for (const { zone, transitions } of CLOCK_CHANGES) {
  Deno.test(`rrule agrees with a walk over all local time around each change of ${zone}`, () => {
    assert(transitions.length >= 2);
    for (const transition of transitions) {
      const dtstart = transition - 30 * HOUR_MS;
      const to = transition + 50 * HOUR_MS;
      for (const rule of RULES) {
        const times = localTimes(rule, localOf(dtstart, zone), to + 48 * HOUR_MS);
        for (const policy of EVERY_POLICY) {
          const params = { dtstart: textOf(dtstart), rule, timezone: zone, ...paramsOf(policy) };
          const expected = setTimeRuns(times, zone, dtstart - 1, to, policy);
          const got = between(timerOf(params, "core.rruletimer"), dtstart - 1, to);
          assertEquals(got.map(textOf), expected.map(textOf), JSON.stringify(params));
        }
      }
    }
  });
}

Deno.test("rrule runs a time that is left out, or comes twice, as written down here", () => {
  const table: readonly (readonly [
    zone: string,
    dtstart: string,
    options: TriggerParams,
    after: string,
    next: string,
  ])[] = [
    ["Europe/Berlin", "2026-03-01T01:30:00Z", {}, "2026-03-28T12:00Z", "2026-03-29T01:30:00Z"],
    [
      "Europe/Berlin",
      "2026-03-01T01:30:00Z",
      { dst_gap: "after" },
      "2026-03-28T12:00Z",
      "2026-03-29T01:00:00Z",
    ],
    [
      "Europe/Berlin",
      "2026-03-01T01:30:00Z",
      { dst_gap: "skip" },
      "2026-03-28T12:00Z",
      "2026-03-30T00:30:00Z",
    ],
    ["Europe/Berlin", "2026-10-01T00:30:00Z", {}, "2026-10-24T12:00Z", "2026-10-25T00:30:00Z"],
    [
      "Europe/Berlin",
      "2026-10-01T00:30:00Z",
      { dst_overlap: "second" },
      "2026-10-24T12:00Z",
      "2026-10-25T01:30:00Z",
    ],
    // By half an hour: 02:15 is 02:45.
    [
      "Australia/Lord_Howe",
      "2026-09-01T15:45:00Z",
      {},
      "2026-10-03T12:00Z",
      "2026-10-03T15:45:00Z",
    ],
    // By two hours: 02:30 is 04:30.
    ["Antarctica/Troll", "2026-03-01T01:30:00Z", {}, "2026-03-28T12:00Z", "2026-03-29T01:30:00Z"],
    // Midnight is 01:00.
    ["America/Santiago", "2026-09-01T04:00:00Z", {}, "2026-09-05T12:00Z", "2026-09-06T04:00:00Z"],
    // The 30th of December is the 31st, which comes but once.
    ["Pacific/Apia", "2011-12-01T19:00:00Z", {}, "2011-12-30T00:00Z", "2011-12-30T19:00:00Z"],
    ["Pacific/Apia", "2011-12-01T19:00:00Z", {}, "2011-12-30T19:00Z", "2011-12-31T19:00:00Z"],
  ];
  for (const [timezone, dtstart, options, after, next] of table) {
    const timer = timerOf({ type: "rrule", freq: "DAILY", dtstart, timezone, ...options });
    assertEquals(firstOf(timer, after, 1), [next], `${dtstart} in ${timezone} after ${after}`);
  }
});

/** The local time at an instant, as if it were UTC. */
function localOf(at: number, zone: string): number {
  const time = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone);
  return at + time.offsetNanoseconds / 1e6;
}
