import * as z from "zod";
import { assert, assertEquals, assertFalse } from "@std/assert";
import type { TriggerParams } from "../../src/domain/rule.ts";
import { firstOf, problemsOf, timerOf, warningsOf } from "./support.ts";
import { sameTimer } from "../support/rules.ts";

const LONG_AGO = "1900-01-01T00:00:00Z";
const DTSTART = "2026-01-05T09:00:00Z";

function rruleOf(params: TriggerParams) {
  const timer = timerOf({ dtstart: DTSTART, ...params }, "core.rruletimer");
  assert(timer.kind === "rrule");
  return timer;
}

Deno.test("a rule says the same as text and as members", () => {
  const table: readonly (readonly [rule: string, members: TriggerParams])[] = [
    ["FREQ=DAILY", { freq: "DAILY" }],
    ["RRULE:FREQ=DAILY;INTERVAL=3;COUNT=5", { freq: "daily", interval: 3, count: 5 }],
    ["freq=weekly;byday=mo,fr;wkst=su", {
      freq: "WEEKLY",
      by_day: ["fr", "MO", "MO"],
      week_start: "su",
    }],
    ["FREQ=MONTHLY;BYDAY=+2TU,-1FR;BYSETPOS=-1", {
      freq: "MONTHLY",
      by_day: ["2TU", "-1FR"],
      by_set_pos: [-1],
    }],
    ["FREQ=YEARLY;BYWEEKNO=20,-1;BYMONTH=5,12;BYDAY=MO", {
      freq: "YEARLY",
      by_week_no: [-1, 20],
      by_month: [12, 5, 5],
      by_day: ["MO"],
    }],
    ["FREQ=YEARLY;BYYEARDAY=1,-1;BYMONTHDAY=1,31", {
      freq: "YEARLY",
      by_year_day: [1, -1],
      by_month_day: [31, 1],
    }],
    ["FREQ=DAILY;BYHOUR=9,17;BYMINUTE=0,30;BYSECOND=15;UNTIL=20260301T000000Z", {
      freq: "DAILY",
      by_hour: [17, 9],
      by_minute: [30, 0],
      by_second: [15],
      until: "2026-03-01T01:00:00+01:00",
    }],
  ];
  for (const [rule, members] of table) {
    assertEquals(rruleOf({ rule }).key, rruleOf(members).key, rule);
  }
});

Deno.test("rule says more than the members beside it, which are warned of", () => {
  const params = { dtstart: DTSTART, rule: "FREQ=DAILY", freq: "{{ freq }}", by_day: 1, until: 5 };
  assertEquals(warningsOf(params, "core.rruletimer"), [
    "until: no effect, rule says it all",
    "freq: no effect, rule says it all",
    "by_day: no effect, rule says it all",
  ]);
});

const Instants = z.array(z.number());

/** The rule, its exceptions and the dates added to it, as the timer's key has them. */
function particularsOf(params: TriggerParams): readonly unknown[] {
  const particulars: unknown = JSON.parse(rruleOf(params).key).at(-1);
  return z.tuple([z.unknown(), Instants, Instants]).parse(particulars);
}

Deno.test("a rule can be read from its timer", () => {
  const [rule] = particularsOf({
    rule: "FREQ=MONTHLY;BYDAY=-1FR,MO;BYMONTH=6,3;COUNT=9",
    timezone: "europe/berlin",
  });
  assertEquals(rule, {
    dtstart: Date.parse(DTSTART),
    timezone: "Europe/Berlin",
    freq: "MONTHLY",
    interval: 1,
    count: 9,
    until: null,
    byMonth: [3, 6],
    byWeekNo: [],
    byYearDay: [],
    byMonthDay: [],
    byDay: [{ weekday: 5, ordinal: -1 }, { weekday: 1, ordinal: null }],
    byHour: [],
    byMinute: [],
    bySecond: [],
    bySetPos: [],
    weekStart: 1,
  });
});

