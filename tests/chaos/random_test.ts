import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { Random } from "./random.ts";

const numbers = (random: Random) => Array.from({ length: 20 }, () => random.next());

Deno.test("Random makes the same choices for the same seed, and others for another", () => {
  assertEquals(numbers(new Random("1 calm")), numbers(new Random("1 calm")));
  assertNotEquals(numbers(new Random("1 calm")), numbers(new Random("2 calm")));
});

Deno.test("Random.fork() makes choices that change nothing here", () => {
  const [one, other] = [new Random("1"), new Random("1")];
  numbers(one.fork());
  other.fork();
  assertEquals(numbers(one), numbers(other));
});

Deno.test("Random.between() reaches both ends and nothing beyond", () => {
  fc.assert(fc.property(fc.string(), (seed) => {
    const random = new Random(seed);
    const seen = new Set(Array.from({ length: 200 }, () => random.between(3, 6)));
    assertEquals([...seen].toSorted(), [3, 4, 5, 6]);
  }));
});

Deno.test("Random.chance() is about as likely as told", () => {
  const random = new Random("chance");
  const hits = Array.from({ length: 10_000 }, () => random.chance(0.3)).filter((it) => it).length;
  assert(hits > 2700 && hits < 3300, String(hits));
});

Deno.test("Random.pick() refuses to pick from nothing", () => {
  assertThrows(() => new Random("1").pick([]), RangeError);
});
