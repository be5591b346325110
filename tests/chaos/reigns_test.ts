import { assertEquals } from "@std/assert";
import { problemsOfTakeovers, type RoleWord, spread, trespasses } from "./reigns.ts";

const AT = Date.UTC(2025, 0, 1);

function word(member: string, kind: RoleWord["kind"], seconds: number): RoleWord {
  return { member, kind, at: AT + seconds * 1000 };
}

/** Whose events, of those at these seconds, are trespasses. */
function found(words: readonly RoleWord[], ...deeds: readonly [string, number][]): string[] {
  const all = deeds.map(([member, seconds]) => ({
    member,
    at: AT + seconds * 1000,
    name: `${member}${seconds}`,
  }));
  return trespasses(words, all).map((text) => text.split(" ")[0] ?? "");
}

Deno.test("The holder may fire, and nobody else", () => {
  const words = [word("a", "holds", 1), word("a", "lost", 5), word("b", "holds", 6)];
  assertEquals(found(words, ["a", 0], ["a", 1], ["a", 4], ["b", 4], ["b", 6], ["a", 7]), [
    "a0",
    "b4",
    "a7",
  ]);
});

Deno.test("A holder that stood still fires nothing more once another holds the lease", () => {
  // The words come in the order in which they are read, not in that of their instants.
  const words = [word("b", "holds", 4), word("a", "holds", 1), word("a", "lost", 9)];
  assertEquals(found(words, ["a", 3], ["a", 8], ["b", 8], ["a", 10]), ["a8", "a10"]);
});

Deno.test("What was on its way when its sender was killed is no trespass, for two seconds", () => {
  const words = [word("a", "holds", 1), word("a", "ended", 5), word("b", "holds", 5.1)];
  assertEquals(found(words, ["a", 5.2], ["a", 7], ["a", 7.1]), ["a7.1"]);
});

Deno.test("Who was killed while another held the lease had nothing on its way", () => {
  const words = [word("a", "holds", 1), word("b", "holds", 4), word("a", "ended", 5)];
  assertEquals(found(words, ["a", 5.2]), ["a5.2"]);
});

Deno.test("A takeover that lasts too long is a problem, and so is a lease of two", () => {
  assertEquals(
    problemsOfTakeovers([
      { cause: "kill", ms: 1000, apartMs: null },
      { cause: "kill", ms: 1001, apartMs: null },
      { cause: "freeze", ms: 4000, apartMs: -900 },
      { cause: "cut off", ms: 3000, apartMs: 0 },
      { cause: "cut off", ms: 3000, apartMs: -1 },
      { cause: "cut off", ms: 3000, apartMs: null },
    ]),
    [
      "A takeover after kill took 1001 ms",
      "A sensor that was cut off held on for 1 ms too long",
      "A sensor that was cut off never gave up",
    ],
  );
});

Deno.test("The spread of some figures is their median and the greatest", () => {
  assertEquals(spread([]), null);
  assertEquals(spread([7]), { median: 7, max: 7 });
  assertEquals(spread([30, 4, 200]), { median: 30, max: 200 });
});
