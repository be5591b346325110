import { assertEquals } from "@std/assert";
import type { TriggerParams } from "../../src/domain/rule.ts";
import { describe } from "../../src/schedule/describe.ts";
import { firstOf, timerOf, warningsOf } from "./support.ts";

type Row = readonly [params: TriggerParams, after: string, expected: readonly string[]];

const SUMMER = "2026-03-28T12:00:00Z";
const WINTER = "2026-10-24T12:00:00Z";

function berlin(expression: string, options: TriggerParams = {}): TriggerParams {
  return { expression, timezone: "Europe/Berlin", ...options };
}

function check(rows: readonly Row[]): void {
  for (const [params, after, expected] of rows) {
    assertEquals(
      firstOf(timerOf(params), after, expected.length),
      expected,
      JSON.stringify(params),
    );
  }
}

Deno.test("cron expressions have 5 fields, 6 with the seconds first, 7 with the year last", () => {
  check([
    [{ expression: "*/20 9 * * *" }, "2026-01-01T09:10:00Z", [
      "2026-01-01T09:20:00Z",
      "2026-01-01T09:40:00Z",
      "2026-01-02T09:00:00Z",
    ]],
    [{ expression: "*/20 59 23 * * *" }, "2026-12-31T23:59:30Z", [
      "2026-12-31T23:59:40Z",
      "2027-01-01T23:59:00Z",
    ]],
    [{ expression: "0 0 0 1 1 ? 2028,2030-2031" }, "2026-01-01T00:00:00Z", [
      "2028-01-01T00:00:00Z",
      "2030-01-01T00:00:00Z",
      "2031-01-01T00:00:00Z",
    ]],
    [{ expression: "0 0 0 1 1 ? */4" }, "2026-01-01T00:00:00Z", ["2028-01-01T00:00:00Z"]],
  ]);
});

Deno.test("cron answers with the next instant strictly after the one asked about", () => {
  check([
    [{ expression: "30 * * * * *" }, "2026-01-01T00:00:29.999Z", ["2026-01-01T00:00:30Z"]],
    [{ expression: "30 * * * * *" }, "2026-01-01T00:00:30Z", ["2026-01-01T00:01:30Z"]],
    [{ expression: "30 * * * * *" }, "2026-01-01T00:00:30.001Z", ["2026-01-01T00:01:30Z"]],
    [{ expression: "0 0 1 1 *" }, "1969-06-01T00:00:00.500Z", ["1970-01-01T00:00:00Z"]],
  ]);
});

Deno.test("cron fires no more after its last year", () => {
  const timer = timerOf({ expression: "0 0 0 1 1 ? 2028" });
  assertEquals(firstOf(timer, "2026-01-01T00:00:00Z", 9), ["2028-01-01T00:00:00Z"]);
  assertEquals(timer.next(Infinity), null);
  assertEquals(timerOf({ expression: "* * * * *" }).next(Infinity), null);
});

Deno.test("cron has a first occurrence even when asked from the beginning of time", () => {
  assertEquals(timerOf({ expression: "@yearly" }).next(-Infinity), Date.parse("0001-01-01T00:00Z"));
});

Deno.test("two restricted day fields mean either with 5 fields, both with 6 and 7", () => {
  const fridays = ["2026-01-02T00:00:00Z", "2026-01-09T00:00:00Z", "2026-01-13T00:00:00Z"];
  const thirteenths = ["2026-02-13T00:00:00Z", "2026-03-13T00:00:00Z", "2026-11-13T00:00:00Z"];
  const after = "2026-01-01T12:00:00Z";
  check([
    [{ expression: "0 0 13 * 5" }, after, fridays],
    [{ expression: "0 0 13 * FRI", day_match: "or" }, after, fridays],
    [{ expression: "0 0 13 * FRI", day_match: "and" }, after, thirteenths],
    [{ expression: "0 0 13 * +FRI" }, after, thirteenths],
    [{ expression: "0 0 13 * +FRI", day_match: "or" }, after, fridays],
    [{ expression: "0 0 0 13 * 5" }, after, thirteenths],
    [{ expression: "0 0 0 13 * 5 *" }, after, thirteenths],
    [{ expression: "0 0 0 13 * 5", day_match: "or" }, after, fridays],
    [{ expression: "0 0 13 * ?" }, after, ["2026-01-13T00:00:00Z", "2026-02-13T00:00:00Z"]],
    [{ expression: "0 0 0 ? * 5" }, after, ["2026-01-02T00:00:00Z", "2026-01-09T00:00:00Z"]],
  ]);
});

