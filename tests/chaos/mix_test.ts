import { assertEquals } from "@std/assert";
import { rfc3339 } from "../../src/ground/instant.ts";
import { compile } from "../../src/schedule/kinds.ts";
import { mixOf } from "./mix.ts";
import { Random } from "./random.ts";

const NOW = Date.UTC(2026, 0, 1);

Deno.test("mixOf() makes rules of every kind that fire within seconds", () => {
  const drafts = mixOf({
    random: new Random("1"),
    now: NOW,
    spanMs: 60_000,
    intervals: 24,
    onMissed: ["all", "skip"],
  });
  assertEquals(new Set(drafts.map(({ ref }) => ref)).size, drafts.length);
  const timers = drafts.map(({ trigger_ref, trigger_params, created = rfc3339(NOW) }) => {
    const params = Object.fromEntries(Object.entries(trigger_params ?? {}));
    const compiled = compile(trigger_ref, params, Date.parse(created));
    if (!compiled.ok) throw new Error(compiled.problems.join("; "));
    assertEquals(compiled.warnings, []);
    return compiled.timer;
  });
  const late = timers.filter((it) => (it.next(NOW) ?? Infinity) > NOW + 3000);
  assertEquals(late.filter((it) => it.kind !== "date_time"), []);
  const kinds = new Set(timers.map(({ kind }) => kind));
  assertEquals(kinds, new Set(["interval", "cron", "rrule", "date_time"]));
  assertEquals(new Set(timers.map((it) => it.traits.onMissed)), new Set(["latest", "all", "skip"]));
  assertEquals(timers.some((it) => it.traits.jitterMs > 0), true);
});
