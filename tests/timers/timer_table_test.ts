import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { Fire } from "../../src/timers/fire.ts";
import type { TriggerParams } from "../../src/domain/rule.ts";
import { TimerTable } from "../../src/timers/timer_table.ts";
import type { TimerEntry } from "../../src/timers/timer_records.ts";
import { ruleId, START, timerOf } from "../support/rules.ts";

const HOUR_MS = 3_600_000;

function tableWith(...intervals: readonly number[]): TimerTable {
  const table = new TimerTable({ catchUpWindowMs: HOUR_MS, watchedSince: -Infinity });
  intervals.forEach((seconds, index) => table.set(entryOf(index + 1, every(seconds)), START));
  return table;
}

function every(seconds: number): TriggerParams {
  return { type: "interval", interval: seconds };
}

function entryOf(id: number, params: TriggerParams): TimerEntry {
  return {
    ruleId: ruleId(id),
    ruleRef: `test.rule${id}`,
    timer: timerOf(params),
  };
}

function take(
  table: TimerTable,
  now: number,
  limit = 1e6,
): { fires: Fire[]; dropped: (number | string)[] } {
  const fires: Fire[] = [];
  const dropped: (number | string)[] = [];
  table.takeDue(now, limit, {
    fire: (fire) => void fires.push(fire),
    dropped: (_, { count, orMore }) => void dropped.push(orMore ? `${count}+` : count),
  });
  return { fires, dropped };
}

const at = (seconds: number) => START + seconds * 1000;

Deno.test("TimerTable hands out occurrences of all rules in the order of their instants", () => {
  const table = tableWith(2, 3);
  const { fires } = take(table, at(6));
  assertEquals(
    fires.map((fire) => [fire.ruleId, (fire.scheduledAt - START) / 1000]).toSorted(),
    [[1, 2], [1, 4], [1, 6], [2, 3], [2, 6]],
  );
  assertEquals(fires.map((fire) => fire.scheduledAt), fires.map((f) => f.scheduledAt).toSorted());
  assertEquals(table.nextAt, at(8));
});

Deno.test("TimerTable hands out nothing before its instant", () => {
  const table = tableWith(2);
  assertEquals(take(table, at(2) - 1).fires, []);
  assertEquals(take(table, at(2)).fires.length, 1);
});

Deno.test("TimerTable stops at the limit and goes on where it stopped", () => {
  const table = tableWith(1);
  assertEquals(table.takeDue(at(5), 3, { fire: () => {}, dropped: () => {} }), 3);
  assertEquals(table.nextAt, at(4));
  assertEquals(take(table, at(5)).fires.map((fire) => fire.executionCount), [4, 5]);
});

Deno.test("TimerTable says when the rule fires next and how late it is", () => {
  const [fire] = take(tableWith(2), at(2) + 40).fires;
  assert(fire);
  assertEquals([fire.nextAt, fire.firedAt - fire.scheduledAt, fire.missedCount], [at(4), 40, 0]);
});

Deno.test("TimerTable makes one event of what was missed and fires what is on time", () => {
  const { fires, dropped } = take(tableWith(5), at(60));
  assertEquals(
    fires.map((fire) => [(fire.scheduledAt - START) / 1000, fire.missedCount]),
    [[45, 8], [50, 0], [55, 0], [60, 0]],
  );
  assertEquals(dropped, []);
});

Deno.test("TimerTable counts what is older than the catch-up window, once a rule", () => {
  const { fires, dropped } = take(tableWith(600), at(2 * 3600 + 300));
  assertEquals(
    fires.map((fire) => [(fire.scheduledAt - START) / 60_000, fire.missedCount]),
    [[120, 5]],
  );
  assertEquals(dropped, [6]);
});

Deno.test("TimerTable does not step through all that is older than the catch-up window", () => {
  const table = tableWith(1);
  const monthAt = START + 30 * 24 * HOUR_MS;
  const steps = table.takeDue(monthAt, 1e6, { fire: () => {}, dropped: () => {} });
  assert(steps < 4000, `${steps} steps`);
  const { fires, dropped } = take(tableWith(1), monthAt);
  assertEquals([fires[0]?.missedCount, fires.length, dropped], [3589, 12, ["100+"]]);
});

