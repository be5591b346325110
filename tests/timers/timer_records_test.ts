import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import type { TriggerParams } from "../../src/domain/rule.ts";
import { compile } from "../../src/schedule/kinds.ts";
import { COUNT, LAST_AT, TimerRecords } from "../../src/timers/timer_records.ts";
import { ruleId, sameTimer, START, timerOf } from "../support/rules.ts";

const anyParams = fc.oneof(
  fc.record({
    type: fc.constant("interval"),
    interval: fc.integer({ min: 1, max: 1000 }),
    unit: fc.constantFrom("seconds", "minutes", "hours", "days"),
    anchor: fc.integer({ min: 0, max: 1e12 }).map((at) => new Date(at).toISOString()),
    ...{ jitter_seconds: fc.integer({ min: 1, max: 50 }), timezone: fc.constant("Europe/Berlin") },
    on_missed: fc.constantFrom("latest", "all", "skip"),
    end_at: fc.constant("2099-01-01T00:00:00Z"),
  }, { requiredKeys: ["type", "interval"] }),
  fc.constantFrom<TriggerParams>(
    { type: "cron", expression: "0 9 * * *" },
    { type: "date_time", fire_at: "2026-05-01T09:00:00Z" },
    { type: "rrule", rule: "FREQ=DAILY", dtstart: "2026-05-01T09:00:00Z" },
  ),
);

Deno.test("A timer comes back as it was put in, whatever its kind and whatever was there before", () => {
  const anyPut = fc.tuple(fc.integer({ min: 1, max: 5 }), anyParams);
  fc.assert(fc.property(fc.array(anyPut, { maxLength: 40 }), (puts) => {
    const records = new TimerRecords();
    const latest = new Map<number, TriggerParams>();
    for (const [id, params] of puts) {
      records.put(records.open(ruleId(id)), {
        ruleId: ruleId(id),
        ruleRef: `test.rule${id}`,
        timer: timerOf(params),
      });
      latest.set(id, params);
    }
    for (const [id, params] of latest) {
      const entry = records.entryAt(records.slotOf(ruleId(id)) ?? -1);
      assertEquals([entry?.ruleId, entry?.ruleRef], [ruleId(id), `test.rule${id}`]);
      assertEquals(entry && sameTimer(entry.timer, timerOf(params)), true);
      assertEquals(entry?.timer.next(START), timerOf(params).next(START));
    }
  }));
});

Deno.test("The same schedule of another trigger comes back as that", () => {
  const records = new TimerRecords();
  for (const triggerRef of ["core.timer", "core.intervaltimer"]) {
    const compiled = compile(triggerRef, { interval: 5, unit: "seconds" }, START);
    if (!compiled.ok) throw new Error(compiled.problems.join("; "));
    const slot = records.open(ruleId(1));
    records.put(slot, { ruleId: ruleId(1), ruleRef: "test.one", timer: compiled.timer });
    assertEquals(records.timerAt(slot)?.traits.triggerRef, triggerRef);
  }
});

Deno.test("A rule that is only remembered has no timer here until one is put in, nor after it was cleared", () => {
  const records = new TimerRecords();
  records.put(records.open(ruleId(1)), {
    ruleId: ruleId(1),
    ruleRef: "test.one",
    timer: timerOf({ interval: 5 }),
  });
  for (let id = 2; id <= 3000; id++) records.rules.open(ruleId(id));
  const slot = records.rules.slotOf(ruleId(3000)) ?? -1;
  assertEquals([records.slotOf(ruleId(3000)), records.timerAt(slot)], [undefined, undefined]);
  assertThrows(() => records.idAt(slot), RangeError, `No rule is at slot ${slot}`);
  assertEquals(records.open(ruleId(3000)), slot);
  assertEquals([records.hasTimer(slot), records.entryAt(slot)], [false, undefined]);
  records.put(slot, { ruleId: ruleId(3000), ruleRef: "x", timer: timerOf({ interval: 7 }) });
  records.clear(slot);
  assertEquals([records.hasTimer(slot), records.timerAt(slot)], [false, undefined]);
});

Deno.test("A rule that comes after another in its slot has fired nothing", () => {
  const records = new TimerRecords();
  const slot = records.open(ruleId(1));
  records.set(slot, COUNT, 7);
  records.set(slot, LAST_AT, START);
  records.forget(ruleId(1));
  assertEquals([records.slotOf(ruleId(1)), records.open(ruleId(2))], [undefined, slot]);
  assertEquals([records.get(slot, COUNT), records.get(slot, LAST_AT)], [0, -Infinity]);
});