Deno.test("timers are the same if their rules are, however they are written", () => {
  const base = rruleOf({ rule: "FREQ=WEEKLY;BYDAY=MO,TU" });
  assert(sameTimer(base, rruleOf({ freq: "weekly", by_day: ["TU", "MO"], description: "x" })));
  assert(sameTimer(base, rruleOf({ rule: "BYDAY=TU,MO;FREQ=WEEKLY", dst_gap: "shift" })));
  for (
    const other of [
      { rule: "FREQ=WEEKLY;BYDAY=MO" },
      { rule: "FREQ=WEEKLY;BYDAY=MO,TU;COUNT=500" },
      { rule: "FREQ=WEEKLY;BYDAY=MO,TU;UNTIL=20301231" },
      { rule: "FREQ=WEEKLY;BYDAY=MO,TU;WKST=SU" },
      { rule: "FREQ=WEEKLY;BYDAY=MO,TU", dtstart: "2026-01-05T09:00:01Z" },
      { rule: "FREQ=WEEKLY;BYDAY=MO,TU", timezone: "Europe/Berlin" },
      { rule: "FREQ=WEEKLY;BYDAY=MO,TU", dst_gap: "skip" },
      { rule: "FREQ=WEEKLY;BYDAY=MO,TU", ex_dates: ["2026-01-06T09:00:00Z"] },
      { rule: "FREQ=WEEKLY;BYDAY=MO,TU", end_at: "2027-01-01T00:00:00Z" },
    ]
  ) assertFalse(sameTimer(base, rruleOf(other)), JSON.stringify(other));
});

Deno.test("what a rule leaves out is as DTSTART has it, by the clocks of the time zone", () => {
  const table: readonly (readonly [TriggerParams, string, readonly string[]])[] = [
    // 23:30 UTC on the 30th is half past midnight on the 31st in Berlin.
    [
      { dtstart: "2026-01-30T23:30:00Z", timezone: "Europe/Berlin" },
      "FREQ=MONTHLY",
      ["2026-01-30T23:30:00Z", "2026-03-30T22:30:00Z", "2026-05-30T22:30:00Z"],
    ],
    [
      { dtstart: "2026-01-31T00:30:00+01:00" },
      "FREQ=MONTHLY",
      ["2026-01-30T23:30:00Z", "2026-03-30T23:30:00Z", "2026-04-30T23:30:00Z"],
    ],
    [
      { dtstart: "2026-01-04T23:30:00Z", timezone: "Asia/Tokyo" },
      "FREQ=WEEKLY;INTERVAL=2",
      ["2026-01-04T23:30:00Z", "2026-01-18T23:30:00Z"],
    ],
    [{}, "FREQ=YEARLY;BYMONTH=3", ["2026-03-05T09:00:00Z", "2027-03-05T09:00:00Z"]],
    [{}, "FREQ=YEARLY;BYWEEKNO=53", ["2026-12-28T09:00:00Z", "2032-12-27T09:00:00Z"]],
    [{}, "FREQ=HOURLY;BYMINUTE=5", ["2026-01-05T09:05:00Z", "2026-01-05T10:05:00Z"]],
    [{}, "FREQ=MINUTELY;BYHOUR=7", ["2026-01-06T07:00:00Z", "2026-01-06T07:01:00Z"]],
    // Both the 53rd and the last Thursday of a year are there, in 53 weeks and in 52.
    [{}, "FREQ=YEARLY;BYDAY=53TH,-53WE", ["2026-12-31T09:00:00Z", "2031-01-01T09:00:00Z"]],
  ];
  for (const [params, rule, expected] of table) {
    const timer = rruleOf({ ...params, rule });
    assertEquals(firstOf(timer, LONG_AGO, expected.length), expected, rule);
  }
});

