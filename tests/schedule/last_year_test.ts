import { assertEquals, assertFalse } from "@std/assert";
import type { TriggerParams } from "../../src/domain/rule.ts";
import { describe } from "../../src/schedule/describe.ts";
import { compile } from "../../src/schedule/kinds.ts";
import { firstOf, problemsOf, timerOf } from "./support.ts";

// RFC 3339 has years of four digits: nothing later, and nothing earlier, may ever be written.

const INSTANT = 'an RFC 3339 date-time such as "2026-03-01T09:00:00Z"';
const LATE = "9999-12-31T23:59:59";

Deno.test("A moment behind the year 9999 of UTC is refused", () => {
  const allowed = "a time up to the end of the year 9999 in UTC";
  for (const timezone of ["America/Los_Angeles", "Etc/GMT+1"]) {
    assertEquals(problemsOf({ fire_at: LATE, timezone }), [
      `fire_at: "${LATE}" is not allowed, expected ${allowed}`,
    ]);
  }
  assertEquals(problemsOf({ fire_at: `${LATE}-08:00` }), [
    `fire_at: "${LATE}-08:00" is not allowed, expected ${INSTANT}`,
  ]);
  assertEquals(problemsOf({ fire_at: "0000-01-01T00:00:00+00:01" }), [
    `fire_at: "0000-01-01T00:00:00+00:01" is not allowed, expected ${INSTANT}`,
  ]);
  const tokyo = timerOf({ fire_at: LATE, timezone: "Asia/Tokyo" });
  assertEquals(firstOf(tokyo, "9999-01-01T00:00:00Z", 2), ["9999-12-31T14:59:59Z"]);
  assertEquals(firstOf(timerOf({ fire_at: `${LATE}Z` }), LATE.slice(0, 10), 2), [`${LATE}Z`]);
});

Deno.test("Whatever goes on for ever ends with the year 9999", () => {
  const endless: readonly TriggerParams[] = [
    { interval: 1, unit: "days" },
    { interval: 7, unit: "hours", anchor: `${LATE}Z` },
    { interval: 1, unit: "days", timezone: "America/Los_Angeles" },
    { interval: 1, unit: "days", timezone: "Asia/Tokyo", end_at: `${LATE}Z` },
    { expression: "30 23 * * *", timezone: "America/Los_Angeles" },
    { expression: "30 0 * * *", timezone: "Asia/Tokyo" },
    { expression: "* * * * * * 9999", timezone: "Pacific/Honolulu" },
    { freq: "DAILY", dtstart: "2026-01-01T23:30:00-08:00", timezone: "America/Los_Angeles" },
    { freq: "HOURLY", dtstart: "2026-01-01T23:30:00Z" },
  ];
  for (const params of endless) {
    const timer = timerOf(params);
    const told = [describe(timer), ...firstOf(timer, "9999-12-30T12:00:00Z", 200_000).slice(-1)];
    assertFalse(told.join().includes("10000"), `${JSON.stringify(params)}: ${told}`);
    assertEquals(timer.next(Date.parse("+010000-01-01T00:00:00Z") - 1), null);
  }
});

Deno.test("An anchor whose local time has no year of four digits is refused", () => {
  const params = { interval: 1, unit: "days", anchor: `${LATE}Z`, timezone: "Asia/Tokyo" };
  assertEquals(problemsOf(params), [
    `anchor: "${LATE}Z" is not allowed, expected an instant in the years 0000 to 9999 of Asia/Tokyo`,
  ]);
  assertEquals(compile("core.timer", { ...params, timezone: "UTC" }, 0).ok, true);
});
