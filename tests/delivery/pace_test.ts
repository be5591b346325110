import { assertEquals } from "@std/assert";
import { Pace } from "../../src/delivery/pace.ts";
import { FakeClock } from "../support/fake_clock.ts";

function takeAll(pace: Pace): number {
  let count = 0;
  while (pace.take()) count++;
  return count;
}

Deno.test("Pace lets as many begin a second as it is told, evenly spread", async () => {
  const clock = new FakeClock();
  let begun = 0;
  const each: number[] = [];
  const pace: Pace = new Pace(clock, 1000, () => {
    const count = takeAll(pace);
    begun += count;
    each.push(count);
  });
  begun += takeAll(pace);
  await clock.advance(980);
  assertEquals([begun, new Set(each)], [1000, new Set([20])]);
  pace[Symbol.dispose]();
});

Deno.test("Pace calls back only where it had refused, and rests when nothing is asked of it", async () => {
  const clock = new FakeClock();
  let calls = 0;
  const pace = new Pace(clock, 1000, () => void calls++);
  assertEquals([pace.take(), clock.pending], [true, 1]);
  await clock.advance(1000);
  assertEquals([calls, clock.pending], [0, 0]);
  takeAll(pace);
  await clock.advance(1000);
  assertEquals([calls, clock.pending], [1, 0]);
});

Deno.test("Pace saves up nothing while it rests", async () => {
  const clock = new FakeClock();
  const pace = new Pace(clock, 1000, () => {});
  await clock.advance(60_000);
  assertEquals(takeAll(pace), 20);
  pace[Symbol.dispose]();
  assertEquals(clock.pending, 0);
});

Deno.test("Pace may end before it begins", () => {
  const clock = new FakeClock();
  new Pace(clock, 1000, () => {})[Symbol.dispose]();
  assertEquals(clock.pending, 0);
});
