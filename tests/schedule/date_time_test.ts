import { assertEquals } from "@std/assert";
import { firstOf, timerOf, warningsOf } from "./support.ts";

const LONG_AGO = "1900-01-01T00:00:00Z";

Deno.test("a date_time fires once, strictly after the instant asked about", () => {
  const timer = timerOf({ type: "date_time", fire_at: "2026-05-01T09:00:00.250Z" });
  const at = Date.parse("2026-05-01T09:00:00.250Z");
  assertEquals([timer.next(-Infinity), timer.next(at - 1), timer.next(at), timer.next(at + 1)], [
    at,
    at,
    null,
    null,
  ]);
});

Deno.test("fire_at may be any RFC 3339 date-time, and is kept as the rule has it", () => {
  const table: readonly (readonly [string, string])[] = [
    ["2026-05-01T09:00:00Z", "2026-05-01T09:00:00Z"],
    ["2026-05-01T09:00:00-05:00", "2026-05-01T14:00:00Z"],
    ["2026-05-01t09:00:00+05:45", "2026-05-01T03:15:00Z"],
    ["2026-05-01 09:00:00z", "2026-05-01T09:00:00Z"],
    ["2026-05-01T09:00:00.123456Z", "2026-05-01T09:00:00.123Z"],
    ["2026-05-01T09:00:00.9999999999Z", "2026-05-01T09:00:00.999Z"],
    ["2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z"],
    ["2028-02-29T00:00:00-00:00", "2028-02-29T00:00:00Z"],
  ];
  for (const [text, instant] of table) {
    const timer = timerOf({ type: "date_time", fire_at: text });
    assertEquals(firstOf(timer, LONG_AGO, 2), [instant], text);
    assertEquals(timer.payload["fire_at"], text);
  }
});

Deno.test("fire_at without an offset is local time in the rule's time zone", () => {
  const table: readonly (readonly [Record<string, unknown>, string])[] = [
    [{ fire_at: "2026-01-15T09:00:00", timezone: "Asia/Tokyo" }, "2026-01-15T00:00:00Z"],
    [{ fire_at: "2026-07-15T09:00:00", timezone: "america/new_york" }, "2026-07-15T13:00:00Z"],
    // Not there: 02:00 to 03:00.
    [{ fire_at: "2026-03-29T02:30:00", timezone: "Europe/Berlin" }, "2026-03-29T01:30:00Z"],
    [
      { fire_at: "2026-03-29T02:30:00", timezone: "Europe/Berlin", dst_gap: "after" },
      "2026-03-29T01:00:00Z",
    ],
    // There twice: 02:00 to 03:00.
    [{ fire_at: "2026-10-25T02:30:00", timezone: "Europe/Berlin" }, "2026-10-25T00:30:00Z"],
    [
      { fire_at: "2026-10-25T02:30:00", timezone: "Europe/Berlin", dst_overlap: "second" },
      "2026-10-25T01:30:00Z",
    ],
    // A day that is not there, in a country that crossed the date line.
    [{ fire_at: "2011-12-30T12:00:00", timezone: "Pacific/Apia" }, "2011-12-30T22:00:00Z"],
  ];
  for (const [params, instant] of table) {
    assertEquals(firstOf(timerOf(params), LONG_AGO, 2), [instant]);
  }
});

Deno.test("an offset says more than a time zone", () => {
  const params = { fire_at: "2026-05-01T09:00:00Z", timezone: "asia/tokyo", dst_gap: "skip" };
  const timer = timerOf(params, "core.datetimetimer");
  assertEquals(firstOf(timer, LONG_AGO, 2), ["2026-05-01T09:00:00Z"]);
  assertEquals(timer.payload["timezone"], "Asia/Tokyo");
  assertEquals(warningsOf(params), ["dst_gap: no effect, fire_at has an offset"]);
});
