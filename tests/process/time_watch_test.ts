import { assert, assertEquals, assertLess } from "@std/assert";
import { systemClock } from "../../src/ground/clock.ts";
import { TimeWatch } from "../../src/process/time_watch.ts";
import { FakeClock } from "../support/fake_clock.ts";

type Telling = ["stalled" | "stepped", ms: number, count: number];

function setUp() {
  const clock = new FakeClock();
  const told: Telling[] = [];
  const watch = new TimeWatch(clock, ({ kind, ms, count }) => {
    told.push([kind === "loop_stalled" ? "stalled" : "stepped", ms, count]);
  });
  return { clock, told, watch };
}

Deno.test("TimeWatch tells nothing while both clocks go their way, on one alarm", async () => {
  const { clock, told, watch } = setUp();
  using _stop = watch;
  await clock.advance(3_600_000);
  assertEquals(told, []);
  assertEquals([watch.lagMs, watch.maxLagMs, clock.pending], [0, 0, 1]);
});

Deno.test("TimeWatch tells a stall by how late its alarm rings", async () => {
  const { clock, told, watch } = setUp();
  using _stop = watch;
  await clock.advance(10_400);
  clock.stall(5000);
  await clock.advance(0);
  assertEquals(told, [["stalled", 4900, 1]]);
});

Deno.test("TimeWatch measures a short stall, and does not tell it", async () => {
  const { clock, told, watch } = setUp();
  using _stop = watch;
  clock.stall(1499);
  await clock.advance(0);
  assertEquals([told, watch.lagMs], [[], 999]);
  clock.stall(1500);
  await clock.advance(0);
  assertEquals([told, watch.lagMs], [[["stalled", 1000, 1]], 1000]);
});

Deno.test("TimeWatch tells a step back at once that undoes one forward", async () => {
  const { clock, told, watch } = setUp();
  using _stop = watch;
  await clock.advance(10_000);
  clock.step(86_400_000);
  await clock.advance(4000);
  clock.step(-86_400_000);
  await clock.advance(500);
  assertEquals(told, [["stepped", 86_400_000, 1], ["stepped", -86_400_000, 1]]);
});

Deno.test("TimeWatch has the latest lag, and the greatest of the last minute, whoever asks", async () => {
  const { clock, watch } = setUp();
  using _stop = watch;
  for (const ms of [600, 800, 700]) {
    clock.stall(ms);
    await clock.advance(0);
  }
  assertEquals([watch.lagMs, watch.maxLagMs, watch.maxLagMs], [200, 300, 300]);
  await clock.advance(59_000);
  assertEquals([watch.lagMs, watch.maxLagMs], [0, 300]);
  await clock.advance(500);
  assertEquals([watch.lagMs, watch.maxLagMs], [0, 200]);
  await clock.advance(500);
  assertEquals(watch.maxLagMs, 0);
});

for (const [direction, ms] of [["forward", 7_200_000], ["back", -3_600_000]] as const) {
  Deno.test(`TimeWatch tells within half a second that the wall clock went ${direction}`, async () => {
    const { clock, told, watch } = setUp();
    using _stop = watch;
    await clock.advance(10_200);
    clock.step(ms);
    await clock.advance(500);
    assertEquals(told, [["stepped", ms, 1]]);
    await clock.advance(600_000);
    assertEquals(told.length, 1);
  });
}

Deno.test("TimeWatch takes a slewed wall clock for none that steps, however far it gets", async () => {
  const { clock, told, watch } = setUp();
  using _stop = watch;
  for (const ms of [40, -40, 999, -999]) {
    for (let n = 0; n < 200; n++) {
      clock.step(ms);
      await clock.advance(500);
    }
  }
  assertEquals(told, []);
});

Deno.test("TimeWatch tells a stall and a step of the same moment apart", async () => {
  const { clock, told, watch } = setUp();
  using _stop = watch;
  clock.stall(2500);
  clock.step(-86_400_000);
  await clock.advance(0);
  assertEquals(told, [["stalled", 2000, 1], ["stepped", -86_400_000, 1]]);
});

Deno.test("TimeWatch tells what follows within a minute together: the greatest, and how many", async () => {
  const { clock, told, watch } = setUp();
  using _stop = watch;
  const stall = async (ms: number) => {
    clock.stall(500 + ms);
    await clock.advance(0);
  };
  await stall(1000);
  for (let n = 0; n < 10; n++) await stall(n === 4 ? 3000 : 2000);
  assertEquals(told, [["stalled", 1000, 1]]);
  await clock.advance(60_000);
  assertEquals(told.slice(1), [["stalled", 3000, 10]]);
  await clock.advance(60_000);
  await stall(1500);
  assertEquals(told.slice(2), [["stalled", 1500, 1]]);
});

Deno.test("TimeWatch tells steps forward and back each on their own, the greatest of several", async () => {
  const { clock, told, watch } = setUp();
  using _stop = watch;
  for (const ms of [1000, 5000, -9000, 2000]) {
    clock.step(ms);
    await clock.advance(500);
  }
  await clock.advance(60_000);
  assertEquals(told, [["stepped", 1000, 1], ["stepped", -9000, 1], ["stepped", 5000, 2]]);
});

Deno.test("TimeWatch is quiet about stalls and steps each on its own", async () => {
  const { clock, told, watch } = setUp();
  using _stop = watch;
  clock.stall(2500);
  await clock.advance(500);
  clock.step(5000);
  await clock.advance(500);
  assertEquals(told, [["stalled", 2000, 1], ["stepped", 5000, 1]]);
});

Deno.test("TimeWatch rings no more once it is disposed of, twice or while it tells", async () => {
  const { clock, watch } = setUp();
  watch[Symbol.dispose]();
  watch[Symbol.dispose]();
  assertEquals(clock.pending, 0);
  const stack = new DisposableStack();
  stack.use(new TimeWatch(clock, () => stack.dispose()));
  clock.stall(5000);
  await clock.advance(5000);
  assertEquals(clock.pending, 0);
});

Deno.test("TimeWatch sees that the event loop of this process stood still", async () => {
  const stalled = Promise.withResolvers<number>();
  using watch = new TimeWatch(systemClock, ({ kind, ms }) => {
    if (kind === "loop_stalled") stalled.resolve(ms);
  });
  const startedAt = performance.now();
  while (performance.now() - startedAt < 1600);
  const ms = await stalled.promise;
  assert(ms >= 1100, `${ms}`);
  assertLess(ms, performance.now() - startedAt);
  assert(watch.maxLagMs >= ms - 1);
});