Deno.test("a day field that begins with a star leaves the choice to the other one, as in Vixie cron", () => {
  const after = "2026-01-01T12:00:00Z";
  const wednesdays = ["2026-01-07T00:00:00Z", "2026-01-14T00:00:00Z"];
  const oddMondays = ["2026-01-05T00:00:00Z", "2026-01-19T00:00:00Z", "2026-02-09T00:00:00Z"];
  const everyDay = ["2026-01-02T00:00:00Z", "2026-01-03T00:00:00Z"];
  const thirteenths = ["2026-01-13T00:00:00Z", "2026-02-13T00:00:00Z"];
  check([
    [{ expression: "0 0 */1 * 3" }, after, wednesdays],
    [{ expression: "0 0 *,5 * 3" }, after, wednesdays],
    [{ expression: "0 0 ? * 3" }, after, wednesdays],
    [{ expression: "0 0 13 * */1" }, after, thirteenths],
    [{ expression: "0 0 13 * ?" }, after, thirteenths],
    [{ expression: "0 0 */2 * 1" }, after, oddMondays],
    [{ expression: "0 0 1-31/2 * */7" }, after, ["2026-01-11T00:00:00Z", "2026-01-25T00:00:00Z"]],
    [{ expression: "0 0 0 */2 * MON" }, after, oddMondays],
    [{ expression: "0 0 */1 * 3", day_match: "or" }, after, everyDay],
    [{ expression: "0 0 * * 3", day_match: "or" }, after, wednesdays],
    [{ expression: "0 0 */2 * 1", day_match: "or" }, after, ["2026-01-03T00:00:00Z"]],
    [{ expression: "0 0 1-31 * 3" }, after, everyDay],
    [{ expression: "0 0 1-31 * 3", day_match: "and" }, after, wednesdays],
    [{ expression: "0 0 13 * 0-6" }, after, everyDay],
    [{ expression: "0 0 13 * 0-6", day_match: "and" }, after, thirteenths],
  ]);
});

Deno.test("cron knows ranges that wrap, whole names, and days before the last", () => {
  const after = "2026-01-01T00:00:00Z";
  check([
    [{ expression: "0 0 * * FRI-TUE" }, "2026-01-06T00:00:00Z", [
      "2026-01-09T00:00:00Z",
      "2026-01-10T00:00:00Z",
      "2026-01-11T00:00:00Z",
      "2026-01-12T00:00:00Z",
      "2026-01-13T00:00:00Z",
      "2026-01-16T00:00:00Z",
    ]],
    [{ expression: "0 0 * * 6-1" }, after, ["2026-01-03T00:00:00Z", "2026-01-04T00:00:00Z"]],
    [{ expression: "0 22-4/2 * * *" }, after, [
      "2026-01-01T02:00:00Z",
      "2026-01-01T04:00:00Z",
      "2026-01-01T22:00:00Z",
      "2026-01-02T00:00:00Z",
    ]],
    [{ expression: "0 0 1 NOV-FEB *" }, after, ["2026-02-01T00:00:00Z", "2026-11-01T00:00:00Z"]],
    [{ expression: "0 0 31-1 * *" }, after, ["2026-01-31T00:00:00Z", "2026-02-01T00:00:00Z"]],
    [{ expression: "50-10/10 0 * * *" }, after, ["2026-01-01T00:10:00Z", "2026-01-01T00:50:00Z"]],
    [{ expression: "0 0 * * monday" }, after, ["2026-01-05T00:00:00Z"]],
    [{ expression: "0 0 * January-march Monday,FRIDAY" }, after, ["2026-01-02T00:00:00Z"]],
    [{ expression: "0 0 * * saturday-Sunday" }, after, ["2026-01-03T00:00:00Z"]],
    [{ expression: "0 0 * * FridayL" }, after, ["2026-01-30T00:00:00Z"]],
    [{ expression: "0 0 L-3 * *" }, after, ["2026-01-28T00:00:00Z", "2026-02-25T00:00:00Z"]],
    [{ expression: "0 0 l-1,L * *" }, after, ["2026-01-30T00:00:00Z", "2026-01-31T00:00:00Z"]],
    [{ expression: "0 0 L-30 * *" }, "2026-01-02T00:00:00Z", ["2026-03-01T00:00:00Z"]],
    [{ expression: "0 0 L-2W * *" }, after, ["2026-01-29T00:00:00Z", "2026-02-26T00:00:00Z"]],
    [{ expression: "0 0 10 L-3 * ?" }, after, ["2026-01-28T10:00:00Z"]],
  ]);
});

