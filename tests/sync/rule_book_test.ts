import { assertEquals } from "@std/assert";
import { ruleId, ruleOf, START } from "../support/rules.ts";
import { openBook } from "../support/sync.ts";

const version = (seconds: number) => (START + seconds * 1000) * 1000;
const every = (interval: number) => ({ type: "interval", interval });

Deno.test("RuleBook starts, disables and enables a rule", async () => {
  using it = openBook();
  it.book.apply(ruleOf(1));
  await it.clock.advance(15_000);
  it.book.apply(ruleOf(1, { enabled: false, version: version(15) }));
  await it.clock.advance(10_000);
  it.book.apply(ruleOf(1, { version: version(25) }));
  await it.clock.advance(10_000);
  assertEquals(it.lines, ["started 1", "stopped 1: disabled", "started 1"]);
  assertEquals(it.fires, ["1 at 10 s", "1 at 30 s"]);
});

Deno.test("RuleBook says nothing when a rule changed in other ways than its timer", () => {
  using it = openBook();
  it.book.apply(ruleOf(1));
  it.book.apply(ruleOf(1, { version: version(1) }));
  assertEquals(it.lines, ["started 1"]);
});

Deno.test("RuleBook replaces a timer whose parameters changed and keeps its grid", async () => {
  using it = openBook();
  it.book.apply(ruleOf(1));
  await it.clock.advance(12_000);
  it.book.apply(ruleOf(1, { params: every(4), version: version(12) }));
  await it.clock.advance(8000);
  assertEquals(it.lines, ["started 1", "changed 1"]);
  assertEquals(it.fires, ["1 at 10 s", "1 at 16 s", "1 at 20 s"]);
});

Deno.test("RuleBook fires nothing twice when a changed rule shares instants with the old one", async () => {
  using it = openBook();
  it.book.apply(ruleOf(1));
  await it.clock.advance(10_000);
  it.book.apply(ruleOf(1, { params: every(5), version: version(9.9) }));
  await it.clock.advance(5000);
  assertEquals(it.fires, ["1 at 10 s", "1 at 15 s"]);
});

Deno.test("RuleBook fires what fell due between a rule's change and its arrival", async () => {
  using it = openBook();
  await it.clock.advance(10_400);
  it.book.apply(ruleOf(1, { createdAt: START, version: version(9.5) }));
  await it.clock.advance(0);
  assertEquals(it.fires, ["1 at 10 s"]);
});

Deno.test("RuleBook leaves what fell due before this process began to whoever ran then", async () => {
  using it = openBook();
  it.book.apply(ruleOf(1, { createdAt: START - 25_000, version: version(-25) }));
  await it.clock.advance(6000);
  assertEquals(it.fires, ["1 at 5 s"]);
});

Deno.test("RuleBook fires a one-shot that was written for a moment just past", async () => {
  using it = openBook();
  await it.clock.advance(20_000);
  const fireAt = new Date(START + 15_000).toISOString();
  const params = { type: "date_time", fire_at: fireAt };
  it.book.apply(ruleOf(1, { params, createdAt: START + 19_000, version: version(19) }));
  it.book.apply(ruleOf(2, {
    params: { ...params, fire_at: new Date(START + 5000).toISOString() },
    createdAt: START + 19_000,
    version: version(19),
  }));
  await it.clock.advance(0);
  assertEquals(it.fires, ["1 at 15 s"]);
});

Deno.test("RuleBook makes up for nothing from before a rule was enabled, whatever the API's clock says", async () => {
  using it = openBook();
  it.book.apply(ruleOf(1, { enabled: false }));
  await it.clock.advance(35_000);
  it.skew.ms = -20_000;
  it.book.apply(ruleOf(1, { version: version(15) }));
  await it.clock.advance(5000);
  assertEquals(it.fires, ["1 at 40 s"]);
});

Deno.test("RuleBook keeps a rule of another trigger for as long as it has events", () => {
  using it = openBook();
  it.busy.add(ruleId(1));
  const moved = { triggerRef: "core.webhook", version: version(1) };
  for (const id of [1, 2]) it.book.apply(ruleOf(id));
  for (const id of [1, 2]) it.book.apply(ruleOf(id, moved));
  assertEquals([it.book.has(ruleId(1)), it.book.has(ruleId(2))], [true, false]);
  it.book.delete(ruleId(1));
  assertEquals(it.lines.slice(2), [
    "stopped 1: moved to another trigger",
    "stopped 2: moved to another trigger",
    "gone 1",
  ]);
});

