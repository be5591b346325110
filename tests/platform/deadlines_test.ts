import { assertEquals } from "@std/assert";
import { Deadlines } from "../../src/platform/deadlines.ts";
import { FakeClock } from "../support/fake_clock.ts";

const LIMIT_MS = 10_000;

function setUp() {
  const clock = new FakeClock();
  const deadlines = new Deadlines(clock, LIMIT_MS);
  const expired: string[] = [];
  const start = (name: string) => deadlines.start(() => void expired.push(name));
  return { clock, expired, start };
}

Deno.test("Each has its whole time, and what ended before is not called", async () => {
  const { clock, expired, start } = setUp();
  start("first");
  const second = start("second");
  await clock.advance(4000);
  start("third");
  second[Symbol.dispose]();
  await clock.advance(5999);
  assertEquals(expired, []);
  await clock.advance(1);
  assertEquals(expired, ["first"]);
  await clock.advance(3999);
  assertEquals(expired, ["first"]);
  await clock.advance(1);
  assertEquals(expired, ["first", "third"]);
});

Deno.test("Nothing is left of what has ended, not even an alarm", async () => {
  const { clock, expired, start } = setUp();
  const [first, second] = [start("first"), start("second")];
  first[Symbol.dispose]();
  assertEquals(clock.pending, 1);
  second[Symbol.dispose]();
  second[Symbol.dispose]();
  assertEquals(clock.pending, 0);
  start("third");
  await clock.advance(LIMIT_MS);
  assertEquals([expired, clock.pending], [["third"], 0]);
});

Deno.test("What is started by what expires has its whole time, too", async () => {
  const clock = new FakeClock();
  const deadlines = new Deadlines(clock, LIMIT_MS);
  const expiredAt: number[] = [];
  const expire = () => {
    expiredAt.push(clock.monotonic());
    if (expiredAt.length < 3) deadlines.start(() => expire());
  };
  const began = clock.monotonic();
  deadlines.start(() => expire());
  await clock.advance(4 * LIMIT_MS);
  assertEquals(expiredAt.map((at) => at - began), [LIMIT_MS, 2 * LIMIT_MS, 3 * LIMIT_MS]);
});