Deno.test("a time zone before the expression is the rule's", () => {
  const next = ["2026-07-01T07:00:00Z"];
  const after = "2026-07-01T00:00:00Z";
  check([
    [{ expression: "TZ=Europe/Paris 0 9 * * *" }, after, next],
    [{ expression: "CRON_TZ=europe/paris 0 0 9 * * *" }, after, next],
    [{ expression: ' CRON_TZ="Europe/Paris"\n0 9 * * * ' }, after, next],
    [{ expression: "TZ=Europe/Paris 0 9 * * *", timezone: "Europe/Paris" }, after, next],
    [{ expression: "TZ=Europe/Paris @daily" }, after, ["2026-07-01T22:00:00Z"]],
  ]);
  const timer = timerOf({ expression: "TZ=Europe/Paris 0 9 * * *" });
  assertEquals(timer.payload, {
    expression: "TZ=Europe/Paris 0 9 * * *",
    timezone: "Europe/Paris",
  });
  assertEquals(describe(timer), "At 09:00 every day in Europe/Paris");
});

Deno.test("cron knows names, nicknames, L, W, LW and #", () => {
  const after = "2026-01-01T00:00:00Z";
  check([
    [{ expression: "0 0 * feb,Mar-APR mon" }, after, ["2026-02-02T00:00:00Z"]],
    [{ expression: "0 0 * * sat-sun" }, after, ["2026-01-03T00:00:00Z", "2026-01-04T00:00:00Z"]],
    [{ expression: "0 0 * * 7" }, after, ["2026-01-04T00:00:00Z"]],
    [{ expression: "0 0 * * TUE/2" }, after, ["2026-01-03T00:00:00Z", "2026-01-06T00:00:00Z"]],
    [{ expression: " @Weekly " }, after, ["2026-01-04T00:00:00Z"]],
    [{ expression: "@hourly" }, after, ["2026-01-01T01:00:00Z"]],
    [{ expression: "0 0 L * *" }, after, ["2026-01-31T00:00:00Z", "2026-02-28T00:00:00Z"]],
    [{ expression: "0 0 l,15 * *" }, after, ["2026-01-15T00:00:00Z", "2026-01-31T00:00:00Z"]],
    [{ expression: "0 0 LW * *" }, after, ["2026-01-30T00:00:00Z", "2026-02-27T00:00:00Z"]],
    [{ expression: "0 0 1W,15w * *" }, after, ["2026-01-15T00:00:00Z", "2026-02-02T00:00:00Z"]],
    [{ expression: "0 0 31W * *" }, after, ["2026-01-30T00:00:00Z", "2026-03-31T00:00:00Z"]],
    [{ expression: "0 0 * * 5#1" }, after, ["2026-01-02T00:00:00Z", "2026-02-06T00:00:00Z"]],
    [{ expression: "0 0 * * FRI#5" }, after, ["2026-01-30T00:00:00Z", "2026-05-29T00:00:00Z"]],
    [{ expression: "0 0 * * FRIL" }, after, ["2026-01-30T00:00:00Z", "2026-02-27T00:00:00Z"]],
    [{ expression: "0 0 * * 5#L,1#1" }, after, ["2026-01-05T00:00:00Z", "2026-01-30T00:00:00Z"]],
    [{ expression: "0 0 * * MON-TUE#1" }, after, ["2026-01-05T00:00:00Z", "2026-01-06T00:00:00Z"]],
  ]);
});

