import { assertEquals } from "@std/assert";
import { compile } from "../../src/schedule/kinds.ts";
import { ruleOutcomes } from "./rrule_conformance.ts";
import corpus from "../testdata/rrule.json" with { type: "json" };

Deno.test("rrule agrees with RFC 5545 and other engines, but for the deviations accepted", () => {
  const outcomes = ruleOutcomes();
  assertEquals(outcomes.filter((it) => it.verdict === "failed"), []);
  const accepted = outcomes.filter((it) => it.verdict === "accepted");
  assertEquals([outcomes.length, accepted.length], [386, 53]);
});

Deno.test("rrule refuses what other engines and RFC 5545 refuse", () => {
  const taken = corpus.invalid.map(({ rrule }) => rrule).filter((rule) =>
    compile("core.rruletimer", { dtstart: "1997-09-02T09:00:00Z", rule }, 0).ok
  );
  assertEquals(taken, []);
  assertEquals(corpus.invalid.length, 51);
});
