import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { sleep } from "../../src/ground/clock.ts";
import type { Rule, RuleChange } from "../../src/domain/rule.ts";
import { ownsRule, type Shard } from "../../src/domain/shard.ts";
import type { SyncNews } from "../../src/sync/news.ts";
import { Reconciler } from "../../src/sync/reconciler.ts";
import { settle } from "../support/fake_clock.ts";
import { FakePlatform } from "../support/fake_platform.ts";
import { ruleId, ruleOf, START } from "../support/rules.ts";
import { type OpenBook, openBook, TRIGGERS } from "../support/sync.ts";

const MINUTE_MS = 60_000;

function setUp(shard?: Shard) {
  const it: OpenBook = openBook(shard, (ref) => reconciler.lookAgain(ref));
  const platform = new FakePlatform();
  const end = new AbortController();
  const reconciler: Reconciler = new Reconciler({
    source: platform,
    book: it.book,
    triggers: TRIGGERS,
    clock: it.clock,
    backoff: (attempt) => attempt * 1000,
    intervalMs: MINUTE_MS,
    signal: end.signal,
    tell: (news) => it.lines.push(...linesOf(news)),
    failed: () => {},
  });
  const running = reconciler.run();
  return {
    ...it,
    platform,
    reconciler,
    async [Symbol.asyncDispose]() {
      end.abort(new Error("The test is over"));
      await running;
      it.timers[Symbol.dispose]();
    },
  };
}

function linesOf(news: SyncNews): string[] {
  switch (news.kind) {
    case "snapshot_taken":
      return [`read ${news.rules}`];
    case "snapshot_failed":
      return [`failed: ${news.error}`];
    case "trigger_not_installed":
      return [];
    case "rule_unreadable":
      return [`unreadable ${news.id}`];
    case "rule_list_odd":
      return [`odd: ${news.oddity}, ${news.found} of ${news.told}`];
    case "change_unconfirmed":
      return [`believed ${news.change.ruleId}`];
    default:
      return news satisfies never;
  }
}

function changeOf(rule: Rule, parts: Partial<RuleChange> = {}): RuleChange {
  return {
    kind: "created",
    ruleId: rule.id,
    ruleRef: rule.ref,
    triggerRef: rule.triggerRef,
    params: rule.params,
    enabled: rule.enabled,
    sentAt: START,
    ...parts,
  };
}

Deno.test("Reconciler starts the rules it finds on all pages", async () => {
  await using it = setUp();
  it.platform.put(...[1, 2, 3, 4, 5].map((id) => ruleOf(id)));
  await settle();
  assertEquals(it.lines.at(-1), "read 5");
  assertEquals(it.timers.size, 5);
});

Deno.test("Reconciler finds each minute what no message told", async () => {
  await using it = setUp();
  it.platform.put(ruleOf(1), ruleOf(2));
  await settle();
  it.platform.rules.delete("test.rule1");
  it.platform.put(ruleOf(3, { version: (START + 5000) * 1000 }));
  await it.clock.advance(MINUTE_MS);
  assertEquals(it.lines, [
    "started 1",
    "started 2",
    "read 2",
    "started 3",
    "stopped 1: deleted",
    "gone 1",
    "read 2",
  ]);
});

Deno.test("A rule whose row cannot be read any more is refused and stops, once, until it can be", async () => {
  await using it = setUp();
  it.platform.put(ruleOf(1), ruleOf(2));
  await settle();
  const problem = {
    params: {},
    createdAt: 0,
    version: null,
    unreadable: "created: expected string",
  };
  it.platform.put(ruleOf(1, problem));
  await it.clock.advance(3 * MINUTE_MS);
  assertEquals(it.lines.slice(3).filter((line) => !line.startsWith("read")), [
    "stopped 1: refused",
    "refused 1: 1",
  ]);
  assertEquals(it.book.census.refusalOf(ruleId(1))?.problems, [
    "it cannot be read: created: expected string",
  ]);
  it.platform.put(ruleOf(1));
  await it.reconciler.changed(changeOf(ruleOf(1)));
  assertEquals(it.lines.at(-1), "started 1");
});

Deno.test("A row that cannot be read and is off is nobody's trouble", async () => {
  await using it = setUp();
  it.platform.put(ruleOf(1, { enabled: false, unreadable: "trigger_params: expected object" }));
  await settle();
  assertEquals(it.lines, ["read 1"]);
});

