import { assert, assertEquals, assertFalse } from "@std/assert";
import type { TriggerParams } from "../../src/domain/rule.ts";
import { compile } from "../../src/schedule/kinds.ts";
import { firstOf, problemsOf, timerOf, warningsOf } from "./support.ts";
import { sameTimer } from "../support/rules.ts";

Deno.test("each trigger makes timers of its kind, with the type that its events promise", () => {
  const interval = { interval: 5, unit: "minutes" };
  const cron = { expression: "0 0 9 * * *" };
  const dateTime = { fire_at: "2026-05-01T09:00:00Z" };
  const rrule = { dtstart: "2026-05-01T09:00:00Z", freq: "DAILY", interval: 2 };
  const table: readonly (readonly [string, TriggerParams, string, string])[] = [
    ["core.timer", { ...interval, type: "interval" }, "interval", "interval"],
    ["core.timer", { ...cron, type: "cron" }, "cron", "cron"],
    ["core.timer", { ...dateTime, type: "date_time" }, "date_time", "date_time"],
    ["core.timer", { ...rrule, type: "rrule" }, "rrule", "rrule"],
    ["core.intervaltimer", interval, "interval", "interval"],
    ["core.crontimer", cron, "cron", "cron"],
    ["core.datetimetimer", dateTime, "date_time", "one_shot"],
    ["core.rruletimer", rrule, "rrule", "rrule"],
  ];
  for (const [trigger, params, kind, type] of table) {
    const timer = timerOf(params, trigger);
    assertEquals([timer.kind, timer.traits.type], [kind, type], trigger);
  }
});

Deno.test("core.timer takes a missing type from the members that leave no doubt", () => {
  assertEquals(timerOf({ interval: 5 }).traits.type, "interval");
  assertEquals(timerOf({ interval_seconds: 5 }).traits.type, "interval");
  assertEquals(timerOf({ expression: "@daily", timezone: "UTC" }).traits.type, "cron");
  assertEquals(timerOf({ fire_at: "2026-05-01T09:00:00Z" }).traits.type, "date_time");
  const dtstart = "2026-05-01T09:00:00Z";
  assertEquals(timerOf({ dtstart, freq: "DAILY", interval: 2 }).traits.type, "rrule");
  assertEquals(timerOf({ dtstart, rule: "FREQ=DAILY" }).traits.type, "rrule");
  const missing = ['type: missing, expected "interval", "cron", "date_time" or "rrule"'];
  assertEquals(problemsOf({}), missing);
  assertEquals(problemsOf({ timezone: "UTC" }), missing);
  assertEquals(problemsOf({ interval: 5, expression: "@daily" }), missing);
});

Deno.test("a type is not overruled by the members", () => {
  assertEquals(problemsOf({ type: "cron", interval: 5 }), [
    "expression: missing, expected a cron expression of 5, 6 or 7 fields",
  ]);
});

Deno.test("everything that is wrong with a rule is told at once", () => {
  const params = {
    type: "interval",
    interval: 0,
    unit: "weeks",
    anchor: "yesterday",
    timezone: "Mars/Olympus",
    start_at: "2026-01-01",
    on_missed: "some",
    jitter_seconds: -1,
    dst_gap: null,
  };
  assertEquals(problemsOf(params).map((problem) => problem.split(":")[0]), [
    "start_at",
    "on_missed",
    "jitter_seconds",
    "interval",
    "unit",
    "anchor",
    "timezone",
    "dst_gap",
  ]);
});

Deno.test("unknown members are ignored with one warning, a description silently", () => {
  const params = { type: "interval", interval: 5, colour: "red", size: [1], description: 7 };
  assertEquals(warningsOf(params), ['Ignored unknown members ["colour","size"]']);
  assertEquals(warningsOf({ type: "interval", interval: 5, description: "every 5 s" }), []);
  assertEquals(warningsOf({ type: "cron", interval: 5, expression: "@daily" }), [
    'Ignored unknown members ["interval"]',
  ]);
  assertEquals(warningsOf({ type: "interval", interval: 5 }, "core.intervaltimer"), [
    'Ignored unknown members ["type"]',
  ]);
});

Deno.test("members that only objects inherit are no members", () => {
  const params: unknown = JSON.parse(
    '{"interval": 5, "__proto__": {"unit": "days"}, "toString": 1}',
  );
  const compiled = compile("core.intervaltimer", Object(params), 0);
  assert(compiled.ok);
  assertEquals(compiled.timer.next(0), 5000);
  assertEquals(compiled.warnings, ['Ignored unknown members ["__proto__","toString"]']);
});

