import { assertEquals, assertNotEquals } from "@std/assert";
import fc from "fast-check";
import type { RuleId } from "../../src/domain/rule.ts";
import { type RuleMemory, RuleStore } from "../../src/timers/rule_store.ts";
import { ruleId, START } from "../support/rules.ts";

/** A rule as a read that began at 5 told it. */
function read(id: RuleId, ref: string, version: number | null): RuleMemory {
  return { id, ref, version, createdAt: START + id, readAt: 5, digest: id * 3 };
}

const ids = [1, 2, 3, 4, 5, 6].map(ruleId);
const step = fc.record({
  op: fc.constantFrom("remember" as const, "doubt" as const, "forget" as const, "open" as const),
  id: fc.constantFrom(...ids),
  version: fc.option(fc.nat(9)),
});

Deno.test("RuleStore agrees with a Map after any steps", () => {
  fc.assert(fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
    const known = new RuleStore();
    const model = new Map<number, { version: number | null; isInDoubt: boolean }>();
    for (const { op, id, version } of steps) {
      if (op === "remember") {
        known.remember(read(id, `pack.rule${id}`, version));
        model.set(id, { version, isInDoubt: false });
      } else if (op === "open") {
        known.open(id);
      } else if (op === "doubt") {
        known.doubt(id, 7);
        if (model.has(id)) model.set(id, { version: null, isInDoubt: true });
      } else {
        known.forget(id);
        model.delete(id);
      }
    }
    assertEquals(known.size, model.size);
    assertEquals([...known.all()].map(([id]) => id).toSorted(), [...model.keys()].toSorted());
    for (const id of ids) {
      const it = model.get(id);
      assertEquals(known.has(id), it !== undefined);
      assertEquals(known.isInDoubt(id), it?.isInDoubt ?? false);
      assertEquals(known.versionOf(id), it?.version ?? null);
      assertEquals(known.readAtOf(id), it === undefined ? -Infinity : it.isInDoubt ? 7 : 5);
      assertEquals(known.createdAtOf(id), it === undefined ? null : START + id);
      assertEquals(known.digestOf(id), it === undefined || it.isInDoubt ? null : id * 3);
      assertEquals(known.refOf(id), it && `pack.rule${id}`);
      assertEquals(known.idOf(`pack.rule${id}`), it && id);
    }
  }));
});

Deno.test("RuleStore knows a ref by the rule that had it last, and forgets it with that one", () => {
  const known = new RuleStore();
  known.remember(read(ruleId(1), "pack.a", 1));
  known.remember(read(ruleId(2), "pack.a", 1));
  assertEquals(known.idOf("pack.a"), ruleId(2));
  known.forget(ruleId(1));
  assertEquals(known.idOf("pack.a"), ruleId(2));
  known.forget(ruleId(2));
  assertEquals([known.idOf("pack.a"), known.size], [undefined, 0]);
});

Deno.test("RuleStore finds a rule by its new ref alone", () => {
  const known = new RuleStore();
  known.remember(read(ruleId(1), "pack.a", 1));
  known.remember(read(ruleId(1), "pack.b", 2));
  assertEquals([known.idOf("pack.a"), known.idOf("pack.b")], [undefined, ruleId(1)]);
  assertEquals([...known.all()], [[ruleId(1), "pack.b"]]);
});

Deno.test("RuleStore tells all rules while some come and go", () => {
  const known = new RuleStore();
  for (const id of ids) known.remember(read(id, `pack.rule${id}`, 1));
  const seen: number[] = [];
  for (const [id] of known.all()) {
    seen.push(id);
    if (id === ids[0]) known.forget(ruleId(2));
    if (id === ids[2]) known.remember(read(ruleId(7), "pack.rule7", 1));
  }
  // The seventh is where the second was.
  assertEquals(seen, [1, 3, 4, 5, 6]);
});

Deno.test("A rule keeps its slot until it is forgotten, and then another one may have it", () => {
  const rules = new RuleStore();
  const slot = rules.open(ruleId(7));
  rules.name(slot, "a.b");
  rules.remember(read(ruleId(7), "a.b", 1));
  assertEquals([rules.open(ruleId(7)), rules.slotOf(ruleId(7))], [slot, slot]);
  assertNotEquals(rules.open(ruleId(8)), slot);
  for (let times = 0; times < 3; times++) rules.forget(ruleId(7));
  assertEquals([rules.slotOf(ruleId(7)), rules.idAt(slot), rules.refAt(slot)], [
    undefined,
    undefined,
    "",
  ]);
  assertEquals([rules.open(ruleId(9)), rules.open(ruleId(10)), rules.end], [slot, 2, 3]);
});

Deno.test("Rules never share a slot, and no more slots are taken than there were rules at once", () => {
  const anyStep = fc.record({ id: fc.integer({ min: 1, max: 40 }), isOpen: fc.boolean() });
  fc.assert(fc.property(fc.array(anyStep, { maxLength: 300 }), (steps) => {
    const rules = new RuleStore();
    const held = new Set<number>();
    let most = 0;
    for (const { id, isOpen } of steps) {
      if (isOpen) {
        rules.open(ruleId(id));
        held.add(id);
      } else {
        rules.forget(ruleId(id));
        held.delete(id);
      }
      most = Math.max(most, held.size);
    }
    const taken = [...held].map((id) => rules.slotOf(ruleId(id)));
    assertEquals(taken.includes(undefined), false);
    assertEquals(new Set(taken).size, held.size);
    assertEquals(rules.end, most);
  }));
});

Deno.test("Thousands of rules each have their own slot and ref", () => {
  const rules = new RuleStore();
  for (let id = 1; id <= 5000; id++) rules.name(rules.open(ruleId(id)), `pack.rule${id}`);
  for (let id = 1; id <= 5000; id++) {
    const slot = rules.slotOf(ruleId(id)) ?? -1;
    assertEquals([rules.idAt(slot), rules.refAt(slot)], [ruleId(id), `pack.rule${id}`]);
  }
});