for (
  const [what, row] of Object.entries({
    "its id": { id: ruleId(1), ref: null },
    "its ref": { id: null, ref: "test.rule1" },
  })
) {
  Deno.test(`A known rule stops when of its row no more than ${what} can be read`, async () => {
    await using it = setUp();
    it.platform.put(ruleOf(1), ruleOf(2));
    await settle();
    it.platform.rules.delete("test.rule1");
    it.platform.unreadable.push({ ...row, reason: "too long" });
    await it.clock.advance(2 * MINUTE_MS);
    assertEquals(it.lines.slice(3), ["stopped 1: refused", "refused 1: 1", "read 2", "read 2"]);
    assertEquals(it.book.has(ruleId(1)), true);
  });
}

Deno.test("A rule that is named by a message and cannot be read stops", async () => {
  await using it = setUp();
  it.platform.put(ruleOf(1), ruleOf(2));
  await settle();
  it.platform.rules.delete("test.rule1");
  it.platform.unreadable.push({ id: null, ref: "test.rule1", reason: "its row is too long" });
  await it.reconciler.changed(changeOf(ruleOf(1)));
  assertEquals(it.lines.slice(-2), ["stopped 1: refused", "refused 1: 1"]);
});

Deno.test("A row of nobody knows whom is told, and a list that counts wrong", async () => {
  await using it = setUp();
  it.platform.put(ruleOf(1));
  it.platform.unreadable.push({ id: null, ref: null, reason: "id: missing" });
  await settle();
  assertEquals(it.lines, ["started 1", "unreadable null", "read 1"]);
});

Deno.test("Reconciler reads the rule that a message names, and believes the API", async () => {
  await using it = setUp();
  await settle();
  it.platform.put(ruleOf(1, { enabled: false }), ruleOf(2));
  await it.reconciler.changed(changeOf(ruleOf(1)));
  await it.reconciler.changed(changeOf(ruleOf(2), { kind: "disabled", enabled: false }));
  await it.reconciler.changed(changeOf(ruleOf(3)));
  assertEquals(it.lines, ["read 0", "started 2"]);
});

Deno.test("Reconciler stops a rule that is not there any more when a message names it", async () => {
  await using it = setUp();
  it.platform.put(ruleOf(1));
  await settle();
  it.platform.rules.clear();
  await it.reconciler.changed(changeOf(ruleOf(1)));
  assertEquals(it.lines.slice(-2), ["stopped 1: deleted", "gone 1"]);
});

Deno.test("Reconciler finds a rule by its id when a message has no ref", async () => {
  await using it = setUp();
  it.platform.put(ruleOf(1));
  await settle();
  it.platform.rules.clear();
  await it.reconciler.changed(changeOf(ruleOf(1), { kind: "deleted", ruleRef: null }));
  assertEquals(it.platform.reads.at(-1), "test.rule1");
  assertEquals(it.timers.size, 0);
});

Deno.test("Reconciler takes a snapshot when a message has no ref and its id is unknown", async () => {
  await using it = setUp();
  await settle();
  it.platform.put(ruleOf(1));
  await it.reconciler.changed(changeOf(ruleOf(1), { ruleRef: null }));
  assertEquals(it.lines, ["read 0", "started 1", "read 1"]);
});

Deno.test("A message is a hint by its id or by its ref alone", async () => {
  await using it = setUp();
  it.platform.put(ruleOf(1), ruleOf(2));
  await settle();
  it.platform.put(ruleOf(1, { enabled: false }), ruleOf(2, { enabled: false }), ruleOf(3));
  const nothing = { sentAt: null, params: null, triggerRef: null };
  await it.reconciler.changed(changeOf(ruleOf(1), { ...nothing, ruleRef: null }));
  await it.reconciler.changed(changeOf(ruleOf(2), { ...nothing, ruleId: null }));
  await it.reconciler.changed(changeOf(ruleOf(3), { ...nothing, ruleId: null }));
  assertEquals(it.lines.slice(3), ["stopped 1: disabled", "stopped 2: disabled", "started 3"]);
});

Deno.test("A message whose id and ref are of two rules is a hint about both", async () => {
  await using it = setUp();
  it.platform.put(ruleOf(1), ruleOf(2));
  await settle();
  it.platform.rules.clear();
  await it.reconciler.changed(changeOf(ruleOf(1), { ruleRef: "test.rule2" }));
  assertEquals(it.timers.size, 0);
});

