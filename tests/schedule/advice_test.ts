import { assertEquals } from "@std/assert";
import type { TriggerParams } from "../../src/domain/rule.ts";
import { adviceOn } from "../../src/schedule/advice.ts";
import { clashesIn, repetitionAt } from "../../src/schedule/clock_changes.ts";
import { LocalSchedule } from "../../src/schedule/local_time.ts";
import { type Zone, zoneOf } from "../../src/schedule/zone.ts";
import { ANCHOR, timerOf } from "./support.ts";

const BERLIN = { timezone: "Europe/Berlin" };
const NEW_YORK = { timezone: "America/New_York" };
const EST =
  'Time zone "EST" is UTC-05:00 all year: for clocks that are put forward write "America/New_York"';
const NIGHTLY = { expression: "30 2 * * *", ...BERLIN };
const GAP = "2026-03-29T02:30:00 does not exist in Europe/Berlin, where clocks go forward";
const OVERLAP = "2026-10-25T02:30:00 comes twice in Europe/Berlin, where clocks go back";
const L = 'the last day of any month is "L"';
const MINUS_ONE = "the last day of any month is -1 as day of the month";
const WITHOUT_31 = "February, April, June, September and November";

/** What is said of rules on 1 January 2026. */
const table: readonly (readonly [params: TriggerParams, advice: readonly string[]])[] = [
  // Nothing to say.
  [{ interval: 10 }, []],
  [{ expression: "30 2 * * *" }, []],
  [{ expression: "30 9 * * *", ...BERLIN }, []],
  [{ expression: "30 2 * * 1-5", ...BERLIN }, []],
  [{ expression: "30 2 * * *", timezone: "Asia/Tokyo" }, []],
  // Every hour of the day: keeps its pace, whatever the clocks do.
  [{ expression: "*/10 * * * *", ...BERLIN }, []],
  [{ expression: "30 * * * *", ...BERLIN }, []],
  // Each hour but one: an hourly rule that says more than its interval goes by the clock on the wall.
  [{ freq: "HOURLY", by_minute: [30], dtstart: "2025-11-02T00:30:00-04:00", ...NEW_YORK }, [
    "2026-03-08T02:30:00 does not exist in America/New_York, where clocks go forward: runs at " +
    "2026-03-08T03:30:00 instead",
    "2026-11-01T01:30:00 comes twice in America/New_York, where clocks go back: runs the first " +
    'time only, and an hour passes without it ("dst_overlap": "both" runs both times)',
  ]],
  [{ freq: "MINUTELY", by_second: [0], dtstart: "2025-11-02T00:30:00-04:00", ...NEW_YORK }, [
    "2026-03-08T02:00:00 does not exist in America/New_York, where clocks go forward: runs at " +
    "2026-03-08T03:00:00 instead",
    "2026-11-01T01:00:00 comes twice in America/New_York, where clocks go back: runs the first " +
    'time only, and an hour passes without it ("dst_overlap": "both" runs both times)',
  ]],
  [{
    ...{ freq: "HOURLY", by_minute: [30], dtstart: "2025-11-02T00:30:00-04:00", ...NEW_YORK },
    ...{ dst_gap: "skip", dst_overlap: "both" },
  }, [
    "2026-03-08T02:30:00 does not exist in America/New_York, where clocks go forward: does not run then",
    "2026-11-01T01:30:00 comes twice in America/New_York, where clocks go back: runs both times",
  ]],
  // Names of zones.
  [{ expression: "30 9 * * *", timezone: "EST" }, [EST]],
  [{ fire_at: "2026-03-29T09:30:00", timezone: "EST" }, [EST]],
  [{ interval: 1, unit: "days", anchor: "2025-01-01T02:30:00+01:00", timezone: "EST" }, [EST]],
  [{ freq: "HOURLY", dtstart: "2025-01-01T02:30:00+01:00", timezone: "EST" }, [EST]],
  // Clocks.
  [NIGHTLY, [
    `${GAP}: runs at 2026-03-29T03:00:00 instead`,
    `${OVERLAP}: runs the first time only`,
  ]],
  [{ ...NIGHTLY, dst_gap: "shift", dst_overlap: "second" }, [
    `${GAP}: runs at 2026-03-29T03:30:00 instead`,
    `${OVERLAP}: runs the second time only`,
  ]],
  [{ ...NIGHTLY, dst_gap: "skip", dst_overlap: "both" }, [
    `${GAP}: does not run then`,
    `${OVERLAP}: runs both times`,
  ]],
  [{ expression: "30 */2 * * *", ...BERLIN }, [
    `${GAP}: does not run then`,
    `${OVERLAP}: runs both times`,
  ]],
  [{ interval: 1, unit: "days", anchor: "2025-01-01T02:30:00+01:00", ...BERLIN }, [
    `${GAP}: runs at 2026-03-29T03:30:00 instead`,
    `${OVERLAP}: runs the first time only`,
  ]],
  [{ freq: "DAILY", dtstart: "2025-01-01T02:30:00+01:00", ...BERLIN }, [
    `${GAP}: runs at 2026-03-29T03:30:00 instead`,
    `${OVERLAP}: runs the first time only`,
  ]],
  [{ expression: "0 0 * * *", timezone: "America/Havana" }, [
    "2026-03-08T00:00:00 does not exist in America/Havana, where clocks go forward: runs at " +
    "2026-03-08T01:00:00 instead",
    "2026-11-01T00:00:00 comes twice in America/Havana, where clocks go back: runs the first " +
    "time only",
  ]],
  // Steps of elapsed time never meet a clock.
  [{ freq: "HOURLY", dtstart: "2025-01-01T02:30:00+01:00", ...BERLIN }, []],
  // Bounds and exceptions decide.
  [{ ...NIGHTLY, end_at: "2026-04-01T00:00:00Z" }, [
    `${GAP}: runs at 2026-03-29T03:00:00 instead`,
  ]],
  [{ ...NIGHTLY, end_at: "2026-03-29T01:00:00Z" }, []],
  [{ ...NIGHTLY, start_at: "2026-05-01T00:00:00Z" }, [
    "2027-03-28T02:30:00 does not exist in Europe/Berlin, where clocks go forward: runs at " +
    "2027-03-28T03:00:00 instead",
    `${OVERLAP}: runs the first time only`,
  ]],
  [{ ...NIGHTLY, dst_gap: "skip", end_at: "2026-03-29T00:30:00Z" }, []],
  [{ freq: "DAILY", count: 5, dtstart: "2026-03-27T02:30:00+01:00", ...BERLIN }, [
    `${GAP}: runs at 2026-03-29T03:30:00 instead`,
  ]],
  [{ freq: "DAILY", count: 2, dtstart: "2026-03-27T02:30:00+01:00", ...BERLIN }, []],
  [{
    ...{ freq: "DAILY", dtstart: "2026-03-27T02:30:00+01:00", ...BERLIN },
    ex_dates: ["2026-03-29T01:30:00Z"],
  }, [`${OVERLAP}: runs the first time only`]],
  // A single moment.
  [{ fire_at: "2026-03-29T02:30:00+01:00" }, []],
  [{ fire_at: "2026-03-29T09:30:00", ...BERLIN }, []],
  [{ fire_at: "2026-03-29T02:30:00", ...BERLIN }, [
    `${GAP}: runs at 2026-03-29T03:30:00 instead`,
  ]],
  [{ fire_at: "2026-10-25T02:30:00", ...BERLIN }, [`${OVERLAP}: runs the first time only`]],
  [{ fire_at: "2026-10-25T02:30:00", ...BERLIN, dst_overlap: "second" }, [
    `${OVERLAP}: runs the second time only`,
  ]],
  // Days that months lack.
  [{ expression: "0 0 31 * *" }, [
    `Day 31 does not exist in ${WITHOUT_31}: no run for it there (${L})`,
  ]],
  [{ expression: "0 0 31W * *" }, [
    `Day 31 does not exist in ${WITHOUT_31}: no run for it there (${L})`,
  ]],
  [{ expression: "0 0 31 1,3,4 *" }, [
    `Day 31 does not exist in April: no run for it there (${L})`,
  ]],
  [{ expression: "0 0 31 1,3 *" }, []],
  [{ expression: "0 0 15,30 * *" }, [
    `Day 30 does not exist in February: no run for it there (${L})`,
  ]],
  [{ expression: "0 0 29 2 *" }, [
    `Day 29 does not exist in February but in leap years: no run for it there (${L})`,
  ]],
  [{ expression: "0 0 29-31 * *" }, [
    `Day 29 does not exist in February but in leap years: no run for it there (${L})`,
    `Day 30 does not exist in February: no run for it there (${L})`,
    `Day 31 does not exist in ${WITHOUT_31}: no run for it there (${L})`,
  ]],
  // Who goes up to the end of the month, or through it in steps, knows of its length.
  [{ expression: "0 0 28-31 * *" }, []],
  [{ expression: "0 0 */2 * *" }, []],
  [{ expression: "0 0 L,31 * *" }, []],
  [{ expression: "0 0 1-31 * *" }, []],
  [{ freq: "MONTHLY", dtstart: "2026-01-31T09:00:00Z" }, [
    `Day 31 does not exist in ${WITHOUT_31}: no run for it there (${MINUS_ONE})`,
  ]],
  [{ freq: "MONTHLY", by_month_day: [-1], dtstart: "2026-01-31T09:00:00Z" }, []],
  [{ freq: "YEARLY", dtstart: "2026-01-31T09:00:00Z" }, []],
  [{ freq: "YEARLY", dtstart: "2024-02-29T09:00:00Z" }, [
    `Day 29 does not exist in February but in leap years: no run for it there (${MINUS_ONE})`,
  ]],
  [{ freq: "WEEKLY", dtstart: "2026-01-31T09:00:00Z" }, []],
  // No more.
  [{ fire_at: "2025-12-31T23:59:59Z" }, [
    "Never fires again: there is no occurrence after 2026-01-01T00:00:00Z",
  ]],
  [{ expression: "0 0 0 31 * * 2025", ...BERLIN }, [
    "Never fires again: there is no occurrence after 2026-01-01T00:00:00Z",
  ]],
  [{ interval: 1, end_at: "2026-01-01T00:00:01Z" }, [
    "Never fires again: there is no occurrence after 2026-01-01T00:00:00Z",
  ]],
];
for (const [params, advice] of table) {
  Deno.test(`adviceOn() ${advice.length === 0 ? "has nothing to say of" : "warns of"} ${JSON.stringify(params)}`, () => {
    assertEquals(adviceOn(timerOf(params), ANCHOR), advice);
  });
}

