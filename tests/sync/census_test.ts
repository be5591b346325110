import { assertEquals } from "@std/assert";
import { ruleId, ruleOf, START } from "../support/rules.ts";
import { openBook } from "../support/sync.ts";

const NONE = { interval: 0, cron: 0, date_time: 0, rrule: 0, unknown: 0 };
const CRON = { type: "cron", expression: "* * * * *" };

Deno.test("Timers are counted by kind while rules start, change, stop and go", () => {
  using opened = openBook();
  const { book } = opened;
  const later = { version: START * 1000 + 1 };
  book.apply(ruleOf(1));
  book.apply(ruleOf(2));
  book.apply(ruleOf(3, { params: CRON }));
  assertEquals(book.census.timers, { ...NONE, interval: 2, cron: 1 });
  book.apply(ruleOf(1, { ...later, params: CRON }));
  assertEquals(book.census.timers, { ...NONE, interval: 1, cron: 2 });
  book.apply(ruleOf(2, { ...later, enabled: false }));
  book.doubt(ruleId(3));
  assertEquals(book.census.timers, { ...NONE, cron: 1 });
  book.delete(ruleId(1));
  book.delete(ruleId(2));
  book.delete(ruleId(3));
  assertEquals(book.census.timers, NONE);
});

Deno.test("A refused rule is counted by the kind it was meant to be, with its problems", () => {
  using opened = openBook();
  const { book } = opened;
  book.apply(ruleOf(1, { params: { type: "interval", interval: 0 } }));
  book.apply(ruleOf(2, { params: { type: "sometimes" } }));
  book.apply(ruleOf(3, { triggerRef: "core.crontimer", params: { expression: "* * * * *" } }));
  assertEquals(book.census.refused, { ...NONE, interval: 1, unknown: 1, cron: 1 });
  assertEquals(book.census.refusalOf(ruleId(3)), {
    ruleRef: "test.rule3",
    triggerRef: "core.crontimer",
    kind: "cron",
    problems: ["the token does not cover trigger type 'core.crontimer'"],
  });
  assertEquals(book.census.refusalOf(ruleId(1))?.problems.length, 1);
});

Deno.test("A rule with odd parameters is counted by its kind with its warnings, until they are right", () => {
  using opened = openBook();
  const { book } = opened;
  const odd = { params: { type: "interval", interval: 5, colour: "red" } };
  for (const id of [1, 2, 3, 4, 5]) book.apply(ruleOf(id, odd));
  assertEquals(book.census.warned, { ...NONE, interval: 5 });
  assertEquals(book.census.warningsOf(ruleId(1)), ['Ignored unknown members ["colour"]']);
  const later = { version: START * 1000 + 1 };
  book.apply(ruleOf(1, { ...later, params: { type: "interval", interval: 5 } }));
  book.apply(ruleOf(2, { ...odd, ...later, enabled: false }));
  book.apply(ruleOf(3, { ...later, params: { type: "interval", interval: 0, colour: "red" } }));
  book.delete(ruleId(4));
  assertEquals(book.census.warned, { ...NONE, interval: 1 });
  assertEquals([...book.census.doubts()].map(([id]) => id), [ruleId(5)]);
});

Deno.test("A rule is refused no longer once it is right, off, refused otherwise or gone", () => {
  using opened = openBook();
  const { book } = opened;
  const wrong = { params: { type: "interval", interval: 0 } };
  for (const id of [1, 2, 3, 4]) book.apply(ruleOf(id, wrong));
  const later = { version: START * 1000 + 1 };
  book.apply(ruleOf(1, later));
  book.apply(ruleOf(2, { ...wrong, ...later, enabled: false }));
  book.apply(ruleOf(3, { ...later, params: { type: "cron", expression: "x" } }));
  book.delete(ruleId(4));
  assertEquals(book.census.refused, { ...NONE, cron: 1 });
  for (const id of [1, 2, 4]) assertEquals(book.census.refusalOf(ruleId(id)), undefined);
});
