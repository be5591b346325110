import { assertEquals } from "@std/assert";
import { ANCHOR, firstOf, textOf, timerOf, warningsOf } from "./support.ts";

const FAR_AHEAD = Date.parse("9999-12-31T00:00:00Z");

Deno.test("an interval's occurrences are the anchor plus whole intervals, from the first on", () => {
  const timer = timerOf({ type: "interval", interval: 90, unit: "minutes" });
  const table: readonly (readonly [string, string])[] = [
    ["2025-12-31T23:59:59.999Z", "2026-01-01T01:30:00Z"],
    ["2026-01-01T00:00:00Z", "2026-01-01T01:30:00Z"],
    ["2026-01-01T01:29:59.999Z", "2026-01-01T01:30:00Z"],
    ["2026-01-01T01:30:00Z", "2026-01-01T03:00:00Z"],
    ["2026-01-01T01:30:00.001Z", "2026-01-01T03:00:00Z"],
    ["2036-01-01T00:00:00Z", "2036-01-01T01:30:00Z"],
    ["1969-01-01T00:00:00Z", "2026-01-01T01:30:00Z"],
  ];
  for (const [after, next] of table) assertEquals(firstOf(timer, after, 1), [next], after);
});

Deno.test("an interval's next is exact however far away it is asked for", () => {
  const timer = timerOf({ type: "interval", interval: 7 }, "core.timer", 1);
  assertEquals(timer.next(-Infinity), 7001);
  assertEquals(timer.next(Infinity), null);
  assertEquals(timer.next(8_640_000_000_000_000), null);
  // 7000 n + 1, where n is about 3.6e10.
  assertEquals(timer.next(FAR_AHEAD), FAR_AHEAD + 7000 - (FAR_AHEAD - 1) % 7000);
  assertEquals(timer.next(7001 * 1000 - 0.5), 7001 * 1000 - 7001 * 1000 % 7000 + 7001);
});

Deno.test("an interval anchored before 1970 keeps its phase", () => {
  const timer = timerOf({ type: "interval", interval: 1, unit: "hours" }, "core.timer", -1000);
  assertEquals([timer.next(-7_200_000), timer.next(-1000), timer.next(0)], [
    3_599_000,
    3_599_000,
    3_599_000,
  ]);
});

Deno.test("units may be singular or plural, and are seconds unless told otherwise", () => {
  const table: readonly (readonly [string | undefined, number])[] = [
    [undefined, 3],
    ["second", 3],
    ["seconds", 3],
    ["minute", 180],
    ["minutes", 180],
    ["hour", 10_800],
    ["hours", 10_800],
    ["day", 259_200],
    ["days", 259_200],
  ];
  for (const [unit, seconds] of table) {
    const timer = timerOf({ interval: 3, ...unit === undefined ? {} : { unit } });
    assertEquals(timer.payload["interval_seconds"], seconds, unit);
    assertEquals(timer.next(ANCHOR), ANCHOR + seconds * 1000, unit);
  }
});

Deno.test("an interval may be 5.0 and up to 100 years", () => {
  const timer = timerOf(JSON.parse('{"type": "interval", "interval": 5.0}'));
  assertEquals(timer.next(ANCHOR), ANCHOR + 5000);
  const century = timerOf({ type: "interval", interval: 36_525, unit: "days" });
  assertEquals(firstOf(century, "2026-01-01T00:00:00Z", 2), [
    "2126-01-02T00:00:00Z",
    "2226-01-03T00:00:00Z",
  ]);
});

Deno.test("an anchor among the parameters replaces the rule's", () => {
  const timer = timerOf({ interval: 1, unit: "hour", anchor: "2026-05-01T12:15:00+02:00" });
  assertEquals(firstOf(timer, "2026-01-01T00:00:00Z", 2), [
    "2026-05-01T11:15:00Z",
    "2026-05-01T12:15:00Z",
  ]);
});

Deno.test("interval_seconds is that many seconds, under core.timer", () => {
  const timer = timerOf({ interval_seconds: 60 });
  assertEquals([timer.traits.type, timer.next(ANCHOR)], ["interval", ANCHOR + 60_000]);
  assertEquals(warningsOf({ interval_seconds: 60, unit: "hours" }), [
    "unit: no effect, interval_seconds counts seconds",
  ]);
});

Deno.test("days are 86 400 s, unless a time zone makes them days of the calendar", () => {
  const days = { interval: 1, unit: "days", anchor: "2026-03-27T08:00:00+01:00" };
  const after = "2026-03-27T12:00:00Z";
  assertEquals(firstOf(timerOf(days), after, 3), [
    "2026-03-28T07:00:00Z",
    "2026-03-29T07:00:00Z",
    "2026-03-30T07:00:00Z",
  ]);
  const local = timerOf({ ...days, timezone: "Europe/Berlin" });
  assertEquals(firstOf(local, after, 3), [
    "2026-03-28T07:00:00Z",
    "2026-03-29T06:00:00Z",
    "2026-03-30T06:00:00Z",
  ]);
});

Deno.test("calendar days run by dst_gap and dst_overlap, shifted and first by default", () => {
  const gap = {
    interval: 2,
    unit: "days",
    timezone: "Europe/Berlin",
    anchor: "2026-03-27T01:30:00Z",
  };
  const overlap = { ...gap, anchor: "2026-10-23T00:30:00Z" };
  const table: readonly (readonly [Record<string, unknown>, readonly string[]])[] = [
    [gap, ["2026-03-29T01:30:00Z", "2026-03-31T00:30:00Z"]],
    [{ ...gap, dst_gap: "after" }, ["2026-03-29T01:00:00Z", "2026-03-31T00:30:00Z"]],
    [{ ...gap, dst_gap: "skip" }, ["2026-03-31T00:30:00Z", "2026-04-02T00:30:00Z"]],
    [overlap, ["2026-10-25T00:30:00Z", "2026-10-27T01:30:00Z"]],
    [{ ...overlap, dst_overlap: "second" }, ["2026-10-25T01:30:00Z", "2026-10-27T01:30:00Z"]],
    [{ ...overlap, dst_overlap: "both" }, ["2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z"]],
  ];
  for (const [params, expected] of table) {
    assertEquals(firstOf(timerOf(params), "2026-01-01T00:00:00Z", 2), expected);
  }
});

Deno.test("calendar days keep the milliseconds of their anchor", () => {
  const anchorAt = Date.parse("2026-03-27T08:00:00.123Z");
  const params = { interval: 1, unit: "day", timezone: "America/New_York" };
  assertEquals(
    textOf(timerOf(params, "core.timer", anchorAt).next(anchorAt) ?? 0),
    "2026-03-28T08:00:00.123Z",
  );
});

Deno.test("members that only calendar days follow are warned about elsewhere", () => {
  const params = { interval: 24, unit: "hours", timezone: "Europe/Berlin", dst_gap: "skip" };
  assertEquals(warningsOf(params), [
    "timezone: no effect, only an interval in days follows a time zone",
    "dst_gap: no effect, only an interval in days with a timezone follows local time",
  ]);
});
