import { assertEquals } from "@std/assert";
import type { Fire } from "../../src/timers/fire.ts";
import type { Timer } from "../../src/schedule/timer.ts";
import { TimerManager } from "../../src/timers/timer_manager.ts";
import { TimerTable } from "../../src/timers/timer_table.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { ruleId, START, timerOf } from "../support/rules.ts";

function setUp(onFire: (fire: Fire) => void = () => {}) {
  const clock = new FakeClock(START);
  const fires: number[] = [];
  const timers = new TimerManager({
    clock,
    table: new TimerTable({ catchUpWindowMs: 3_600_000, watchedSince: -Infinity }),
  });
  const port = {
    mayFire: () => true,
    fire(fire: Fire) {
      fires.push(clock.now() - START);
      onFire(fire);
    },
    dropped: () => {},
  };
  timers.start(START, port);
  const set = (id: number, seconds: number) =>
    timers.set({
      ruleId: ruleId(id),
      ruleRef: `test.rule${id}`,
      timer: timerOf({ type: "interval", interval: seconds }),
    }, clock.now());
  return { clock, timers, port, fires, set };
}

Deno.test("TimerManager fires each occurrence at its instant", async () => {
  const { clock, timers, fires, set } = setUp();
  using _stop = timers;
  set(1, 7);
  set(2, 5);
  await clock.advance(15_000);
  assertEquals(fires, [5000, 7000, 10_000, 14_000, 15_000]);
});

Deno.test("TimerManager holds one alarm for any number of timers, and none for no timer", () => {
  const { clock, timers, set } = setUp();
  using _stop = timers;
  assertEquals(clock.pending, 0);
  for (let id = 1; id <= 500; id++) set(id, id);
  assertEquals(clock.pending, 1);
});

Deno.test("TimerManager looks at the wall clock again within a second of a step forward", async () => {
  const { clock, timers, fires, set } = setUp();
  using _stop = timers;
  set(1, 3600);
  await clock.advance(10_000);
  clock.step(3_595_000);
  await clock.advance(1000);
  assertEquals(fires, [3_606_000]);
});

Deno.test("TimerManager fires nothing again after the clock was set back", async () => {
  const { clock, timers, fires, set } = setUp();
  using _stop = timers;
  set(1, 60);
  await clock.advance(60_000);
  clock.step(-30_000);
  await clock.advance(89_999);
  assertEquals(fires, [60_000]);
  await clock.advance(1);
  assertEquals(fires, [60_000, 120_000]);
});

Deno.test("TimerManager can be changed by what it fires", async () => {
  const { clock, timers, fires, set } = setUp((fire) => {
    if (fire.executionCount === 2) timers.stop(fire.ruleId);
    if (fire.executionCount === 1) set(2, 3);
  });
  using _stop = timers;
  set(1, 2);
  await clock.advance(9000);
  assertEquals(fires, [2000, 3000, 4000, 6000]);
  assertEquals([timers.size, clock.pending], [0, 0]);
});

Deno.test("TimerManager lets others work between slices of a long backlog", async () => {
  const { clock, timers, fires, set } = setUp();
  using _stop = timers;
  set(1, 1);
  clock.step(3600_000);
  await clock.advance(1000);
  assertEquals(fires.length, 11 + 1);
});

Deno.test("TimerManager fires nothing before it is started, then what fell due since", async () => {
  const clock = new FakeClock(START);
  const fires: number[] = [];
  using timers = new TimerManager({
    clock,
    table: new TimerTable({ catchUpWindowMs: 3_600_000, watchedSince: -Infinity }),
  });
  timers.set({
    ruleId: ruleId(1),
    ruleRef: "test.rule1",
    timer: timerOf({ type: "interval", interval: 2 }),
  }, START);
  await clock.advance(7000);
  assertEquals([fires, clock.pending], [[], 0]);
  timers.start(START + 3000, {
    mayFire: () => true,
    fire: (fire) => void fires.push(fire.scheduledAt - START),
    dropped: () => {},
  });
  await clock.advance(0);
  assertEquals(fires, [4000, 6000]);
});

Deno.test("TimerManager hands out nothing while it may not, and looks again soon", async () => {
  const clock = new FakeClock(START);
  const fires: number[] = [];
  let may = false;
  using timers = new TimerManager({
    clock,
    table: new TimerTable({ catchUpWindowMs: 3_600_000, watchedSince: -Infinity }),
  });
  timers.start(START, {
    mayFire: () => may,
    fire: () => void fires.push(clock.now() - START),
    dropped: () => {},
  });
  timers.set({
    ruleId: ruleId(1),
    ruleRef: "test.rule1",
    timer: timerOf({ type: "interval", interval: 2 }),
  }, START);
  await clock.advance(2100);
  assertEquals(fires, []);
  may = true;
  await clock.advance(1000);
  assertEquals(fires, [2125]);
});

Deno.test("TimerManager that was paused goes on from where it is told to", async () => {
  const { clock, timers, port, fires, set } = setUp();
  using _stop = timers;
  set(1, 2);
  await clock.advance(2000);
  timers.pause();
  await clock.advance(5000);
  assertEquals(fires, [2000]);
  timers.start(START + 4000, port);
  await clock.advance(0);
  assertEquals(fires, [2000, 7000]);
});

Deno.test("TimerManager tells up to when everything was handed out", async () => {
  const { clock, timers, set } = setUp();
  set(1, 2);
  await clock.advance(2500);
  assertEquals(timers.handedOutTo - START, 2500);
  timers.pause();
  await clock.advance(5000);
  assertEquals(timers.handedOutTo - START, 2500);
});

Deno.test("TimerManager fires nothing after it was disposed of, twice at that", async () => {
  const { clock, timers, fires, set } = setUp();
  set(1, 1);
  timers[Symbol.dispose]();
  timers[Symbol.dispose]();
  set(2, 1);
  await clock.advance(5000);
  assertEquals([fires, clock.pending], [[], 0]);
});

Deno.test("TimerManager plans very many rules in slices, and fires once all are planned", async () => {
  const clock = new FakeClock(START);
  const fires: number[] = [];
  using timers = new TimerManager({
    clock,
    table: new TimerTable({ catchUpWindowMs: 3_600_000, watchedSince: -Infinity }),
  });
  for (let id = 1; id <= 20; id++) {
    const timer = timerOf({ type: "cron", expression: "*/2 * * * * *" });
    // Each takes a millisecond to plan.
    timers.set({ ruleId: ruleId(id), ruleRef: `test.rule${id}`, timer: slow(timer) }, START);
  }
  await clock.advance(3000);
  timers.start(START + 1000, {
    mayFire: () => true,
    fire: ({ scheduledAt }) => void fires.push(scheduledAt - START),
    dropped: () => {},
  });
  assertEquals([fires.length, timers.handedOutTo - START], [0, 1000]);
  timers.set({
    ruleId: ruleId(21),
    ruleRef: "test.rule21",
    timer: timerOf({ type: "interval", interval: 2 }),
  }, START);
  let slices = 0;
  for (; fires.length === 0 && slices < 100; slices++) await clock.advance(10);
  assertEquals(slices > 1, true);
  assertEquals(fires, Array.from({ length: 21 }, () => 2000));

  function slow(timer: Timer): Timer {
    return new Proxy(timer, {
      get(target, name) {
        if (name === "next") clock.stall(1);
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
  }
});
