import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { newestCheckpoint } from "../../src/domain/checkpoint.ts";
import { checkpointFromText, checkpointText } from "../../src/broker/checkpoint_text.ts";
import { problemText } from "../../src/ground/error_text.ts";

const TEXT =
  '{"version":1,"at":"2025-01-02T03:04:05.678Z","written_at":"2025-01-02T03:04:06.000Z",' +
  '"generation":3}';
const CHECKPOINT = {
  at: Date.UTC(2025, 0, 2, 3, 4, 5, 678),
  writtenAt: Date.UTC(2025, 0, 2, 3, 4, 6),
  generation: 3,
};

Deno.test("A checkpoint is written as text that people can read", () => {
  assertEquals(checkpointText(CHECKPOINT), TEXT);
});

Deno.test("Any checkpoint is read as it was written", () => {
  const instant = fc.integer({ min: 0, max: Date.UTC(9999, 0) });
  fc.assert(
    fc.property(
      fc.record({ at: instant, writtenAt: instant, generation: fc.nat() }),
      (checkpoint) => {
        assertEquals(checkpointFromText(checkpointText(checkpoint)), checkpoint);
      },
    ),
  );
});

Deno.test("A checkpoint of a later sensor, with more in it, is read all the same", () => {
  assertEquals(checkpointFromText(TEXT.replace("{", '{"shard":3,')), CHECKPOINT);
});

Deno.test("A checkpoint of an older sensor is of the layout before all others", () => {
  const older = TEXT.replace(',"generation":3', "");
  assertEquals(checkpointFromText(older), { ...CHECKPOINT, generation: 0 });
});

Deno.test("The newest checkpoint counts of those that speak of the same rules", () => {
  const of = (generation: number, writtenAt: number) => ({ at: 0, writtenAt, generation });
  const newest = (generation: number) =>
    newestCheckpoint([of(1, 5), of(2, 7), of(2, 6), of(0, 9)], generation);
  assertEquals(newest(0), of(0, 9));
  assertEquals(newest(1), of(2, 7));
  assertEquals(newest(3), null);
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
