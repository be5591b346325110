import { assertEquals } from "@std/assert";
import { compile } from "../../src/schedule/kinds.ts";
import type { Timer } from "../../src/schedule/timer.ts";
import type { TriggerParams } from "../../src/domain/rule.ts";
import { occurrencesOf, type Phase, type Span } from "./expected.ts";

const START = Date.UTC(2026, 0, 1);
const ALWAYS = { from: START, until: START + 60_000 };

function timerOf(params: TriggerParams): Timer {
  const compiled = compile("core.intervaltimer", params, START + 250);
  if (!compiled.ok) throw new Error(compiled.problems.join("; "));
  return compiled.timer;
}

function found(parts: Partial<Phase> & { params?: TriggerParams }, gaps: readonly Span[] = []) {
  const { params = {}, ...rest } = parts;
  const timer = timerOf({ interval: 5, unit: "seconds", ...params });
  return occurrencesOf({ ruleId: 7, timer, must: ALWAYS, may: ALWAYS, ...rest }, gaps);
}

/** Seconds after the start. */
const span = (from: number, until: number) => ({
  from: START + from * 1000,
  until: START + until * 1000,
});
const seconds = (instants: readonly { readonly scheduledAt: number }[]) =>
  instants.map(({ scheduledAt }) => (scheduledAt - START) / 1000);

Deno.test("occurrencesOf() names what the schedule names", () => {
  const all = found({});
  assertEquals(seconds(all), [
    5.25,
    10.25,
    15.25,
    20.25,
    25.25,
    30.25,
    35.25,
    40.25,
    45.25,
    50.25,
    55.25,
  ]);
  assertEquals(all.every((it) => it.mustCome && it.mayBeStoodFor), true);
  assertEquals(all.every((it) => it.dueAt === it.scheduledAt && it.ruleId === 7), true);
});

Deno.test("occurrencesOf() tells what must come from what may", () => {
  const some = found({ must: span(12, 30), may: span(6, 36) });
  assertEquals(seconds(some), [10.25, 15.25, 20.25, 25.25, 30.25, 35.25]);
  assertEquals(seconds(some.filter((it) => it.mustCome)), [15.25, 20.25, 25.25]);
});

Deno.test("occurrencesOf() puts off by the jitter, and asks only for what is due in time", () => {
  const all = found({ params: { jitter_seconds: 4 } });
  assertEquals(
    all.every((it) => it.dueAt >= it.scheduledAt && it.dueAt <= it.scheduledAt + 4000),
    true,
  );
  assertEquals(new Set(all.map((it) => it.dueAt - it.scheduledAt)).size > 1, true);
  const [first] = all;
  const dueAt = first?.dueAt ?? 0;
  const until = (end: number) =>
    found({ params: { jitter_seconds: 4 }, must: { from: START, until: end } })
      .filter((it) => it.mustCome).length;
  assertEquals([until(dueAt - 1), until(dueAt)], [0, 1]);
});

Deno.test("occurrencesOf() finds what is due only after the start, though named before it", () => {
  const [first] = found({ params: { jitter_seconds: 4 } });
  const dueAt = first?.dueAt ?? 0;
  const may = (from: number) =>
    found({ params: { jitter_seconds: 4 }, may: { from, until: ALWAYS.until } })[0]?.scheduledAt;
  assertEquals(may(dueAt - 1), first?.scheduledAt);
  assertEquals(may(dueAt) !== first?.scheduledAt, true);
});

Deno.test("occurrencesOf() excuses a rule that skips what was more than ten seconds late after a gap", () => {
  const gap = span(21, 38);
  const excused = (on_missed: string) =>
    seconds(found({ params: { on_missed } }, [gap]).filter((it) => !it.mustCome));
  // 30.25 could be fired at 38 or a little later: it may come or not.
  assertEquals(excused("skip"), [20.25, 25.25]);
  assertEquals(excused("latest"), []);
  assertEquals(excused("all"), []);
});

Deno.test("occurrencesOf() excuses nothing after a short gap", () => {
  const all = found({ params: { on_missed: "skip" } }, [span(21, 28)]);
  assertEquals(all.filter((it) => !it.mustCome), []);
});