/** Where what was made up for begins and ends, and what was dropped, in seconds. */
function madeUp(params: TriggerParams, now: number) {
  const table = new TimerTable({ catchUpWindowMs: HOUR_MS, watchedSince: -Infinity });
  table.set(entryOf(1, params), START);
  const seconds: number[] = [];
  const dropped: unknown[] = [];
  table.takeDue(now, 1e6, {
    fire: ({ scheduledAt }) => void seconds.push((scheduledAt - START) / 1000),
    dropped: (_, { count, orMore, from, to }) =>
      void dropped.push([count, orMore, (from - START) / 1000, (to - START) / 1000]),
  });
  return { fired: [seconds.length, seconds[0], seconds.at(-1)], dropped };
}

Deno.test("TimerTable makes up for the newest hundred where each is wanted, and tells what it dropped", () => {
  const all = { ...every(5), on_missed: "all" };
  // 718 were missed, the last two are on time.
  assertEquals(madeUp(all, at(3600) + 1), {
    fired: [102, 3095, 3600],
    dropped: [[618, false, 5, 3090]],
  });
  assertEquals(madeUp(all, at(500)), { fired: [100, 5, 500], dropped: [] });
  assertEquals(madeUp(all, at(515)), { fired: [103, 5, 515], dropped: [] });
  assertEquals(madeUp(all, at(520)), { fired: [103, 10, 520], dropped: [[1, false, 5, 5]] });
  // What is older than the window goes first, and is passed over.
  const dayAt = 24 * 3600;
  assertEquals(madeUp(all, at(dayAt)), {
    fired: [103, dayAt - 510, dayAt],
    dropped: [[718, true, 5, dayAt - 515]],
  });
  const few = { ...every(600), on_missed: "all" };
  assertEquals(madeUp(few, at(dayAt)), {
    fired: [7, dayAt - 3600, dayAt],
    dropped: [[100, true, 600, dayAt - 3600.001]],
  });
});

Deno.test("TimerTable makes up for the newest hundred of a schedule that comes in bursts", () => {
  const params = { expression: "*/2 0-4 0,12 * * *", on_missed: "all" };
  const { fired, dropped } = madeUp(params, at(13 * 3600));
  // 149 of the first burst are too old, and 50 of the second one too many.
  assertEquals([fired, dropped], [[100, 43_300, 43_498], [[150, true, 2, 43_298]]]);
});

Deno.test("TimerTable begins with what falls due after what was seen to", () => {
  const table = tableWith(10, 20);
  Array.from(table.startFrom(at(40)));
  table.set(entryOf(3, every(30)), START);
  const { fires } = take(table, at(60));
  assertEquals(
    fires.map((fire) => [fire.ruleId, (fire.scheduledAt - START) / 1000]),
    [[1, 50], [2, 60], [3, 60], [1, 60]],
  );
});

Deno.test("TimerTable begins with an occurrence that was put off beyond what was seen to", () => {
  const params = { ...every(60), jitter_seconds: 30 };
  const whole = new TimerTable({ catchUpWindowMs: HOUR_MS, watchedSince: -Infinity });
  whole.set(entryOf(1, params), START);
  const dueAt = whole.nextAt;
  for (const [since, expected] of [[dueAt - 1, at(60)], [dueAt, at(120)]] as const) {
    const table = new TimerTable({ catchUpWindowMs: HOUR_MS, watchedSince: -Infinity });
    Array.from(table.startFrom(since));
    assertEquals(table.set(entryOf(1, params), START), expected);
  }
});

Deno.test("TimerTable hands out anew what it had handed out, when told to begin before it", () => {
  const table = tableWith(10);
  take(table, at(30));
  table.set(entryOf(2, every(10)), START);
  table.stop(ruleId(2));
  Array.from(table.startFrom(at(15)));
  table.set(entryOf(2, every(10)), START);
  const { fires } = take(table, at(30));
  assertEquals(
    fires.map((fire) => [fire.ruleId, (fire.scheduledAt - START) / 1000, fire.executionCount])
      .toSorted(),
    [[1, 20, 4], [1, 30, 5], [2, 20, 1], [2, 30, 2]],
  );
});