Deno.test("RuleBook believes what was read last, and no read that began before that", () => {
  using it = openBook();
  it.book.apply(ruleOf(1, { version: version(5) }), 10);
  it.book.apply(ruleOf(1, { enabled: false, version: version(6) }), 9);
  assertEquals(it.lines, ["started 1"]);
  it.book.apply(ruleOf(1, { enabled: false, version: version(5) }), 11);
  assertEquals(it.lines, ["started 1", "stopped 1: disabled"]);
});

Deno.test("RuleBook believes a row older than what it knows when a second look says the same", () => {
  using it = openBook();
  const older = ruleOf(1, { enabled: false, version: version(4) });
  it.book.apply(ruleOf(1, { version: version(5) }), 0);
  it.book.apply(older, 10);
  it.book.apply(older, 400);
  const looks = ["look again at test.rule1", "look again at test.rule1"];
  assertEquals(it.lines, ["started 1", ...looks]);
  it.book.apply(older, 510);
  assertEquals(it.lines, ["started 1", ...looks, "stopped 1: disabled"]);
});

Deno.test("RuleBook forgets an older row when a second look says something else", () => {
  using it = openBook();
  it.book.apply(ruleOf(1, { enabled: false, version: version(5) }), 0);
  it.book.apply(ruleOf(1, { version: version(4) }), 10);
  it.book.apply(ruleOf(1, { enabled: false, version: version(5) }), 1010);
  it.book.apply(ruleOf(1, { version: version(4) }), 2010);
  it.book.apply(ruleOf(1, { version: version(3) }), 3010);
  assertEquals(it.lines, Array(3).fill("look again at test.rule1"));
});

Deno.test("RuleBook stops a rule whose parameters became invalid, and complains once", () => {
  using it = openBook();
  it.book.apply(ruleOf(1));
  for (let n = 0; n < 3; n++) it.book.apply(ruleOf(1, { params: every(0), version: version(1) }));
  it.book.apply(ruleOf(1, { params: every(3), version: version(2) }));
  assertEquals(it.lines, ["started 1", "stopped 1: refused", "refused 1: 1", "started 1"]);
});

Deno.test("RuleBook refuses a rule whose trigger the token does not cover, once", () => {
  using it = openBook();
  const rule = ruleOf(1, { triggerRef: "core.crontimer", params: { expression: "* * * * * *" } });
  it.book.apply(rule);
  it.book.apply(rule);
  assertEquals([it.lines, it.timers.size], [["not allowed 1"], 0]);
});

Deno.test("RuleBook cares for none of other triggers, and stops a rule that moved to one", () => {
  using it = openBook();
  it.book.apply(ruleOf(1, { triggerRef: "core.webhook" }));
  it.book.apply(ruleOf(2));
  it.book.apply(ruleOf(2, { triggerRef: "core.webhook", version: version(1) }));
  assertEquals(it.lines, ["started 2", "stopped 2: moved to another trigger"]);
  assertEquals([...it.book.rules()], []);
});

Deno.test("RuleBook stops a deleted rule for good, whatever an old page says", () => {
  using it = openBook();
  it.book.apply(ruleOf(1));
  it.book.delete(ruleId(1));
  it.book.apply(ruleOf(1, { version: version(9) }), 500);
  const lines = ["started 1", "stopped 1: deleted", "gone 1", "look again at test.rule1"];
  assertEquals(it.lines, lines);
  assertEquals(it.book.size, 0);
  // A database was set back.
  it.book.apply(ruleOf(1, { version: version(9) }), 1500);
  assertEquals(it.lines, [...lines, "started 1"]);
});

Deno.test("RuleBook stops the old rule when its ref comes back with a new id", () => {
  using it = openBook();
  it.book.apply(ruleOf(1, { ref: "test.same" }));
  it.book.apply(ruleOf(2, { ref: "test.same" }));
  assertEquals(it.lines, ["started 1", "stopped 1: deleted", "gone 1", "started 2"]);
  assertEquals(it.book.idOf("test.same"), ruleId(2));
});