Deno.test("fractions of a second are left out, and a second 60 is 59", () => {
  const timer = rruleOf({ freq: "MINUTELY", by_second: [60], dtstart: "2026-01-05T09:00:00.250Z" });
  assertEquals(firstOf(timer, LONG_AGO, 2), ["2026-01-05T09:00:59Z", "2026-01-05T09:01:59Z"]);
  const steps = rruleOf({ freq: "SECONDLY", dtstart: "2026-01-05T09:00:00.999Z" });
  assertEquals(firstOf(steps, LONG_AGO, 2), ["2026-01-05T09:00:00Z", "2026-01-05T09:00:01Z"]);
});

Deno.test("an end is inclusive: as an instant, as a local time, as a day", () => {
  const newYork = { timezone: "America/New_York", dtstart: "2026-10-30T05:30:00Z" };
  const table: readonly (readonly [TriggerParams, number])[] = [
    [{ freq: "DAILY", until: "2026-11-01T05:30:00Z" }, 3],
    [{ freq: "DAILY", until: "2026-11-01T05:29:59Z" }, 2],
    [{ rule: "FREQ=DAILY;UNTIL=20261101T053000Z" }, 3],
    [{ rule: "FREQ=DAILY;UNTIL=20261101t012959" }, 2],
    [{ rule: "FREQ=DAILY;UNTIL=20261101T013000" }, 3],
    [{ rule: "FREQ=DAILY;UNTIL=20261101" }, 3],
    // 01:30 comes twice that day, and the second one is still at 01:30.
    [{ rule: "FREQ=DAILY;UNTIL=20261101T013000", dst_overlap: "both" }, 4],
    [{ rule: "FREQ=DAILY;UNTIL=20261030" }, 1],
    [{ rule: "FREQ=HOURLY;UNTIL=20261030T033000" }, 3],
  ];
  for (const [params, count] of table) {
    const timer = rruleOf({ ...newYork, ...params });
    assertEquals(firstOf(timer, LONG_AGO, 99).length, count, JSON.stringify(params));
  }
});

Deno.test("COUNT counts what fires, from dtstart on, wherever one begins to ask", () => {
  const berlin = { timezone: "Europe/Berlin", dtstart: "2026-03-28T01:30:00Z" };
  const days = ["2026-03-28T01:30:00Z", "2026-03-29T01:30:00Z", "2026-03-30T00:30:00Z"];
  const timer = rruleOf({ ...berlin, rule: "FREQ=DAILY;COUNT=3" });
  assertEquals(firstOf(timer, "2026-03-29T12:00:00Z", 9), days.slice(2));
  assertEquals(firstOf(timer, "2030-01-01T00:00:00Z", 9), []);
  assertEquals(firstOf(timer, LONG_AGO, 9), days);
  // 02:30 on the 29th is left out (RFC 5545 3.3.10: and not counted).
  const skipping = rruleOf({ ...berlin, rule: "FREQ=DAILY;COUNT=3", dst_gap: "skip" });
  assertEquals(firstOf(skipping, LONG_AGO, 9), [
    "2026-03-28T01:30:00Z",
    "2026-03-30T00:30:00Z",
    "2026-03-31T00:30:00Z",
  ]);
});

Deno.test("COUNT of plain steps may be of any size, as nothing is counted", () => {
  const timer = rruleOf({ rule: "FREQ=SECONDLY;COUNT=31536000", dtstart: "2025-01-01T00:00:00Z" });
  const last = ["2025-12-31T23:59:58Z", "2025-12-31T23:59:59Z"];
  assertEquals(firstOf(timer, "2025-12-31T23:59:57Z", 9), last);
});

Deno.test("ex_dates are left out, and count", () => {
  const params = {
    rule: "FREQ=DAILY;COUNT=4",
    ex_dates: ["2026-01-06T10:00:00+01:00", "2026-01-05T09:00:00Z", "2026-01-07T12:00:00Z"],
  };
  assertEquals(firstOf(rruleOf(params), LONG_AGO, 9), [
    "2026-01-07T09:00:00Z",
    "2026-01-08T09:00:00Z",
  ]);
  assertEquals(particularsOf(params)[1], [
    Date.parse("2026-01-05T09:00:00Z"),
    Date.parse("2026-01-06T09:00:00Z"),
    Date.parse("2026-01-07T12:00:00Z"),
  ]);
});

