import { assert, assertEquals } from "@std/assert";
import { demoRules } from "../../../src/dev/sandbox/demo_rules.ts";
import { compile } from "../../../src/schedule/kinds.ts";

const NOW = Date.UTC(2026, 0, 1, 12, 0, 0, 250);

Deno.test("The sandbox's rules are of different triggers and all fire within five seconds", () => {
  const rules = demoRules(NOW);
  assertEquals(new Set(rules.map(({ draft }) => draft.trigger_ref)).size, rules.length);
  for (const { draft } of rules) {
    const params = Object.fromEntries(Object.entries(draft.trigger_params ?? {}));
    const compiled = compile(draft.trigger_ref, params, NOW);
    assert(compiled.ok, draft.ref);
    assertEquals(compiled.warnings, []);
    const firstAt = compiled.timer.next(NOW);
    assert(firstAt !== null && firstAt - NOW <= 5000, draft.ref);
  }
});
