import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { RuleSlots } from "../../src/timers/rule_slots.ts";
import { KnownRules } from "../../src/sync/known_rules.ts";
import { ruleId } from "../support/rules.ts";

const ids = [1, 2, 3, 4, 5, 6].map(ruleId);
const step = fc.record({
  op: fc.constantFrom("remember" as const, "doubt" as const, "forget" as const),
  id: fc.constantFrom(...ids),
  version: fc.option(fc.nat(9)),
});

Deno.test("KnownRules agrees with a Map after any steps", () => {
  fc.assert(fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
    const known = new KnownRules(new RuleSlots());
    const model = new Map<number, { version: number | null; isInDoubt: boolean }>();
    for (const { op, id, version } of steps) {
      if (op === "remember") {
        known.remember({ id, ref: `pack.rule${id}`, version });
        model.set(id, { version, isInDoubt: false });
      } else if (op === "doubt") {
        known.doubt(id);
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
      assertEquals(known.refOf(id), it && `pack.rule${id}`);
      assertEquals(known.idOf(`pack.rule${id}`), it && id);
    }
  }));
});

Deno.test("KnownRules knows a ref by the rule that had it last, and forgets it with that one", () => {
  const known = new KnownRules(new RuleSlots());
  known.remember({ id: ruleId(1), ref: "pack.a", version: 1 });
  known.remember({ id: ruleId(2), ref: "pack.a", version: 1 });
  assertEquals(known.idOf("pack.a"), ruleId(2));
  known.forget(ruleId(1));
  assertEquals(known.idOf("pack.a"), ruleId(2));
  known.forget(ruleId(2));
  assertEquals([known.idOf("pack.a"), known.size], [undefined, 0]);
});

Deno.test("KnownRules finds a rule by its new ref alone", () => {
  const known = new KnownRules(new RuleSlots());
  known.remember({ id: ruleId(1), ref: "pack.a", version: 1 });
  known.remember({ id: ruleId(1), ref: "pack.b", version: 2 });
  assertEquals([known.idOf("pack.a"), known.idOf("pack.b")], [undefined, ruleId(1)]);
  assertEquals([...known.all()], [[ruleId(1), "pack.b"]]);
});

Deno.test("KnownRules tells all rules while some come and go", () => {
  const known = new KnownRules(new RuleSlots());
  for (const id of ids) known.remember({ id, ref: `pack.rule${id}`, version: 1 });
  const seen: number[] = [];
  for (const [id] of known.all()) {
    seen.push(id);
    if (id === ids[0]) known.forget(ruleId(2));
    if (id === ids[2]) known.remember({ id: ruleId(7), ref: "pack.rule7", version: 1 });
  }
  // The seventh is where the second was.
  assertEquals(seen, [1, 3, 4, 5, 6]);
});
