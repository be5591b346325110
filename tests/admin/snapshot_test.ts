import { assert, assertEquals } from "@std/assert";
import { Health } from "../../src/admin/health.ts";
import { History } from "../../src/admin/history.ts";
import { RecentActivity } from "../../src/admin/recent_activity.ts";
import { OutboxAge } from "../../src/admin/outbox_age.ts";
import { Pulse } from "../../src/admin/pulse.ts";
import { snapshotOf } from "../../src/admin/snapshot.ts";
import type { SensorState } from "../../src/admin/sensor_state.ts";
import { Vitals } from "../../src/admin/vitals.ts";
import { Counters } from "../../src/observe/counters.ts";
import { ruleId, ruleOf, START } from "../support/rules.ts";
import { type OpenBook, openBook } from "../support/sync.ts";
import { toJson, viewOf, viewsOf } from "../../src/admin/rule_view.ts";
import { sensorState } from "./support.ts";

function snapshot(opened: OpenBook, facts: Partial<SensorState> = {}): Record<string, unknown> {
  const { clock, book, timers } = opened;
  const one = sensorState(() => clock.now(), {
    census: book.census,
    timers: timers.size,
    ...facts,
  });
  return snapshotOf({
    clock,
    shard: "2/3",
    sensor: one,
    health: new Health(clock, one, new Vitals(clock)),
    views: viewsOf(opened, new History(clock, () => true)),
    activity: new RecentActivity(clock),
    counters: new Counters(),
    pulse: new Pulse(clock),
    outboxAge: new OutboxAge(),
  });
}

Deno.test("A snapshot tells of the next fires and of refused rules no more than twenty, and how many there are", () => {
  using opened = openBook();
  for (let id = 1; id <= 30; id++) opened.book.apply(ruleOf(id));
  for (let id = 31; id <= 60; id++) {
    opened.book.apply(ruleOf(id, { params: { type: "interval", interval: 0 } }));
  }
  const { next, refused, timers, shard } = snapshot(opened);
  assertEquals([timers, shard], [30, "2/3"]);
  if (!Array.isArray(next)) throw new Error("no list");
  assertEquals(next.length, 20);
  assertEquals(next[0], {
    rule_id: 1,
    rule_ref: "test.rule1",
    schedule: "Every 10 seconds, counted from 2025-01-01T00:00:00Z",
    due_at: "2025-01-01T00:00:10.000Z",
  });
  const { total, rules } = Object(refused);
  assertEquals([total, rules.length, rules[0].rule_ref], [30, 20, "test.rule31"]);
});

Deno.test("A snapshot tells of rules with warnings no more than twenty, and how many there are", () => {
  using opened = openBook();
  const odd = { params: { type: "interval", interval: 5, colour: "red" } };
  for (let id = 1; id <= 30; id++) opened.book.apply(ruleOf(id, odd));
  const { total, rules } = Object(snapshot(opened)["warned"]);
  assertEquals([total, rules.length], [30, 20]);
  assertEquals(rules[0], {
    rule_id: 1,
    rule_ref: "test.rule1",
    warnings: ['Ignored unknown members ["colour"]'],
  });
});

Deno.test("A snapshot of an instance that does not fire names no next fires", () => {
  using opened = openBook();
  opened.book.apply(ruleOf(1));
  const { next, role } = snapshot(opened, { role: "standby", isFiring: false, backlog: null });
  assertEquals([next, role], [[], "standby"]);
});

Deno.test("A snapshot tells what waits, and since when", () => {
  using opened = openBook();
  opened.clock.step(5000);
  const { backlog } = snapshot(opened, {
    backlog: { waiting: 4, parked: 0, earliestDueAt: START + 2000 },
  });
  assertEquals(backlog, {
    waiting: 4,
    oldest_waiting_ms: 3000,
    outbox: 0,
    oldest_outbox_ms: null,
  });
});

Deno.test("A snapshot stays small, however long the refs are, and an answer about a rule does", () => {
  using opened = openBook();
  const long = "a".repeat(140_000);
  for (let id = 1; id <= 60; id++) {
    const params = { type: "interval", interval: id % 2 };
    opened.book.apply(ruleOf(id, { ref: `${long}.${id}`, params }));
  }
  const size = JSON.stringify(snapshot(opened)).length;
  assert(size < 50_000, `${size} characters`);
  const views = viewsOf(opened, new History(opened.clock, () => true));
  const shown = toJson(viewOf(views, ruleId(1), `${long}.1`), undefined);
  assertEquals(shown["rule_ref"], `${"a".repeat(254)}…`);
});
