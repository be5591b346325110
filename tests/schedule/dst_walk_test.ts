import { assert, assertEquals } from "@std/assert";
import type { TriggerParams } from "../../src/domain/rule.ts";
import { CLOCK_CHANGES, EVERY_POLICY, paramsOf } from "./clock_changes.ts";
import { localMinutes, realTimeRuns, setTimeRuns } from "./cron_oracle.ts";
import { between, firstOf, textOf, timerOf } from "./support.ts";

const HOUR_MS = 3_600_000;

const SET_TIMES = [
  "30 2 * * *",
  "0 0 * * *",
  "15,45 0-3 * * *",
  "30 22,23 * * *",
  "0 1,2,3,12 * * *",
  "10,50 2 28-31 3,10 0",
];
const REAL_TIMES = ["*/20 * * * *", "30 */2 * * *", "*/15 2 * * *", "5/25 0-3 * * 0,6"];

for (const { zone, transitions } of CLOCK_CHANGES) {
  Deno.test(`cron agrees with a walk over all minutes around each change of ${zone}`, () => {
    assert(transitions.length >= 2);
    for (const transition of transitions) {
      const from = transition - 30 * HOUR_MS;
      const to = transition + 50 * HOUR_MS;
      for (const expression of SET_TIMES) {
        const minutes = localMinutes(expression, from, to);
        for (const policy of EVERY_POLICY) {
          const params = { expression, timezone: zone, ...paramsOf(policy) };
          assertEquals(
            between(timerOf(params), from, to).map(textOf),
            setTimeRuns(minutes, zone, from, to, policy).map(textOf),
            JSON.stringify(params),
          );
        }
      }
      for (const expression of REAL_TIMES) {
        const timer = timerOf({ expression, timezone: zone });
        assertEquals(
          between(timer, from, to),
          realTimeRuns(expression, zone, from, to),
          expression,
        );
      }
    }
  });
}

Deno.test("cron runs a time that is left out, or comes twice, as written down here", () => {
  const table: readonly (readonly [
    zone: string,
    expression: string,
    options: TriggerParams,
    after: string,
    next: string,
  ])[] = [
    ["Europe/Berlin", "30 2 * * *", {}, "2026-03-28T12:00Z", "2026-03-29T01:00:00Z"],
    ["Europe/Berlin", "30 2 * * *", {}, "2026-10-24T12:00Z", "2026-10-25T00:30:00Z"],
    ["America/New_York", "30 2 * * *", {}, "2026-03-07T12:00Z", "2026-03-08T07:00:00Z"],
    ["America/New_York", "30 1 * * *", {}, "2026-10-31T12:00Z", "2026-11-01T05:30:00Z"],
    ["Australia/Lord_Howe", "15 2 * * *", {}, "2026-10-03T12:00Z", "2026-10-03T15:30:00Z"],
    ["Australia/Lord_Howe", "45 1 * * *", {}, "2026-04-04T12:00Z", "2026-04-04T14:45:00Z"],
    ["Antarctica/Troll", "30 2 * * *", {}, "2026-03-28T12:00Z", "2026-03-29T01:00:00Z"],
    [
      "Antarctica/Troll",
      "30 1 * * *",
      { dst_overlap: "second" },
      "2026-10-25T00:00Z",
      "2026-10-25T01:30:00Z",
    ],
    ["America/Nuuk", "30 23 * * *", {}, "2024-03-30T12:00Z", "2024-03-31T01:00:00Z"],
    [
      "America/Nuuk",
      "30 23 * * *",
      { dst_gap: "shift" },
      "2024-03-30T12:00Z",
      "2024-03-31T01:30:00Z",
    ],
    ["America/Nuuk", "30 23 * * *", {}, "2024-10-26T12:00Z", "2024-10-27T00:30:00Z"],
    ["America/Santiago", "30 0 * * *", {}, "2026-09-05T12:00Z", "2026-09-06T04:00:00Z"],
    [
      "America/Santiago",
      "30 23 * * *",
      { dst_overlap: "second" },
      "2026-04-04T12:00Z",
      "2026-04-05T03:30:00Z",
    ],
    ["Africa/Casablanca", "30 2 * * *", {}, "2026-03-21T12:00Z", "2026-03-22T02:00:00Z"],
    ["Africa/Casablanca", "30 2 * * *", {}, "2026-02-14T12:00Z", "2026-02-15T01:30:00Z"],
    ["Europe/Dublin", "30 1 * * *", {}, "2026-03-28T12:00Z", "2026-03-29T01:00:00Z"],
    ["Pacific/Apia", "0 9 30 12 *", {}, "2011-01-01T00:00Z", "2012-12-29T19:00:00Z"],
    [
      "Pacific/Apia",
      "0 9 30 12 *",
      { dst_gap: "shift" },
      "2011-01-01T00:00Z",
      "2011-12-30T19:00:00Z",
    ],
  ];
  for (const [timezone, expression, options, after, next] of table) {
    const timer = timerOf({ expression, timezone, ...options });
    assertEquals(firstOf(timer, after, 1), [next], `${expression} in ${timezone} after ${after}`);
  }
});