Deno.test("TimerTable begins no rule before its own change", () => {
  const table = new TimerTable({ catchUpWindowMs: HOUR_MS, watchedSince: -Infinity });
  Array.from(table.startFrom(at(10)));
  assertEquals(table.set(entryOf(1, every(10)), at(35)), at(40));
});

Deno.test("TimerTable never hands an occurrence out twice, however a rule is changed meanwhile", () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.record({
          waitMs: fc.integer({ min: 0, max: 5000 }),
          backMs: fc.integer({ min: 0, max: 9000 }),
          act: fc.constantFrom("set" as const, "stop" as const, "stop and set" as const),
          seconds: fc.constantFrom(1, 2, 3),
        }),
        { maxLength: 30 },
      ),
      (acts) => {
        const table = tableWith(1);
        const seen = new Set<number>();
        let now = START;
        for (const { waitMs, backMs, act, seconds } of acts) {
          now += waitMs;
          for (const { scheduledAt } of take(table, now).fires) {
            assert(!seen.has(scheduledAt), `${scheduledAt} was handed out twice`);
            assert(scheduledAt <= now);
            seen.add(scheduledAt);
          }
          if (act !== "set") table.stop(ruleId(1));
          if (act !== "stop") table.set(entryOf(1, every(seconds)), now - backMs);
        }
      },
    ),
    { numRuns: 1000 },
  );
});

const onceAt = (seconds: number): TriggerParams => ({
  type: "date_time",
  fire_at: new Date(at(seconds)).toISOString(),
});

Deno.test("A change that is heard late makes up for what the new schedule named meanwhile", () => {
  const table = tableWith(10);
  assertEquals(take(table, at(21)).fires.length, 2);
  table.set(entryOf(1, onceAt(15)), at(11));
  assertEquals(take(table, at(21)).fires.map((fire) => fire.scheduledAt), [at(15)]);
});

Deno.test("What the old schedule fired after the change does not fire again by the new one", () => {
  const table = tableWith(10);
  take(table, at(31));
  table.set(entryOf(1, every(5)), at(11));
  const { fires } = take(table, at(36));
  assertEquals(fires.map((it) => [it.scheduledAt, it.missedCount]), [[at(25), 1], [at(35), 0]]);
});

Deno.test("A one-shot written after the last process ended is nobody's but this one's", () => {
  const table = new TimerTable({ catchUpWindowMs: HOUR_MS, watchedSince: -Infinity });
  Array.from(table.startFrom(at(10.9)));
  table.set(entryOf(1, onceAt(8)), at(12.5));
  table.set(entryOf(2, onceAt(8)), at(7));
  assertEquals(take(table, at(30)).fires.map((fire) => fire.ruleId), [ruleId(1)]);
});

Deno.test("A catch-up window shorter than 10 s drops nothing that is on time", () => {
  for (const windowSeconds of [0, 1, 9]) {
    for (const downSeconds of [60, 200]) {
      const table = new TimerTable({
        catchUpWindowMs: windowSeconds * 1000,
        watchedSince: -Infinity,
      });
      table.set(entryOf(1, every(1)), START);
      const fired = take(table, at(downSeconds)).fires.map((fire) => fire.scheduledAt);
      const last = Array.from({ length: 11 }, (_, index) => at(downSeconds - 10 + index));
      assertEquals(fired, last, `window ${windowSeconds} s, down ${downSeconds} s`);
    }
  }
});

Deno.test("An occurrence as old as the catch-up window is made up for, and an older one is not", () => {
  for (const downSeconds of [3600 + 60, 3600 + 3600]) {
    const table = tableWith(60);
    const { fires } = take(table, at(downSeconds));
    assertEquals([fires[0]?.scheduledAt, fires[0]?.missedCount], [at(downSeconds - 60), 59]);
    assertEquals(fires[0]?.coversFrom, at(downSeconds - 3600));
  }
});

Deno.test("What was missed is not handed out before an event stands for it", () => {
  const table = tableWith(1);
  table.takeDue(at(60), 20, { fire: () => {}, dropped: () => {} });
  assertEquals([table.nextAt, table.handedOutTo(at(60))], [at(21), at(1) - 1]);
  const [first] = take(table, at(60)).fires;
  assertEquals([first?.coversFrom, first?.missedCount], [at(1), 48]);
  assertEquals(table.handedOutTo(at(60)), at(60));
});

