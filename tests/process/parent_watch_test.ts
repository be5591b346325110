import { assertEquals } from "@std/assert";
import { watchParent } from "../../src/process/parent_watch.ts";
import { FakeClock } from "../support/fake_clock.ts";

function setUp(parent: number) {
  const clock = new FakeClock();
  const state = { parent, orphaned: 0 };
  const watch = watchParent({
    clock,
    parentPid: () => state.parent,
    orphaned: () => void state.orphaned++,
  });
  return { clock, state, watch };
}

Deno.test("A parent that is another one than at the start is told once, within a second", async () => {
  const { clock, state, watch } = setUp(4711);
  using _stop = watch;
  await clock.advance(60_500);
  assertEquals(state.orphaned, 0);
  state.parent = 1;
  await clock.advance(1000);
  assertEquals([state.orphaned, clock.pending], [1, 0]);
  state.parent = 2;
  await clock.advance(60_000);
  assertEquals(state.orphaned, 1);
});

Deno.test("A parent with the pid 1 from the start is as good as any other", async () => {
  const { clock, state, watch } = setUp(1);
  using _stop = watch;
  await clock.advance(60_000);
  assertEquals(state.orphaned, 0);
});

Deno.test("An orphan that another process than 1 takes in is one too", async () => {
  const { clock, state, watch } = setUp(4711);
  using _stop = watch;
  state.parent = 300;
  await clock.advance(1000);
  assertEquals(state.orphaned, 1);
});

Deno.test("Nothing is told of the parent after the watch was disposed of", async () => {
  const { clock, state, watch } = setUp(4711);
  await clock.advance(2500);
  watch[Symbol.dispose]();
  watch[Symbol.dispose]();
  assertEquals(clock.pending, 0);
  state.parent = 1;
  await clock.advance(10_000);
  assertEquals(state.orphaned, 0);
});

Deno.test("The watch may be disposed of while it tells", async () => {
  const clock = new FakeClock();
  let parent = 4711;
  const stack = new DisposableStack();
  stack.use(watchParent({ clock, parentPid: () => parent, orphaned: () => stack.dispose() }));
  parent = 1;
  await clock.advance(10_000);
  assertEquals(clock.pending, 0);
});