Deno.test("hours, minutes and seconds without BY parts are elapsed time, with them the wall clock", () => {
  const berlin = { timezone: "Europe/Berlin", dtstart: "2026-10-24T23:00:00Z" };
  const elapsed = rruleOf({ ...berlin, rule: "FREQ=HOURLY;WKST=SU", dst_gap: "after" });
  assertEquals(firstOf(elapsed, LONG_AGO, 3), [
    "2026-10-24T23:00:00Z",
    "2026-10-25T00:00:00Z",
    "2026-10-25T01:00:00Z",
  ]);
  const local = rruleOf({ ...berlin, rule: "FREQ=HOURLY;BYMINUTE=0" });
  assertEquals(firstOf(local, LONG_AGO, 3), [
    "2026-10-24T23:00:00Z",
    "2026-10-25T00:00:00Z",
    "2026-10-25T02:00:00Z",
  ]);
  const params = { type: "rrule", dtstart: DTSTART, freq: "HOURLY", dst_gap: "skip" };
  assertEquals(warningsOf(params), [
    "dst_gap: no effect, freq and interval alone follow elapsed time",
  ]);
});

Deno.test("nothing fires before dtstart, though its local time may come before", () => {
  // 02:30 for the second time.
  const params = { dtstart: "2026-10-25T01:30:00Z", timezone: "Europe/Berlin" };
  assertEquals(firstOf(rruleOf({ ...params, rule: "FREQ=DAILY" }), LONG_AGO, 1), [
    "2026-10-26T01:30:00Z",
  ]);
  assertEquals(
    firstOf(rruleOf({ ...params, rule: "FREQ=DAILY", dst_overlap: "second" }), LONG_AGO, 1),
    [
      "2026-10-25T01:30:00Z",
    ],
  );
});

Deno.test("rare rules are found, and those that end with the calendar end", () => {
  const table: readonly (readonly [rule: string, after: string, next: readonly string[]])[] = [
    ["FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO", LONG_AGO, ["2044-02-29T09:00:00Z"]],
    ["FREQ=YEARLY;INTERVAL=100", "2030-01-01T00:00:00Z", ["2126-01-05T09:00:00Z"]],
    ["FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO", LONG_AGO, ["2044-02-29T00:00:00Z"]],
    // A time of day that 25 h lead to once in 24 times.
    ["FREQ=HOURLY;INTERVAL=25;BYHOUR=8", LONG_AGO, ["2026-01-29T08:00:00Z"]],
    ["FREQ=YEARLY", "9998-12-01T00:00:00Z", ["9999-01-05T09:00:00Z"]],
    ["FREQ=YEARLY", "9999-12-01T00:00:00Z", []],
    ["FREQ=SECONDLY;INTERVAL=3155760000", "9950-01-01T00:00:00Z", []],
  ];
  for (const [rule, after, next] of table) assertEquals(firstOf(rruleOf({ rule }), after, 1), next);
});

Deno.test("an rrule takes the options of any kind", () => {
  const timer = rruleOf({
    rule: "FREQ=DAILY",
    start_at: "2026-02-01T00:00:00Z",
    end_at: "2026-02-02T09:00:00Z",
    on_missed: "all",
    jitter_seconds: 5,
  });
  assertEquals(firstOf(timer, LONG_AGO, 9), ["2026-02-01T09:00:00Z"]);
  assertEquals([timer.traits.onMissed, timer.traits.jitterMs], ["all", 5000]);
});

Deno.test("every problem of a rule's members is told at once", () => {
  const params = {
    type: "rrule",
    freq: "SOMETIMES",
    interval: 0,
    by_day: ["8MO"],
    timezone: "Mars/Olympus",
    until: "later",
    ex_dates: "never",
  };
  assertEquals(problemsOf(params).map((problem) => problem.split(":")[0]), [
    "dtstart",
    "timezone",
    "ex_dates",
    "freq",
    "interval",
    "until",
  ]);
});