Deno.test("TimerTable counts executions on across a stop, and anew for a forgotten rule", () => {
  const table = tableWith(1);
  take(table, at(3));
  table.stop(ruleId(1));
  table.set(entryOf(1, every(1)), at(3));
  assertEquals(take(table, at(4)).fires.map((fire) => fire.executionCount), [4]);
  table.stop(ruleId(1));
  table.forget(ruleId(1));
  table.set(entryOf(1, every(1)), at(4));
  assertEquals(take(table, at(5)).fires.map((fire) => fire.executionCount), [1]);
});

Deno.test("TimerTable keeps a timer that has no occurrence left, and does not fire it", () => {
  const table = new TimerTable({ catchUpWindowMs: HOUR_MS, watchedSince: -Infinity });
  const once = { type: "date_time", fire_at: "2025-01-01T00:00:05Z" };
  assertEquals(table.set(entryOf(1, once), START), at(5));
  assertEquals(take(table, at(5)).fires.map((fire) => fire.nextAt), [null]);
  assertEquals([table.size, table.nextAt, table.view(ruleId(1))?.nextAt], [1, Infinity, null]);
  assertEquals(table.set(entryOf(1, once), START), null);
});

Deno.test("TimerTable uses the slots of stopped rules again and grows beyond its first capacity", () => {
  const table = new TimerTable({ catchUpWindowMs: HOUR_MS, watchedSince: -Infinity });
  for (let id = 1; id <= 3000; id++) table.set(entryOf(id, every(id)), START);
  for (let id = 1; id <= 3000; id += 2) table.stop(ruleId(id));
  for (let id = 3001; id <= 4500; id++) table.set(entryOf(id, every(2)), START);
  assertEquals(table.size, 3000);
  assertEquals(take(table, at(2)).fires.length, 1501);
  assertEquals(table.get(ruleId(1)), undefined);
  assertEquals(table.get(ruleId(2))?.ruleRef, "test.rule2");
});

Deno.test("TimerTable puts occurrences off by their jitter, and names them by their own instants", () => {
  const table = new TimerTable({ catchUpWindowMs: HOUR_MS, watchedSince: -Infinity });
  table.set(entryOf(1, { ...every(60), jitter_seconds: 30 }), START);
  const first = take(table, at(59)).fires;
  const dueAt = table.nextAt;
  assert(dueAt > at(60) && dueAt <= at(90), "the jitter of this rule and instant is not 0");
  assertEquals([first, take(table, dueAt - 1).fires], [[], []]);
  const [fire] = take(table, dueAt).fires;
  assertEquals([fire?.scheduledAt, fire?.firedAt, fire?.nextAt], [at(60), dueAt, at(120)]);
  assertEquals(table.view(ruleId(1))?.nextAt, at(120));
});

Deno.test("TimerTable tells the timers that fire next, in order, with their instants", () => {
  const table = tableWith(7, 2, 5, 3);
  table.set(entryOf(9, { type: "date_time", fire_at: "2024-01-01T00:00:00Z" }), START);
  const upcoming = (limit: number) =>
    table.upcoming(limit).map((
      { entry, dueAt },
    ) => [entry.ruleId, ((dueAt ?? NaN) - START) / 1000]);
  assertEquals(upcoming(3), [[2, 2], [4, 3], [3, 5]]);
  take(table, at(3));
  assertEquals(upcoming(9), [[2, 4], [3, 5], [4, 6], [1, 7]]);
  table.stop(ruleId(2));
  assertEquals(upcoming(1), [[3, 5]]);
});

Deno.test("TimerTable tells of a timer with a jitter when it is handed out", () => {
  const table = new TimerTable({ catchUpWindowMs: HOUR_MS, watchedSince: -Infinity });
  table.set(entryOf(1, { ...every(60), jitter_seconds: 30 }), START);
  const [next] = table.upcoming(1);
  assertEquals([next?.nextAt, next?.dueAt], [at(60), table.nextAt]);
});
