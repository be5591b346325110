import { assert, assertEquals } from "@std/assert";
import * as z from "zod";
import { History } from "../../src/admin/history.ts";
import { eventOf } from "../../src/delivery/fire_event.ts";
import type { Fire } from "../../src/timers/fire.ts";
import type { Rule } from "../../src/domain/rule.ts";
import { ruleId, ruleOf, START } from "../support/rules.ts";
import { type OpenBook, openBook } from "../support/sync.ts";
import { viewsOf } from "../../src/admin/rule_view.ts";
import { handlerOf } from "./support.ts";
import type { News } from "../../src/observe/news.ts";
import * as news from "../support/news.ts";

const Page = z.object({
  total: z.int(),
  offset: z.int(),
  limit: z.int(),
  timers: z.array(z.looseObject({ rule_id: z.int(), state: z.string() })),
});

interface Rig extends Disposable {
  readonly opened: OpenBook;
  readonly history: History;
  /** The status and the body of an answer. */
  ask(path: string): Promise<{ status: number; body: unknown }>;
  /** The ids on a page. */
  ids(query: string): Promise<number[]>;
}

function rig(rules: readonly Rule[] = []): Rig {
  const opened = openBook();
  const history = new History(opened.clock, (id) => opened.book.has(id));
  for (const rule of rules) opened.book.apply(rule);
  const answer = handlerOf(opened.clock, { views: viewsOf(opened, history), history });
  const ask = async (path: string) => {
    const response = await answer(new Request(`http://localhost${path}`));
    const body: unknown = await response.json();
    return { status: response.status, body };
  };
  const ids = async (query: string) =>
    Page.parse((await ask(`/timers?${query}`)).body).timers.map((it) => it.rule_id);
  return { opened, history, ask, ids, [Symbol.dispose]: () => opened[Symbol.dispose]() };
}

function every(seconds: number): Partial<Rule> {
  return { params: { type: "interval", interval: seconds, unit: "seconds" } };
}

/** One of each state, whose refs are in no order. */
const MIXED: readonly Rule[] = [
  ruleOf(5, { ...every(30), ref: "pack.alpha" }),
  ruleOf(2, { params: { type: "cron", expression: "* * * * *" }, ref: "pack.Gamma" }),
  ruleOf(9, { params: { type: "interval", interval: 0 }, ref: "other.beta" }),
  ruleOf(7, { enabled: false, ref: "other.delta" }),
  ruleOf(1, {
    params: { type: "date_time", fire_at: "2025-01-01T00:00:05Z" },
    ref: "pack.omega",
  }),
];

function fireOf(id: number, scheduledAt: number, lateMs: number, opened: OpenBook): Fire {
  const entry = opened.timers.get(ruleId(id));
  if (entry === undefined) throw new Error(`No timer ${id}`);
  return {
    ...entry,
    scheduledAt,
    dueAt: scheduledAt,
    coversFrom: scheduledAt,
    firedAt: scheduledAt + lateMs,
    nextAt: null,
    executionCount: 1,
    missedCount: 0,
  };
}

Deno.test("/timers tells each rule with its schedule in words, what comes and what was", async () => {
  using it = rig([ruleOf(1)]);
  const { opened } = it;
  const hear = (told: News) => it.history.listen(told);
  await opened.clock.advance(10_000);
  const fire = fireOf(1, START + 10_000, 4, opened);
  hear(news.fired(fire));
  hear(news.stored(
    eventOf(fire, "core.timer"),
    { kind: "stored", eventId: 41, ruleGone: false },
    null,
  ));
  assertEquals(await it.ask("/timers"), {
    status: 200,
    body: {
      total: 1,
      offset: 0,
      limit: 100,
      timers: [{
        rule_id: 1,
        rule_ref: "test.rule1",
        trigger_ref: "core.timer",
        kind: "interval",
        state: "active",
        schedule: "Every 10 seconds, counted from 2025-01-01T00:00:00Z",
        next_at: "2025-01-01T00:00:20.000Z",
        last_at: "2025-01-01T00:00:10.000Z",
        fires: 1,
        delivered: 1,
        failed: 0,
        lateness_ms: 4,
        last_error: null,
      }],
    },
  });
});

Deno.test("/timers tells a refused rule with its problems, and one that is off as such", async () => {
  using it = rig(MIXED);
  const { body } = await it.ask("/timers?search=other.");
  const [off, refused] = Page.parse(body).timers;
  assertEquals([off?.rule_id, off?.state, off?.["schedule"]], [7, "off", null]);
  assertEquals([refused?.rule_id, refused?.state, refused?.["kind"]], [9, "refused", "interval"]);
  const problems = z.array(z.string()).parse(refused?.["problems"]);
  assertEquals(problems.length, 1);
  assert(problems[0]?.includes("interval"), problems[0]);
});

