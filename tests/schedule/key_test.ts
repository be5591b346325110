import { assertEquals } from "@std/assert";
import type { TriggerParams } from "../../src/domain/rule.ts";
import { timerOf } from "./support.ts";

const DTSTART = "2026-01-05T09:00:00Z";

/** By kind a rule, and what makes another timer of it. */
const CHANGES: Readonly<Record<string, readonly [TriggerParams, readonly TriggerParams[]]>> = {
  interval: [{ interval: 2, unit: "days" }, [
    { interval: 3 },
    { unit: "hours" },
    { anchor: DTSTART },
    { timezone: "Europe/Berlin" },
    { timezone: "Europe/Paris" },
    { timezone: "Europe/Berlin", dst_gap: "skip" },
    { timezone: "Europe/Berlin", dst_overlap: "both" },
  ]],
  cron: [{ expression: "30 2 1 * 1" }, [
    { expression: "31 2 1 * 1" },
    { timezone: "Europe/Berlin" },
    { day_match: "and" },
    { dst_gap: "skip" },
    { dst_overlap: "both" },
  ]],
  date_time: [{ fire_at: "2026-03-29T02:30:00", timezone: "Europe/Berlin" }, [
    { fire_at: "2026-03-29T02:31:00" },
    // The same instant, but the events say how it was written.
    { fire_at: "2026-03-29T03:30:00" },
    { timezone: "Europe/Paris" },
    { fire_at: "2026-10-25T02:30:00" },
    { fire_at: "2026-10-25T02:30:00", dst_overlap: "second" },
  ]],
  rrule: [{ freq: "WEEKLY", dtstart: DTSTART, timezone: "Europe/Berlin" }, [
    { freq: "DAILY" },
    { interval: 2 },
    { count: 5 },
    { until: "2027-01-01T00:00:00Z" },
    { by_day: ["TU"] },
    { week_start: "SU" },
    { dtstart: "2026-01-06T09:00:00Z" },
    { timezone: "Europe/Paris" },
    { ex_dates: ["2026-01-12T09:00:00Z"] },
    { dst_gap: "skip" },
    { dst_overlap: "both" },
  ]],
};

/** What makes another timer of a rule of any kind. */
const COMMON: readonly TriggerParams[] = [
  { start_at: "2026-01-02T00:00:00Z" },
  { end_at: "2026-12-01T00:00:00Z" },
  { on_missed: "all" },
  { on_missed: "skip" },
  { jitter_seconds: 5 },
];

const TRIGGERS: Readonly<Record<string, string>> = {
  interval: "core.intervaltimer",
  cron: "core.crontimer",
  date_time: "core.datetimetimer",
  rrule: "core.rruletimer",
};

for (const [type, [base, changes]] of Object.entries(CHANGES)) {
  Deno.test(`The key of a timer is another one for each change that makes another ${type} timer`, () => {
    const all = [{}, ...changes, ...COMMON].map((change) => ({ type, ...base, ...change }));
    const keys = new Map(all.map((params) => [keyOf(params), params]));
    assertEquals([...keys.values()], all);
  });

  Deno.test(`The key of a timer is the same for ${type} rules that differ in nothing of the timer`, () => {
    const key = keyOf({ type, ...base });
    assertEquals(keyOf({ type, ...base }), key);
    assertEquals(keyOf({ description: "What for", ...base, type, on_missed: "latest" }), key);
    assertEquals(keyOf({ type, ...base, colour: "red" }), key);
  });

  Deno.test(`The key of a timer tells an ${type} rule's trigger, which its events name`, () => {
    const { [type]: trigger = "" } = TRIGGERS;
    assertEquals(keyOf(base, trigger) === keyOf({ type, ...base }), false);
  });
}

Deno.test("The key of a timer knows no two ways to say the same", () => {
  assertEquals(keyOf({ interval: 1, unit: "minutes" }), keyOf({ interval_seconds: 60 }));
  assertEquals(
    keyOf({ expression: "0 9 * * *", timezone: "europe/berlin" }),
    keyOf({ expression: "0 9 * * *", timezone: "Europe/Berlin" }),
  );
  assertEquals(
    keyOf({ rule: "FREQ=DAILY;COUNT=3", dtstart: DTSTART }),
    keyOf({ freq: "DAILY", count: 3, dtstart: DTSTART }),
  );
});

function keyOf(params: TriggerParams, triggerRef = "core.timer"): string {
  return timerOf(params, triggerRef).key;
}
