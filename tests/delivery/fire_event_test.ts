import { assertEquals } from "@std/assert";
import { occurrenceId } from "../../src/domain/event.ts";
import { eventOf } from "../../src/delivery/fire_event.ts";
import type { Fire } from "../../src/timers/fire.ts";
import type { TriggerParams } from "../../src/domain/rule.ts";
import { compile } from "../../src/schedule/kinds.ts";
import { ruleId, START } from "../support/rules.ts";

function payloadOf(triggerRef: string, params: TriggerParams, parts: Partial<Fire> = {}): unknown {
  const compiled = compile(triggerRef, params, START);
  if (!compiled.ok) throw new Error(compiled.problems.join("; "));
  const event = eventOf({
    ruleId: ruleId(9),
    ruleRef: "mypack.nine",
    timer: compiled.timer,
    scheduledAt: START + 5000,
    dueAt: START + 5000,
    coversFrom: START + 5000,
    firedAt: START + 5012,
    nextAt: START + 10_000,
    executionCount: 3,
    missedCount: 0,
    ...parts,
  }, "core.timer_sensor");
  return JSON.parse(event.body);
}

const common = {
  scheduled_at: "2025-01-01T00:00:05.000Z",
  fired_at: "2025-01-01T00:00:05.012Z",
  delay_ms: 12,
  occurrence_id: "rule_9@2025-01-01T00:00:05.000Z",
  execution_count: 3,
  rule_id: 9,
  rule_ref: "mypack.nine",
  sensor_ref: "core.timer_sensor",
  next_fire_at: "2025-01-01T00:00:10.000Z",
};

Deno.test("An occurrence is known by its rule and its scheduled instant", () => {
  assertEquals(occurrenceId(ruleId(9), START + 1), "rule_9@2025-01-01T00:00:00.001Z");
});

Deno.test("The event of core.intervaltimer has the trigger's output and what all have", () => {
  assertEquals(payloadOf("core.intervaltimer", { interval: 2, unit: "minutes" }), {
    trigger_ref: "core.intervaltimer",
    trigger_instance_id: "rule_9",
    payload: { type: "interval", interval_seconds: 120, ...common },
  });
});

Deno.test("The event of core.crontimer has expression and zone", () => {
  const params = { expression: "0 30 9 * * 1-5", timezone: "Europe/Berlin" };
  assertEquals(payloadOf("core.crontimer", params), {
    trigger_ref: "core.crontimer",
    trigger_instance_id: "rule_9",
    payload: { type: "cron", ...params, ...common },
  });
});

Deno.test("The event of core.datetimetimer is a one_shot without a next one", () => {
  const fireAt = "2025-01-01T00:00:05.000000Z";
  const { next_fire_at: _, ...once } = common;
  assertEquals(payloadOf("core.datetimetimer", { fire_at: fireAt }, { nextAt: null }), {
    trigger_ref: "core.datetimetimer",
    trigger_instance_id: "rule_9",
    payload: { type: "one_shot", fire_at: fireAt, timezone: "UTC", ...once },
  });
});

Deno.test("The event of core.rruletimer has its type", () => {
  const params = { dtstart: "2025-01-01T00:00:05Z", rule: "FREQ=SECONDLY;INTERVAL=5" };
  assertEquals(payloadOf("core.rruletimer", params), {
    trigger_ref: "core.rruletimer",
    trigger_instance_id: "rule_9",
    payload: { type: "rrule", ...common },
  });
});

Deno.test("The event of core.timer has the parameters' type and the older names of its times", () => {
  const params = { type: "date_time", fire_at: "2025-01-01T00:00:05Z" };
  assertEquals(payloadOf("core.timer", params, { missedCount: 4 }), {
    trigger_ref: "core.timer",
    trigger_instance_id: "rule_9",
    payload: {
      ...params,
      timezone: "UTC",
      ...common,
      missed_count: 4,
      timestamp: common.fired_at,
      scheduled_time: common.scheduled_at,
    },
  });
});