Deno.test("A message by its ref alone is believed of a known rule while the API is down", async () => {
  await using it = setUp();
  it.platform.put(ruleOf(1));
  await settle();
  it.platform.down = true;
  const off = { ruleId: null, kind: "disabled", enabled: false, sentAt: START + 5000 } as const;
  await it.reconciler.changed(changeOf(ruleOf(1), off));
  assertEquals(it.timers.size, 0);
});

Deno.test("Messages that cannot be read are a snapshot, one for many", async () => {
  await using it = setUp();
  await settle();
  it.platform.put(ruleOf(1));
  for (let n = 0; n < 100; n++) it.reconciler.missed();
  await it.clock.advance(10_000);
  assertEquals(it.lines, ["read 0", "started 1", "read 1"]);
  it.reconciler.missed();
  await it.clock.advance(10_000);
  assertEquals(it.lines.length, 4);
});

Deno.test("Reconciler does not ask about messages of other triggers", async () => {
  await using it = setUp();
  await settle();
  const reads = it.platform.reads.length;
  await it.reconciler.changed(changeOf(ruleOf(1, { triggerRef: "core.webhook" })));
  assertEquals(it.platform.reads.length, reads);
});

Deno.test("Reconciler starts the rules of its shard alone, and asks about no message of another's", async () => {
  await using it = setUp({ index: 1, count: 2 });
  it.platform.put(...[1, 2, 3, 4].map((id) => ruleOf(id)));
  await settle();
  assertEquals(it.lines, ["started 2", "started 4", "read 4"]);
  const reads = it.platform.reads.length;
  for (const kind of ["created", "disabled", "deleted"] as const) {
    await it.reconciler.changed(changeOf(ruleOf(3), { kind }));
    await it.reconciler.changed(changeOf(ruleOf(5), { kind, ruleRef: null }));
  }
  assertEquals(it.platform.reads.length, reads);
  it.platform.put(ruleOf(6));
  await it.reconciler.changed(changeOf(ruleOf(6)));
  assertEquals(it.lines.at(-1), "started 6");
});

Deno.test("Reconciler stops a rule that a message tells to be made anew for another shard", async () => {
  await using it = setUp({ index: 1, count: 2 });
  it.platform.put(ruleOf(2, { ref: "test.same" }));
  await settle();
  const anew = ruleOf(5, { ref: "test.same" });
  it.platform.put(anew);
  await it.reconciler.changed(changeOf(ruleOf(1, { ref: "test.same" })));
  assertEquals(it.timers.size, 1);
  await it.reconciler.changed(changeOf(anew));
  assertEquals(it.lines, ["started 2", "read 1", "stopped 2: deleted", "gone 2"]);
});

Deno.test("Reconciler stops a rule that was made anew for another shard while the API is down", async () => {
  await using it = setUp({ index: 1, count: 2 });
  it.platform.put(ruleOf(2, { ref: "test.same" }));
  await settle();
  it.platform.down = true;
  const anew = ruleOf(5, { ref: "test.same" });
  await it.reconciler.changed(changeOf(anew, { sentAt: START + 1000 }));
  assertEquals(it.timers.size, 0);
});

Deno.test("Reconciler finds each minute that a rule was made anew for another shard", async () => {
  await using it = setUp({ index: 1, count: 2 });
  it.platform.put(ruleOf(2, { ref: "test.same" }));
  await settle();
  it.platform.put(ruleOf(5, { ref: "test.same" }));
  await it.clock.advance(MINUTE_MS);
  assertEquals(it.lines, ["started 2", "read 1", "stopped 2: deleted", "gone 2", "read 1"]);
});

/** Rules made and told of one by one, `everyMs` apart; resolves when all are timers. */
async function tellOf(count: number, everyMs: number, it: ReturnType<typeof setUp>): Promise<void> {
  const told: Promise<void>[] = [];
  for (let id = 1; id <= count; id++) {
    it.platform.put(ruleOf(id));
    told.push(it.reconciler.changed(changeOf(ruleOf(id))));
    if (everyMs > 0) await it.clock.advance(everyMs);
  }
  await it.clock.advance(100);
  await Promise.all(told);
  assertEquals(it.timers.size, count);
}

const isSingle = (read: string) => read.startsWith("test.");

Deno.test("Reconciler makes one snapshot of a burst about many rules, when it is over", async () => {
  await using it = setUp();
  await settle();
  const before = it.lines.length;
  await tellOf(500, 0, it);
  const singleReads = it.platform.reads.filter(isSingle).length;
  assertEquals(singleReads, 8);
  assertEquals(it.lines.slice(before).filter((line) => line.startsWith("read ")), ["read 500"]);
});

