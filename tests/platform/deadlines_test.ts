import { assertEquals } from "@std/assert";
import { Deadlines } from "../../src/platform/deadlines.ts";
import { FakeClock } from "../support/fake_clock.ts";

const LIMIT_MS = 10_000;

function setUp() {
  const clock = new FakeClock();
  const owner = new AbortController();
  const deadlines = new Deadlines(clock, LIMIT_MS);
  const start = (signal = owner.signal) => deadlines.start(signal);
  return { clock, owner, start };
}

Deno.test("A deadline aborts its signal when its time is over", async () => {
  const { clock, start } = setUp();
  const { signal } = start();
  await clock.advance(LIMIT_MS - 1);
  assertEquals(signal.aborted, false);
  await clock.advance(1);
  assertEquals([signal.aborted, clock.pending], [true, 0]);
});

Deno.test("Those that start within a tenth of a second share a signal, later ones do not", async () => {
  const { clock, start } = setUp();
  const first = start();
  await clock.advance(99);
  assertEquals(start().signal, first.signal);
  await clock.advance(1);
  const third = start();
  await clock.advance(LIMIT_MS - 100);
  assertEquals([first.signal.aborted, third.signal.aborted], [true, false]);
  await clock.advance(100);
  assertEquals(third.signal.aborted, true);
});

Deno.test("What starts when all others have ended has its whole time", async () => {
  const { clock, start } = setUp();
  start()[Symbol.dispose]();
  await clock.advance(50);
  const { signal } = start();
  await clock.advance(LIMIT_MS - 50);
  assertEquals(signal.aborted, false);
  await clock.advance(50);
  assertEquals(signal.aborted, true);
});

Deno.test("An owner's abort ends what is its own, and nothing else", () => {
  const { owner, start } = setUp();
  const other = start(new AbortController().signal);
  const own = [start(), start()];
  owner.abort();
  assertEquals([...own, other].map(({ signal }) => signal.aborted), [true, true, false]);
  assertEquals(start().signal.aborted, true);
});

Deno.test("Nothing is left of what has ended, not even an alarm", () => {
  const { clock, owner, start } = setUp();
  const [first, second] = [start(), start()];
  first[Symbol.dispose]();
  assertEquals(clock.pending, 1);
  second[Symbol.dispose]();
  assertEquals(clock.pending, 0);
  owner.abort();
  assertEquals(first.signal.aborted, false);
});