Deno.test("cron reads its expression by the clock of its time zone, UTC by default", () => {
  check([
    [{ expression: "0 9 * * *" }, "2026-07-01T00:00:00Z", ["2026-07-01T09:00:00Z"]],
    [berlin("0 9 * * *"), "2026-07-01T00:00:00Z", ["2026-07-01T07:00:00Z"]],
    [berlin("0 9 * * *"), "2026-01-01T00:00:00Z", ["2026-01-01T08:00:00Z"]],
    [
      { expression: "0 9 * * *", timezone: "asia/kolkata" },
      "2026-01-01T00:00:00Z",
      ["2026-01-01T03:30:00Z"],
    ],
  ]);
  const timer = timerOf({ expression: "0 9 * * *", timezone: "asia/kolkata" });
  assertEquals(timer.payload["timezone"], "Asia/Kolkata");
});

Deno.test("a set time that a gap leaves out runs by dst_gap, right after the gap by default", () => {
  const next = "2026-03-30T00:30:00Z";
  check([
    [berlin("30 2 * * *"), SUMMER, ["2026-03-29T01:00:00Z", next]],
    [berlin("30 2 * * *", { dst_gap: "shift" }), SUMMER, ["2026-03-29T01:30:00Z", next]],
    [berlin("30 2 * * *", { dst_gap: "skip" }), SUMMER, [next]],
    // One run for all that was left out, and for what comes at the same time anyway.
    [berlin("0,15,30 2,3 * * *"), SUMMER, [
      "2026-03-29T01:00:00Z",
      "2026-03-29T01:15:00Z",
      "2026-03-29T01:30:00Z",
      "2026-03-30T00:00:00Z",
    ]],
    // Shifted times and those that are there, in the order in which they come.
    [berlin("10,40 2,3 * * *", { dst_gap: "shift" }), SUMMER, [
      "2026-03-29T01:10:00Z",
      "2026-03-29T01:40:00Z",
      "2026-03-30T00:10:00Z",
    ]],
    [berlin("10 2 29 3 *", { dst_gap: "shift" }), SUMMER, [
      "2026-03-29T01:10:00Z",
      "2027-03-29T00:10:00Z",
    ]],
    // 23:00 to 24:00 is left out, and the gap ends on the next day.
    [
      { expression: "0 23 * * *", timezone: "America/Nuuk" },
      "2024-03-30T02:00:00Z",
      ["2024-03-31T01:00:00Z", "2024-04-01T00:00:00Z"],
    ],
    // 24 hours are left out: that is no hour to be made up for, but a date that there never was.
    [
      { expression: "0 12 * * *", timezone: "Pacific/Apia" },
      "2011-12-29T00:00:00Z",
      ["2011-12-29T22:00:00Z", "2011-12-30T22:00:00Z"],
    ],
  ]);
});

