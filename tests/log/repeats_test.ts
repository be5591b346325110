import { assertEquals } from "@std/assert";
import { Repeats } from "../../src/log/repeats.ts";
import { FakeClock } from "../support/fake_clock.ts";

const MINUTE_MS = 60_000;

function told() {
  const clock = new FakeClock();
  const lines: string[] = [];
  const repeats = new Repeats(clock);
  const tell = (key: string, text = key) =>
    repeats.tell(key, (count) => void lines.push(`${text} ${count}`));
  return { clock, lines, repeats, tell };
}

Deno.test("What repeats itself is told at once, and then once a minute with its count", async () => {
  const { clock, lines, tell } = told();
  for (let n = 0; n < 5; n++) tell("down");
  assertEquals(lines, ["down 0"]);
  await clock.advance(MINUTE_MS);
  assertEquals(lines, ["down 0", "down 4"]);
  tell("down", "down still");
  await clock.advance(MINUTE_MS);
  assertEquals(lines, ["down 0", "down 4", "down still 1"]);
});

Deno.test("What stayed out for a minute is new again, and nothing of it is kept", async () => {
  const { clock, lines, tell } = told();
  tell("down");
  await clock.advance(MINUTE_MS);
  assertEquals(clock.pending, 0);
  tell("down");
  assertEquals(lines, ["down 0", "down 0"]);
});

Deno.test("What is different is told apart, up to a hundred things", () => {
  const { clock, lines, tell } = told();
  for (let n = 0; n < 1000; n++) tell(`problem ${n}`);
  assertEquals(lines.length, 101);
  assertEquals(clock.pending, 101);
  tell("problem 7");
  assertEquals(lines.length, 101);
});

Deno.test("At the end what has not been told is told, and no alarm is left", async () => {
  const { clock, lines, repeats, tell } = told();
  for (let n = 0; n < 3; n++) tell("down");
  tell("once");
  repeats[Symbol.dispose]();
  repeats[Symbol.dispose]();
  assertEquals([lines, clock.pending], [["down 0", "once 0", "down 2"], 0]);
  await clock.advance(MINUTE_MS);
  assertEquals(lines.length, 3);
});