Deno.test("Reconciler does not wait for the end of a burst that has none", async () => {
  await using it = setUp();
  await settle();
  const before = it.lines.length;
  it.platform.beforeRead = (read) => isSingle(read) ? sleep(it.clock, 50) : undefined;
  await tellOf(3500, 1, it);
  const snapshots = it.lines.slice(before).filter((line) => line.startsWith("read "));
  assert(snapshots.length >= 3 && snapshots.length <= 8, snapshots.join(", "));
});

Deno.test("Reconciler believes a burst that it cannot read, and reads one by one again afterwards", async () => {
  await using it = setUp();
  await settle();
  it.platform.down = true;
  const rules = Array.from({ length: 100 }, (_, n) => ruleOf(n + 1));
  const told = Promise.all(rules.map((rule) => it.reconciler.changed(changeOf(rule))));
  await it.clock.advance(2000);
  await told;
  assertEquals(it.lines.filter((line) => line.startsWith("believed ")).length, 100);
  it.platform.down = false;
  it.platform.put(...rules, ruleOf(101));
  const last = it.reconciler.changed(changeOf(ruleOf(101)));
  await settle();
  await last;
  assertEquals(it.platform.reads.filter(isSingle).at(-1), "test.rule101");
});

Deno.test("Reconciler takes a message at its word while the API is down, and confirms it later", async () => {
  await using it = setUp();
  await settle();
  it.platform.down = true;
  const truth = ruleOf(1, { params: { type: "interval", interval: 7 } });
  await it.reconciler.changed(changeOf(ruleOf(1)));
  await settle();
  const failed = "failed: Error: The API is down";
  assertEquals(it.lines, ["read 0", "started 1", "believed 1", failed]);
  it.platform.down = false;
  it.platform.put(truth);
  await it.clock.advance(1000);
  assertEquals(it.lines.slice(4), ["changed 1", "read 1"]);
});

Deno.test("Reconciler stops what messages disable or delete while the API is down", async () => {
  await using it = setUp();
  it.platform.put(ruleOf(1), ruleOf(2));
  await settle();
  it.platform.down = true;
  const later = { enabled: false, sentAt: START + 1000 };
  await it.reconciler.changed(changeOf(ruleOf(1), { ...later, kind: "disabled" }));
  await it.reconciler.changed(changeOf(ruleOf(2), { ...later, kind: "deleted" }));
  assertEquals(it.timers.size, 0);
});

Deno.test("Reconciler does not believe an old message against a newer row or snapshot", async () => {
  await using it = setUp();
  it.platform.put(ruleOf(1));
  await settle();
  it.platform.down = true;
  await it.reconciler.changed(changeOf(ruleOf(1), { kind: "deleted", sentAt: START - 1 }));
  await it.reconciler.changed(changeOf(ruleOf(2), { sentAt: START - 1 }));
  await it.reconciler.changed(changeOf(ruleOf(3), { sentAt: null }));
  assertEquals(it.lines.filter((line) => /started|stopped/.test(line)), ["started 1"]);
});

Deno.test("Reconciler tries a failed snapshot again with growing pauses, and goes on firing", async () => {
  await using it = setUp();
  it.platform.put(ruleOf(1));
  await settle();
  it.platform.down = true;
  await it.clock.advance(MINUTE_MS + 1000 + 2000 + 2999);
  assertEquals(it.lines.filter((line) => line.startsWith("failed")).length, 3);
  assertEquals(it.fires.length, 6);
  it.platform.down = false;
  await it.clock.advance(1);
  assertEquals(it.lines.at(-1), "read 1");
});

Deno.test("Reconciler keeps a rule that a shifted page hid", async () => {
  await using it = setUp();
  it.platform.put(...[1, 2, 3, 4].map((id) => ruleOf(id)));
  await settle();
  // The deletion of the first rule moves the third one from the second page to the first.
  it.platform.beforeRead = (read) => {
    if (read === "core.timer 2") it.platform.rules.delete("test.rule1");
  };
  await it.clock.advance(MINUTE_MS);
  assertEquals(it.timers.size, 3);
  assertEquals(it.lines.filter((line) => line.startsWith("stopped")), ["stopped 1: deleted"]);
});

