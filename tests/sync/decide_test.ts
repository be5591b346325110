import { assertEquals } from "@std/assert";
import { decide } from "../../src/sync/decide.ts";
import { ruleOf } from "../support/rules.ts";

const OTHER = new Set(["core.crontimer"]);
const UNCOVERED = ["the token does not cover trigger type 'core.timer'"];
const BAD = { type: "interval", interval: 0 };
const PROBLEMS = ["interval: 0 is not allowed, expected a whole number of at least 1"];

Deno.test("A rule that is off is off, whatever else is wrong with it", () => {
  const rule = ruleOf(1, { enabled: false, params: BAD });
  assertEquals(decide(rule, null), { kind: "off" });
  assertEquals(decide(rule, OTHER), { kind: "off" });
});

Deno.test("A rule whose trigger the token does not cover is not read any further", () => {
  assertEquals(decide(ruleOf(1), OTHER), { kind: "not allowed", problems: UNCOVERED });
  const wrong = ruleOf(1, { params: BAD });
  assertEquals(decide(wrong, OTHER), { kind: "not allowed", problems: UNCOVERED });
  assertEquals(decide(wrong, new Set()), { kind: "not allowed", problems: UNCOVERED });
});

Deno.test("A rule of which no timer can be made is refused, with the reason", () => {
  const rule = ruleOf(1, { params: BAD });
  assertEquals(decide(rule, null), { kind: "refused", problems: PROBLEMS });
  assertEquals(decide(rule, new Set(["core.timer"])), { kind: "refused", problems: PROBLEMS });
});

Deno.test("Any other rule gets a timer that counts from when it was made, with what is odd", () => {
  const rule = ruleOf(1, { params: { type: "interval", interval: 10, colour: "red" } });
  for (const allowed of [null, new Set(["core.timer"])]) {
    const decision = decide(rule, allowed);
    if (decision.kind !== "timer") throw new Error(`It is ${decision.kind}`);
    assertEquals(decision.timer.next(rule.createdAt), rule.createdAt + 10_000);
    assertEquals(decision.warnings, ['Ignored unknown members ["colour"]']);
  }
});