Deno.test("RuleBook keeps no rule of another shard", async () => {
  using it = openBook({ index: 2, count: 3 });
  for (let id = 1; id <= 9; id++) it.book.apply(ruleOf(id));
  await it.clock.advance(10_000);
  assertEquals(it.fires, ["1 at 10 s", "4 at 10 s", "7 at 10 s"]);
  assertEquals([...it.book.rules()].map(([id]) => id), [1, 4, 7].map(ruleId));
});

Deno.test("RuleBook stops a rule whose ref comes back with an id of another shard", () => {
  using it = openBook({ index: 2, count: 3 });
  it.book.apply(ruleOf(4, { ref: "test.same" }));
  it.book.apply(ruleOf(6, { ref: "test.same", enabled: false }));
  assertEquals(it.lines, ["started 4", "stopped 4: deleted", "gone 4"]);
  assertEquals([it.book.size, it.book.idOf("test.same")], [0, undefined]);
});

Deno.test("RuleBook keeps a rule when an old page still has another shard's under its ref", () => {
  using it = openBook({ index: 2, count: 3 });
  it.book.apply(ruleOf(4, { ref: "test.same" }));
  it.book.apply(ruleOf(3, { ref: "test.same", version: version(9) }));
  assertEquals(it.lines, ["started 4", "look again at test.same"]);
});

Deno.test("RuleBook starts a doubted rule again when it proves to exist", () => {
  using it = openBook();
  it.book.apply(ruleOf(1));
  it.book.doubt(ruleId(1));
  assertEquals(it.timers.size, 0);
  it.book.apply(ruleOf(1));
  assertEquals(it.lines, ["started 1", "stopped 1: maybe gone", "started 1"]);
});

Deno.test("RuleBook lets a row confirm what a message told", async () => {
  using it = openBook();
  it.book.apply(ruleOf(1, { createdAt: START + 300, version: null }));
  it.book.apply(ruleOf(1, { createdAt: START + 200, version: version(0.25) }));
  await it.clock.advance(10_300);
  assertEquals(it.lines, ["started 1", "changed 1"]);
  assertEquals(it.fires, ["1 at 10.2 s"]);
});

Deno.test("RuleBook passes on what the author of a rule may not have thought of, once", () => {
  using it = openBook();
  const params = { type: "cron", expression: "30 2 * * *", timezone: "Europe/Berlin", colour: 1 };
  it.book.apply(ruleOf(1, { params }));
  it.book.apply(ruleOf(1, { params, version: version(1) }));
  it.book.apply(ruleOf(2, { params: { ...params, timezone: "UTC", expression: "30 2 1 * *" } }));
  assertEquals(it.lines, ["started 1", "warned 1: 3", "started 2", "warned 2: 1"]);
});

Deno.test("RuleBook tells what became odd with a rule whose timer stays", () => {
  using it = openBook();
  const params = { type: "interval", interval: 5 };
  it.book.apply(ruleOf(1, { params }));
  it.book.apply(ruleOf(1, { params: { ...params, colour: 1 }, version: version(1) }));
  it.book.apply(ruleOf(1, { params: { ...params, colour: 2 }, version: version(2) }));
  it.book.apply(ruleOf(1, { params, version: version(3) }));
  assertEquals(it.lines, ["started 1", "warned 1: 1"]);
});

Deno.test("RuleBook looks ahead from now, however long ago a rule was changed", () => {
  using it = openBook();
  // Brazil gave up its summer time in 2019.
  const params = { type: "cron", expression: "30 0 * * *", timezone: "America/Sao_Paulo" };
  const createdAt = Date.UTC(2018, 0, 1);
  it.book.apply(ruleOf(1, { params, createdAt, version: createdAt * 1000 }));
  assertEquals(it.lines, ["started 1"]);
});

Deno.test("RuleBook has nothing to say of a last occurrence that is still to be made up for", async () => {
  using it = openBook();
  await it.clock.advance(10_400);
  const params = { type: "date_time", fire_at: new Date(START + 10_000).toISOString() };
  it.book.apply(ruleOf(1, { params, version: version(9.5) }));
  await it.clock.advance(0);
  assertEquals([it.lines, it.fires], [["started 1"], ["1 at 10 s"]]);
});