Deno.test("Reconciler doubts a rule until it is read again", async () => {
  await using it = setUp();
  it.platform.put(ruleOf(1));
  await settle();
  it.book.doubt(ruleId(1));
  it.reconciler.recheck("test.rule1");
  await settle();
  assertEquals(it.timers.size, 1);
});

Deno.test("Reconciler outlives an API that fails while a rule is read again, and the snapshot instead", async () => {
  await using it = setUp();
  it.platform.put(ruleOf(1), ruleOf(2));
  await settle();
  it.platform.rules.delete("test.rule1");
  it.platform.down = true;
  it.reconciler.recheck("test.rule1");
  await it.clock.advance(8000);
  assertEquals(it.lines.filter((line) => line.startsWith("failed")).length > 1, true);
  it.platform.down = false;
  await it.clock.advance(MINUTE_MS);
  assertEquals(it.timers.size, 1);
});

Deno.test("Reconciler lets a database that was set back win within two seconds, and no lagging replica", async () => {
  await using it = setUp();
  const version = (at: number) => START * 1000 + at;
  const on = (id: number, at: number) => ruleOf(id, { version: version(at) });
  it.platform.put(on(1, 9), { ...on(2, 9), enabled: false });
  await it.reconciler.requestSnapshot();
  it.platform.put({ ...on(1, 4), enabled: false }, on(2, 4));
  await it.reconciler.requestSnapshot();
  await it.clock.advance(500);
  // The replica has caught up with the second rule.
  it.platform.put({ ...on(2, 9), enabled: false });
  assertEquals([it.timers.get(ruleId(1)) !== undefined, it.timers.size], [true, 1]);
  await it.clock.advance(600);
  assertEquals(it.timers.size, 0);
});

Deno.test("Reconciler believes a message after another, not before it, and keeps a rule's anchor", async () => {
  await using it = setUp();
  const rule = ruleOf(1, { createdAt: START + 1, enabled: false, version: START * 1000 + 1 });
  it.platform.put(rule);
  await it.reconciler.requestSnapshot();
  it.platform.down = true;
  const told = (at: number, enabled: boolean) =>
    it.reconciler.changed(changeOf(rule, {
      kind: enabled ? "enabled" : "disabled",
      enabled,
      sentAt: START + at,
    }));
  await it.clock.advance(18_700);
  await told(18_700, true);
  await told(18_600, false);
  assertEquals(it.timers.get(ruleId(1))?.timer.next(START + 18_700), START + 20_001);
});

Deno.test("Reconciler agrees with the platform after any interleaving of pages, messages and changes", async () => {
  const act = fc.record({
    what: fc.constantFrom("create" as const, "toggle" as const, "delete" as const),
    id: fc.integer({ min: 1, max: 8 }),
    tells: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(act, { maxLength: 40 }),
      fc.array(fc.nat(3), { minLength: 200, maxLength: 200 }),
      fc.constantFrom({ index: 1, count: 1 }, { index: 1, count: 3 }, { index: 2, count: 3 }),
      async (acts, pauses, shard) => {
        await using it = setUp(shard);
        const pause = pauses.values();
        const dawdle = async () => {
          for (let n = pause.next().value ?? 0; n > 0; n--) await settle();
        };
        it.platform.beforeRead = dawdle;
        it.platform.beforeAnswer = dawdle;
        const told: Promise<void>[] = [];
        let epoch = 1;
        let generation = 0;
        for (const { what, id, tells } of acts) {
          const ref = `test.rule${id}`;
          const rule = it.platform.rules.get(ref);
          const version = START * 1000 + epoch++;
          if (what === "delete") it.platform.rules.delete(ref);
          else if (rule === undefined) {
            it.platform.put(ruleOf(id + 8 * generation++, { ref, version }));
          } else if (what === "toggle") {
            it.platform.put({ ...rule, enabled: !rule.enabled, version });
          }
          const subject = it.platform.rules.get(ref) ?? rule;
          if (tells && subject) told.push(it.reconciler.changed(changeOf(subject)));
          if (!tells) told.push(it.reconciler.requestSnapshot());
          await dawdle();
        }
        await Promise.all(told);
        await it.reconciler.requestSnapshot();
        const expected = [...it.platform.rules.values()]
          .filter((rule) => rule.enabled && ownsRule(shard, rule.id));
        assertEquals(it.timers.size, expected.length);
        for (const rule of expected) assert(it.timers.get(rule.id), `rule ${rule.id} has no timer`);
      },
    ),
    { numRuns: 200 },
  );
});