Deno.test("/timers tells the warnings of a rule, and finds the rules that have some", async () => {
  using it = rig([
    ruleOf(1),
    ruleOf(2, { params: { type: "interval", interval: 5, colour: "x" } }),
  ]);
  assertEquals(await it.ids("warned=true"), [2]);
  assertEquals(await it.ids("warned=false"), [1]);
  const { timers: [sound, odd] } = Page.parse((await it.ask("/timers")).body);
  assertEquals(sound?.["warnings"], undefined);
  assertEquals(odd?.["warnings"], ['Ignored unknown members ["colour"]']);
});

Deno.test("/timers/<rule id> tells what clocks will do to a rule, too", async () => {
  const params = {
    expression: "30 2 * * *",
    timezone: "Europe/Berlin",
    colour: "x",
    end_at: "2025-04-01T00:00:00Z",
  };
  using it = rig([ruleOf(1, { params })]);
  const { warnings } = Object((await it.ask("/timers/1")).body);
  assertEquals(warnings, [
    'Ignored unknown members ["colour"]',
    "2025-03-30T02:30:00 does not exist in Europe/Berlin, where clocks go forward: runs at " +
    "2025-03-30T03:00:00 instead",
  ]);
});

const FILTERS: readonly (readonly [string, readonly number[]])[] = [
  ["", [1, 2, 5, 7, 9]],
  ["state=active", [1, 2, 5]],
  ["state=refused", [9]],
  ["state=off", [7]],
  ["state=ended", []],
  ["kind=interval", [5, 9]],
  ["kind=cron", [2]],
  ["trigger=core.timer", [1, 2, 5, 9]],
  ["trigger=core.crontimer", []],
  ["search=GAMMA", [2]],
  ["search=pack.&kind=interval", [5]],
  ["after=2", [5, 7, 9]],
  ["sort=ref", [7, 9, 2, 5, 1].toSorted((a, b) => refOf(a) < refOf(b) ? -1 : 1)],
  ["sort=next", [1, 5, 2, 7, 9]],
  ["sort=next&order=desc", [2, 5, 1, 7, 9]],
  ["order=desc&limit=2", [9, 7]],
  ["limit=2&offset=2", [5, 7]],
  ["limit=2&offset=4", [9]],
  ["offset=5", []],
];
for (const [query, expected] of FILTERS) {
  Deno.test(`/timers?${query} tells rules ${expected.join(", ") || "none"}`, async () => {
    using it = rig(MIXED);
    assertEquals(await it.ids(query), [...expected]);
  });
}

function refOf(id: number): string {
  return MIXED.find((rule) => rule.id === id)?.ref ?? "";
}

Deno.test("/timers tells a one-shot that fired as ended, and a rule in doubt as such", async () => {
  using it = rig(MIXED);
  await it.opened.clock.advance(6000);
  it.opened.book.doubt(ruleId(5));
  assertEquals(await it.ids("state=ended"), [1]);
  assertEquals(await it.ids("state=in_doubt"), [5]);
});

Deno.test("/timers sorts by lateness and by failures, rules without any last", async () => {
  using it = rig([1, 2, 3].map((id) => ruleOf(id)));
  const { opened } = it;
  const hear = (told: News) => it.history.listen(told);
  hear(news.fired(fireOf(1, START, 5, opened)));
  hear(news.fired(fireOf(2, START, 50, opened)));
  const event = eventOf(fireOf(1, START, 5, opened), "core.timer");
  hear(news.refused(event, { reason: "403", status: 403 }));
  assertEquals(await it.ids("sort=lateness&order=desc"), [2, 1, 3]);
  assertEquals(await it.ids("sort=lateness"), [1, 2, 3]);
  assertEquals(await it.ids("sort=failed&order=desc"), [1, 2, 3]);
});

const REFUSED: readonly (readonly [string, string])[] = [
  ["limit=0", "Invalid limit: expected a whole number from 1 to 500"],
  ["limit=501", "Invalid limit: expected a whole number from 1 to 500"],
  ["limit=ten", "Invalid limit: expected a whole number from 1 to 500"],
  [
    "offset=4901",
    "Invalid offset: expected a whole number from 0, with limit up to 5000: to go further, sort " +
    "by id and set after to the last rule_id",
  ],
  ["after=-1", "Invalid after: expected a rule id"],
  ["state=on", "Invalid state: expected one of active, ended, refused, off, in_doubt"],
  ["warned=yes", "Invalid warned: expected one of true, false"],
  ["sort=name", "Invalid sort: expected one of id, ref, next, last, fires, lateness, failed"],
  ["order=up", "Invalid order: expected one of asc, desc"],
  ["serch=x", 'Unknown parameter "serch": did you mean search?'],
];
for (const [query, problem] of REFUSED) {
  Deno.test(`/timers?${query} is refused with what is allowed`, async () => {
    using it = rig();
    assertEquals(await it.ask(`/timers?${query}`), {
      status: 400,
      body: { error: problem, problems: [problem] },
    });
  });
}

