import { assertEquals, assertThrows } from "@std/assert";
import { firstLayout, nextLayout, sameLayout } from "../../src/domain/layout.ts";
import { layoutFromText, layoutText } from "../../src/broker/layout_text.ts";
import { problemText } from "../../src/ground/error_text.ts";

const SINCE = Date.UTC(2025, 0, 2, 3, 4, 5, 678);
const TEXT =
  '{"version":1,"shards":2,"generation":1,"before":4,"since":"2025-01-02T03:04:05.678Z"}';

Deno.test("A layout is written as text that people can read, and is read as it was written", () => {
  const layout = nextLayout(firstLayout(4), 2, SINCE);
  assertEquals(layoutText(layout), TEXT);
  assertEquals(layoutFromText(TEXT), layout);
  assertEquals(layoutFromText(layoutText(firstLayout(1))), firstLayout(1));
  assertEquals(layoutFromText(TEXT.replace("{", '{"colour":3,')), layout);
});

Deno.test("A layout is another one once the number has changed, even if it changed back", () => {
  const first = firstLayout(4);
  const back = nextLayout(nextLayout(first, 2, null), 4, null);
  assertEquals([sameLayout(first, firstLayout(4)), sameLayout(first, back)], [true, false]);
  assertEquals(back, { shards: 4, generation: 2, before: 2, since: null });
});

const SENSELESS: readonly (readonly [text: string, problem: string])[] = [
  ["", "Unexpected end of JSON input"],
  [TEXT.replace(":1,", ":2,"), "version: Invalid input: expected 1"],
  [TEXT.replace(":2,", ":0,"), "shards: Too small: expected number to be >=1"],
  [TEXT.replace(":2,", ":1025,"), "shards: Too big: expected number to be <=1024"],
  [TEXT.replace(":4,", ":1.5,"), "before: Invalid input: expected int, received number"],
  [TEXT.replace('.678Z"', '"'), "since: Invalid ISO datetime"],
];

for (const [text, problem] of SENSELESS) {
  Deno.test(`${text || "Nothing"} is no layout`, () => {
    assertEquals(problemText(assertThrows(() => layoutFromText(text))), problem);
  });
}