Deno.test("a set time that comes twice runs by dst_overlap, the first time by default", () => {
  const next = "2026-10-26T01:30:00Z";
  check([
    [berlin("30 2 * * *"), WINTER, ["2026-10-25T00:30:00Z", next]],
    [berlin("30 2 * * *", { dst_overlap: "second" }), WINTER, ["2026-10-25T01:30:00Z", next]],
    [berlin("30 2 * * *", { dst_overlap: "both" }), WINTER, [
      "2026-10-25T00:30:00Z",
      "2026-10-25T01:30:00Z",
      next,
    ]],
    [berlin("30 1,2,3 * * *", { dst_overlap: "second" }), WINTER, [
      "2026-10-24T23:30:00Z",
      "2026-10-25T01:30:00Z",
      "2026-10-25T02:30:00Z",
    ]],
  ]);
});

Deno.test("wildcards and steps in the time of day follow real time", () => {
  check([
    [berlin("30 * * * *"), "2026-03-29T00:00:00Z", [
      "2026-03-29T00:30:00Z",
      "2026-03-29T01:30:00Z",
      "2026-03-29T02:30:00Z",
    ]],
    [berlin("0 */2 * * *"), "2026-03-28T23:30:00Z", [
      "2026-03-29T02:00:00Z",
      "2026-03-29T04:00:00Z",
    ]],
    [berlin("30 * * * *"), "2026-10-24T23:00:00Z", [
      "2026-10-24T23:30:00Z",
      "2026-10-25T00:30:00Z",
      "2026-10-25T01:30:00Z",
      "2026-10-25T02:30:00Z",
    ]],
    [{ expression: "*/30 1 * * *", timezone: "Australia/Lord_Howe" }, "2026-04-04T13:00:00Z", [
      "2026-04-04T14:00:00Z",
      "2026-04-04T14:30:00Z",
      "2026-04-04T15:00:00Z",
      "2026-04-05T14:30:00Z",
    ]],
  ]);
  const why = "no effect, a wildcard or step in the time of day follows real time";
  assertEquals(warningsOf(berlin("*/5 2 * * *", { dst_gap: "skip", dst_overlap: "both" })), [
    `dst_gap: ${why}`,
    `dst_overlap: ${why}`,
  ]);
});

Deno.test("a job whose every time is left out has no occurrence, and says so in the end", () => {
  const sundays = { expression: "30 2 8-14 3 +SUN", timezone: "America/New_York" };
  check([[{ ...sundays, dst_gap: "skip" }, "2026-01-01T00:00:00Z", []]]);
  assertEquals(firstOf(timerOf({ ...sundays, dst_gap: "skip" }), "2026-01-01T00:00:00Z", 1), []);
  assertEquals(firstOf(timerOf(sundays), "2026-01-01T00:00:00Z", 1), ["2026-03-08T07:00:00Z"]);
});

Deno.test("rare dates are found, impossible ones are not waited for", () => {
  check([
    [{ expression: "0 0 29 2 *" }, "2096-03-01T00:00:00Z", ["2104-02-29T00:00:00Z"]],
    [{ expression: "0 0 0 29 2 MON" }, "2026-01-01T00:00:00Z", ["2044-02-29T00:00:00Z"]],
    [{ expression: "0 0 29W 2 +TUE#5" }, "2026-01-01T00:00:00Z", ["2028-02-29T00:00:00Z"]],
    [{ expression: "0 0 0 1W 1 MON 2022" }, "2021-01-01T00:00:00Z", ["2022-01-03T00:00:00Z"]],
    [{ expression: "0 0 0 29 2 TUE 2100-9999/100" }, "2026-01-01T00:00:00Z", [
      "2400-02-29T00:00:00Z",
    ]],
  ]);
});

Deno.test("cron stays right when more expressions are in use than are kept", () => {
  const timers = Array.from({ length: 700 }, (_, n) => {
    const minute = n % 60;
    const hour = Math.floor(n / 60);
    return { timer: timerOf({ expression: `${minute} ${hour} * * *` }), minute, hour };
  });
  for (let round = 0; round < 2; round++) {
    for (const { timer, minute, hour } of timers) {
      const expected = Date.UTC(2026, 0, 1 + round, hour, minute);
      assertEquals(timer.next(expected - 60_000 * 60), expected);
    }
  }
});
