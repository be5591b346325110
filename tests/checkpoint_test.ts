import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { checkpointFromText, checkpointText } from "../src/checkpoint.ts";
import { problemText } from "../src/problem_text.ts";

const TEXT =
  '{"version":1,"at":"2025-01-02T03:04:05.678Z","written_at":"2025-01-02T03:04:06.000Z"}';
const CHECKPOINT = {
  at: Date.UTC(2025, 0, 2, 3, 4, 5, 678),
  writtenAt: Date.UTC(2025, 0, 2, 3, 4, 6),
};

Deno.test("A checkpoint is written as text that people can read", () => {
  assertEquals(checkpointText(CHECKPOINT), TEXT);
});

Deno.test("Any checkpoint is read as it was written", () => {
  const instant = fc.integer({ min: 0, max: Date.UTC(9999, 0) });
  fc.assert(fc.property(fc.record({ at: instant, writtenAt: instant }), (checkpoint) => {
    assertEquals(checkpointFromText(checkpointText(checkpoint)), checkpoint);
  }));
});

Deno.test("A checkpoint of a later sensor, with more in it, is read all the same", () => {
  assertEquals(checkpointFromText(TEXT.replace("{", '{"shard":3,')), CHECKPOINT);
});

const SENSELESS: Readonly<Record<string, readonly [text: string, problem: string]>> = {
  "nothing": ["", "Unexpected end of JSON input"],
  "another version": [TEXT.replace("1", "2"), "version: Invalid input: expected 1"],
  "a number for an instant": [
    TEXT.replace('"2025-01-02T03:04:05.678Z"', "1735787045678"),
    "at: Invalid input: expected string, received number",
  ],
  "an instant without a zone": [TEXT.replace('.678Z"', '"'), "at: Invalid ISO datetime"],
  "half of it": [
    '{"version":1}',
    "at: Invalid input: expected string, received undefined; " +
    "written_at: Invalid input: expected string, received undefined",
  ],
};

for (const [name, [text, problem]] of Object.entries(SENSELESS)) {
  Deno.test(`A text with ${name} is no checkpoint`, () => {
    const error = assertThrows(() => checkpointFromText(text));
    assertEquals(problemText(error), problem);
  });
}