Deno.test("adviceOn() looks ahead from where it is asked, also where rules share a schedule", () => {
  const days = ["2026-03-28", "2026-03-30", "2026-10-24", "2026-10-26", "2026-03-28"];
  const firsts = days.map((day) =>
    adviceOn(timerOf(NIGHTLY), Date.parse(`${day}T12:00:00Z`)).map((it) => it.slice(0, 10))
  );
  assertEquals(firsts, [
    ["2026-03-29", "2026-10-25"],
    ["2027-03-28", "2026-10-25"],
    ["2027-03-28", "2026-10-25"],
    ["2027-03-28"],
    ["2026-03-29", "2026-10-25"],
  ]);
});

Deno.test("clashesIn() asks a schedule that seldom runs only once", () => {
  let calls = 0;
  const seldom = { next: () => (calls++, Date.UTC(2090, 0)) };
  const local = new LocalSchedule(seldom, zone("Europe/Berlin"), "after", "first");
  const clashes = clashesIn(local, ANCHOR, Date.UTC(2036, 0));
  assertEquals([clashes, calls], [{ gap: null, overlap: null }, 1]);
});

Deno.test("clashesIn() does not make up for a date that a country skips", () => {
  const { local } = timerOf({ expression: "0 9 * * *", timezone: "Pacific/Apia" }).parts;
  const clash = local && clashesIn(local, Date.UTC(2011, 11, 1), Date.UTC(2012, 0, 5)).gap;
  assertEquals([clash?.time, clash?.runsAt], [Date.UTC(2011, 11, 30, 9), null]);
});

Deno.test("repetitionAt() tells the two times of an overlap apart", () => {
  const at = (time: string) => repetitionAt(zone("Europe/Berlin"), Date.parse(time));
  assertEquals(
    ["2026-10-24T23:59:59Z", "2026-10-25T00:00:00Z", "2026-10-25T00:59:59Z"].map(at),
    [null, "first", "first"],
  );
  assertEquals(
    ["2026-10-25T01:00:00Z", "2026-10-25T01:59:59Z", "2026-10-25T02:00:00Z"].map(at),
    ["second", "second", null],
  );
  assertEquals(["2026-03-29T00:59:59Z", "2026-03-29T01:00:00Z"].map(at), [null, null]);
  assertEquals(repetitionAt(zone("UTC"), 0), null);
});

function zone(name: string): Zone {
  const found = zoneOf(name);
  if (found === null) throw new Error(`No zone ${name}`);
  return found;
}