Deno.test("However much is wrong with a query, its first ten problems are told", async () => {
  using it = rig();
  const query = Array.from({ length: 5000 }, (_, n) => `p${n}=1`).join("&");
  const { status, body } = await it.ask(`/timers?limit=0&${query}`);
  const { problems } = z.object({ problems: z.array(z.string()) }).parse(body);
  assertEquals([status, problems.length], [400, 10]);
  assertEquals(problems[0], "Invalid limit: expected a whole number from 1 to 500");
});

Deno.test("/timers?after= pages through any number of rules", async () => {
  using it = rig(Array.from({ length: 25 }, (_, n) => ruleOf(n + 1)).toReversed());
  const seen: number[] = [];
  for (let page = await it.ids("limit=10"); page.length > 0;) {
    seen.push(...page);
    page = await it.ids(`limit=10&after=${page.at(-1)}`);
  }
  assertEquals(seen, Array.from({ length: 25 }, (_, n) => n + 1));
});

Deno.test("/timers/<rule id> tells the next ten occurrences and the last twenty results, newest first", async () => {
  using it = rig([ruleOf(1), ruleOf(2)]);
  const { opened } = it;
  const hear = (told: News) => it.history.listen(told);
  for (let n = 1; n <= 30; n++) {
    const fire = fireOf(1, START + n * 10_000, 2, opened);
    const event = eventOf(fire, "core.timer");
    hear(news.fired(fire));
    if (n === 29) hear(news.refused(event, { reason: "no such thing", status: 404 }));
    else hear(news.stored(event, { kind: "stored", eventId: n, ruleGone: false }, null));
  }
  const { body } = await it.ask("/timers/1");
  const Details = z.looseObject({
    next: z.array(z.string()),
    results: z.array(z.looseObject({ event_id: z.int().nullable() })),
    delivered: z.int(),
    failed: z.int(),
    last_error: z.object({ reason: z.string() }),
  });
  const { next, results, delivered, failed, last_error } = Details.parse(body);
  assertEquals([next.length, next[0], next[9]], [
    10,
    "2025-01-01T00:00:10.000Z",
    "2025-01-01T00:01:40.000Z",
  ]);
  assertEquals(results.length, 20);
  assertEquals(results.map((result) => result.event_id).slice(0, 3), [30, null, 28]);
  assertEquals(results[1], {
    occurrence_id: "rule_1@2025-01-01T00:04:50.000Z",
    scheduled_at: "2025-01-01T00:04:50.000Z",
    at: "2025-01-01T00:00:00.000Z",
    result: "refused",
    event_id: null,
    reason: "no such thing",
  });
  assertEquals([delivered, failed, last_error.reason], [29, 1, "no such thing"]);
});

Deno.test("/timers/<rule id> tells a refused rule without occurrences, and knows no other", async () => {
  using it = rig(MIXED);
  const refused = z.looseObject({ state: z.string(), next: z.array(z.string()) })
    .parse((await it.ask("/timers/9")).body);
  assertEquals([refused.state, refused.next], ["refused", []]);
  assertEquals(await it.ask("/timers/12"), {
    status: 404,
    body: { error: "There is no rule 12 here" },
  });
  for (const id of ["0", "x", "1e3", "-1", "99999999999999999"]) {
    assertEquals((await it.ask(`/timers/${id}`)).status, 400, id);
  }
});

Deno.test("What is known of a rule's deliveries goes with the rule", () => {
  using it = rig([ruleOf(1)]);
  const fire = fireOf(1, START, 5, it.opened);
  it.history.listen(news.fired(fire));
  assertEquals(it.history.of(ruleId(1))?.latenessMs, 5);
  it.opened.book.delete(ruleId(1));
  it.history.listen(news.gone(ruleId(1)));
  assertEquals(it.history.of(ruleId(1)), undefined);
  // Its event was on its way.
  const late = eventOf(fire, "core.timer");
  it.history.listen(news.refused(late, { reason: "gone", status: 404 }));
  assertEquals(it.history.of(ruleId(1)), undefined);
});

Deno.test("A long list is made in slices, and only four at a time", async () => {
  using it = rig(Array.from({ length: 50 }, (_, n) => ruleOf(n + 1)));
  const { clock, book, timers } = it.opened;
  let looks = 0;
  const slow = {
    ...viewsOf(it.opened, it.history),
    *rules() {
      for (const rule of book.rules()) {
        looks++;
        clock.stall(1);
        yield rule;
      }
    },
  };
  timers.pause();
  const answer = handlerOf(clock, { views: slow });
  const ask = () => answer(new Request("http://localhost/timers?limit=5"));
  const lists = [ask(), ask(), ask(), ask()];
  assert(looks < 40, `${looks} rules without a break`);
  const tooMany = await ask();
  assertEquals([tooMany.status, tooMany.headers.get("retry-after")], [503, "1"]);
  await tooMany.body?.cancel();
  await clock.advance(1000);
  for (const list of await Promise.all(lists)) {
    assertEquals(Page.parse(await list.json()).total, 50);
  }
  const [again] = await Promise.all([ask(), clock.advance(1000)]);
  assertEquals([again.status, Page.parse(await again.json()).timers.length], [200, 5]);
});
