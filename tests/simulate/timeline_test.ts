import { assertEquals } from "@std/assert";
import { START } from "./plan.ts";
import { MachineClock } from "./world/machine_clock.ts";
import { Timeline } from "./world/timeline.ts";

Deno.test("Things happen in the order of their times, and of their setting where those are the same", async () => {
  const timeline = new Timeline(START);
  const happened: string[] = [];
  timeline.after(20, () => happened.push("c"));
  timeline.after(10, () => {
    happened.push("a");
    timeline.after(0, () => happened.push("b"));
  });
  using _never = timeline.after(30, () => happened.push("late"));
  timeline.after(15, () => happened.push("cancelled"))[Symbol.dispose]();
  await timeline.runTo(START + 25);
  assertEquals(happened, ["a", "b", "c"]);
  assertEquals(timeline.now, START + 25);
});

Deno.test("What something resolves comes to rest before the next thing happens", async () => {
  const timeline = new Timeline(START);
  const happened: string[] = [];
  timeline.after(10, async () => {
    for (let n = 0; n < 50; n++) await null;
    happened.push("first");
  });
  timeline.after(10, () => happened.push("second"));
  await timeline.runTo(START + 10);
  assertEquals(happened, ["first", "second"]);
});

Deno.test("A clock that is set moves no alarm, one that was suspended rings later", async () => {
  const timeline = new Timeline(START);
  const machine = new MachineClock(timeline, 0);
  const rang: number[] = [];
  const clock = machine.ofProcess((act) => act());
  clock.alarm(100, () => rang.push(timeline.now - START));
  machine.step(-5000);
  await timeline.runTo(START + 50);
  machine.slept(30);
  await timeline.runTo(START + 200);
  assertEquals(rang, [130]);
  assertEquals(clock.now(), START + 200 - 5000);
  assertEquals(clock.monotonic(), START + 170);
});
