import { assertEquals, assertThrows } from "@std/assert";
import type { RuleRow } from "../../src/dev/platform/rule_shapes.ts";
import { rfc3339 } from "../../src/ground/instant.ts";
import { RuleLedger } from "./rule_ledger.ts";

const START = Date.UTC(2026, 0, 1);
const after = (seconds: number) => START + seconds * 1000;
const RUN = { from: START, until: after(30) };

function row(parts: Partial<RuleRow> & { readonly changedAfter?: number } = {}): RuleRow {
  const { changedAfter = 0, ...rest } = parts;
  return {
    id: 7,
    ref: "chaos.rule",
    pack: 1,
    pack_ref: "chaos",
    label: "",
    description: null,
    action: null,
    action_ref: "core.echo",
    trigger: 1,
    trigger_ref: "core.intervaltimer",
    conditions: {},
    action_params: {},
    trigger_params: { interval: 2, unit: "seconds" },
    permission_set_refs: null,
    enabled: true,
    is_adhoc: false,
    owner_identity: null,
    created: rfc3339(START),
    updated: rfc3339(after(changedAfter)),
    ...rest,
  };
}

/** The seconds at which something must come, and those at which it may. */
function found(ledger: RuleLedger): { must: number[]; may: number[] } {
  const all = ledger.occurrences(RUN, RUN, []);
  const seconds = (mustCome: boolean) =>
    all.filter((it) => it.mustCome === mustCome).map((it) => (it.scheduledAt - START) / 1000);
  return { must: seconds(true), may: seconds(false) };
}

Deno.test("RuleLedger expects a rule that was there for the whole run", () => {
  const ledger = new RuleLedger();
  ledger.found(row());
  assertEquals(found(ledger).must, Array.from({ length: 15 }, (_, n) => 2 * n + 2));
});

Deno.test("RuleLedger expects a new rule from when it was made", () => {
  const ledger = new RuleLedger();
  ledger.changed(row({ changedAfter: 20 }));
  assertEquals(found(ledger), { must: [22, 24, 26, 28, 30], may: [] });
});

Deno.test("RuleLedger leaves open what is due just before and after a rule is disabled", () => {
  const ledger = new RuleLedger();
  ledger.found(row());
  ledger.changed(row({ changedAfter: 11, enabled: false }));
  assertEquals(found(ledger), { must: [2, 4, 6, 8], may: [10, 12, 14] });
});

Deno.test("RuleLedger expects the new schedule of a changed rule beside the end of the old one", () => {
  const ledger = new RuleLedger();
  ledger.found(row());
  ledger.changed(row({ changedAfter: 15, trigger_params: { interval: 7, unit: "seconds" } }));
  assertEquals(found(ledger), { must: [2, 4, 6, 8, 10, 12, 21, 28], may: [14, 16, 18] });
});

Deno.test("RuleLedger expects a rule again from when it was enabled", () => {
  const ledger = new RuleLedger();
  ledger.found(row());
  ledger.changed(row({ changedAfter: 5, enabled: false }));
  ledger.changed(row({ changedAfter: 25 }));
  assertEquals(found(ledger), { must: [2, 26, 28, 30], may: [4, 6, 8] });
});

Deno.test("RuleLedger takes no rule that the sensor would refuse", () => {
  assertThrows(() => new RuleLedger().found(row({ trigger_params: {} })), Error, "chaos.rule");
});
