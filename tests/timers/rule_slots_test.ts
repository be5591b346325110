import { assertEquals, assertNotEquals } from "@std/assert";
import * as fc from "fast-check";
import type { RuleId } from "../../src/domain/rule.ts";
import { RuleSlots } from "../../src/timers/rule_slots.ts";
import { ruleId } from "../support/rules.ts";

Deno.test("A rule keeps its slot for as long as one of its holders does", () => {
  const slots = new RuleSlots();
  const slot = slots.hold(ruleId(7));
  assertEquals([slots.hold(ruleId(7)), slots.slotOf(ruleId(7))], [slot, slot]);
  slots.name(slot, "a.b");
  slots.release(slot);
  assertEquals([slots.idAt(slot), slots.refAt(slot)], [ruleId(7), "a.b"]);
  assertNotEquals(slots.hold(ruleId(8)), slot);
  slots.release(slot);
  assertEquals([slots.slotOf(ruleId(7)), slots.idAt(slot), slots.refAt(slot)], [
    undefined,
    undefined,
    "",
  ]);
  assertEquals([slots.hold(ruleId(9)), slots.end], [slot, 2]);
});

Deno.test("A slot that is free is nobody's, however often it is released", () => {
  const slots = new RuleSlots();
  const slot = slots.hold(ruleId(7));
  for (let times = 0; times < 3; times++) slots.release(slot);
  assertEquals([slots.hold(ruleId(8)), slots.hold(ruleId(9))], [slot, slot + 1]);
});

Deno.test("Rules never share a slot, and no more slots are taken than rules were held at once", () => {
  const anyStep = fc.record({ id: fc.integer({ min: 1, max: 40 }), isHold: fc.boolean() });
  fc.assert(fc.property(fc.array(anyStep, { maxLength: 300 }), (steps) => {
    const slots = new RuleSlots();
    const holders = new Map<RuleId, number>();
    let most = 0;
    for (const { id, isHold } of steps) {
      const rule = ruleId(id);
      const held = holders.get(rule) ?? 0;
      if (isHold && held < 2) {
        slots.hold(rule);
        holders.set(rule, held + 1);
      } else if (!isHold && held > 0) {
        const slot = slots.slotOf(rule);
        if (slot === undefined) throw new Error(`Rule ${id} has lost its slot`);
        slots.release(slot);
        if (held === 1) holders.delete(rule);
        else holders.set(rule, held - 1);
      }
      most = Math.max(most, holders.size);
    }
    const taken = [...holders.keys()].map((rule) => slots.slotOf(rule));
    assertEquals(taken.includes(undefined), false);
    assertEquals(new Set(taken).size, holders.size);
    assertEquals(slots.end, most);
  }));
});

Deno.test("Thousands of rules each have their own slot and ref", () => {
  const slots = new RuleSlots();
  for (let id = 1; id <= 5000; id++) slots.name(slots.hold(ruleId(id)), `pack.rule${id}`);
  for (let id = 1; id <= 5000; id++) {
    const slot = slots.slotOf(ruleId(id)) ?? -1;
    assertEquals([slots.idAt(slot), slots.refAt(slot)], [ruleId(id), `pack.rule${id}`]);
  }
});