Deno.test("options are the same for every kind", () => {
  const options = { on_missed: "all", jitter_seconds: 30 };
  for (
    const params of [
      { interval: 5 },
      { expression: "@daily" },
      { fire_at: "2026-05-01T09:00:00Z" },
      { dtstart: "2026-05-01T09:00:00Z", freq: "DAILY" },
    ]
  ) {
    const plain = timerOf(params);
    assertEquals([plain.traits.onMissed, plain.traits.jitterMs], ["latest", 0]);
    const timer = timerOf({ ...params, ...options });
    assertEquals([timer.traits.onMissed, timer.traits.jitterMs], ["all", 30_000]);
  }
});

Deno.test("start_at is the first instant that counts, end_at the first that does not", () => {
  const window = { start_at: "2026-01-01T00:02:00Z", end_at: "2026-01-01T01:04:00+01:00" };
  const minutes = ["2026-01-01T00:02:00Z", "2026-01-01T00:03:00Z"];
  const long = "2025-01-01T00:00:00Z";
  assertEquals(firstOf(timerOf({ interval: 1, unit: "minute", ...window }), long, 9), minutes);
  assertEquals(firstOf(timerOf({ expression: "* * * * *", ...window }), long, 9), minutes);
  const inside = { fire_at: "2026-01-01T00:02:00Z" };
  const outside = { fire_at: "2026-01-01T00:04:00Z" };
  assertEquals(firstOf(timerOf({ ...inside, ...window }), long, 9), ["2026-01-01T00:02:00Z"]);
  assertEquals(firstOf(timerOf({ ...outside, ...window }), long, 9), []);
});

Deno.test("either bound of a window may be missing", () => {
  const every = { interval: 1, unit: "days" };
  const start = timerOf({ ...every, start_at: "2026-06-01T12:00:00Z" });
  assertEquals(firstOf(start, "2026-01-01T00:00:00Z", 1), ["2026-06-02T00:00:00Z"]);
  assertEquals(firstOf(start, "2027-01-01T00:00:00Z", 1), ["2027-01-02T00:00:00Z"]);
  const end = timerOf({ ...every, end_at: "2026-01-03T00:00:00.001Z" });
  assertEquals(firstOf(end, "2020-01-01T00:00:00Z", 9), [
    "2026-01-02T00:00:00Z",
    "2026-01-03T00:00:00Z",
  ]);
});

Deno.test("timers are the same if their occurrences and their events are", () => {
  const base: TriggerParams = { type: "cron", expression: "0 9 1 * 1", timezone: "Europe/Berlin" };
  assert(sameTimer(timerOf(base), timerOf({ ...base })));
  assert(sameTimer(timerOf(base), timerOf({ ...base, description: "at nine", dst_gap: "after" })));
  assert(sameTimer(timerOf(base), timerOf({ ...base, timezone: "europe/berlin" })));
  for (
    const change of [
      { expression: "0 9 01 * 1" },
      { timezone: "Europe/Paris" },
      { day_match: "and" },
      { dst_gap: "skip" },
      { dst_overlap: "both" },
      { start_at: "2026-01-01T00:00:00Z" },
      { end_at: "2026-01-01T00:00:00Z" },
      { on_missed: "skip" },
      { jitter_seconds: 1 },
    ]
  ) {
    assertFalse(sameTimer(timerOf(base), timerOf({ ...base, ...change })), JSON.stringify(change));
  }
});

Deno.test("timers of intervals are the same only with the same anchor", () => {
  const params = { interval: 60 };
  assert(sameTimer(timerOf(params), timerOf({ interval: 60, unit: "second" })));
  assertFalse(sameTimer(timerOf(params), timerOf(params, "core.timer", 5)));
  assertFalse(sameTimer(timerOf(params), timerOf({ interval: 61 })));
  assertFalse(sameTimer(timerOf(params), timerOf({ fire_at: "2026-05-01T09:00:00Z" })));
});

Deno.test("timers of one trigger are not those of another, as their events differ", () => {
  const params = { fire_at: "2026-05-01T09:00:00Z" };
  assertFalse(sameTimer(timerOf(params), timerOf(params, "core.datetimetimer")));
});
