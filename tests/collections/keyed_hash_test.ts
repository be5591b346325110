import { assert, assertEquals, assertNotEquals } from "@std/assert";
import fc from "fast-check";
import { hashOfText } from "../../src/collections/hash.ts";
import { type HashKey, keyedHash, newHashKey } from "../../src/collections/keyed_hash.ts";
import { systemChance } from "../../src/ground/chance.ts";
import { SlotIndex } from "../../src/collections/slot_index.ts";

/** The bytes 0 to 7, as the vectors of the paper have them. */
const KEY: HashKey = [0x03020100, 0x07060504];

Deno.test("The rounds are those of HalfSipHash, whose vectors are for 2 and 4 of them", () => {
  const vectors = [0x5b9f35a9, 0x03a662fa, 0x89466e2a];
  assertEquals(["", "\u0100", "\u0100\u0302"].map((it) => halfSipHash(it, KEY, 2, 4)), vectors);
});

Deno.test("A keyed hash is HalfSipHash-1-3 of the text", () => {
  const word = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
  fc.assert(fc.property(fc.string({ unit: "binary" }), word, word, (text, low, high) => {
    assertEquals(keyedHash([low, high])(text), halfSipHash(text, [low, high], 1, 3));
  }));
});

Deno.test("A key is each time another one", () => {
  assertNotEquals(newHashKey(systemChance), newHashKey(systemChance));
});

Deno.test("Refs that were made to have one hash take no more looks than any others", () => {
  const made = ofOneHash(13);
  assertEquals(new Set(made.map(hashOfText)).size, 1);
  const random = made.map((_, n) => `pack.rule${n}`);
  assert(looksFor(made) <= 2 * looksFor(random));
});

/** How many keys are compared with others while all are put into a table, and found again. */
function looksFor(refs: readonly string[]): number {
  let looks = 0;
  const index = new SlotIndex((slot) => {
    looks++;
    return refs[slot];
  }, keyedHash(newHashKey(systemChance)));
  refs.forEach((ref, slot) => index.add(ref, slot));
  assertEquals(refs.map((ref) => index.get(ref)), refs.map((_, slot) => slot));
  return looks;
}

/** 2^n texts with one FNV-1a hash: n times two pieces after which the hash is the same, in all combinations. */
function ofOneHash(n: number): string[] {
  let texts = [""];
  for (let piece = 0; piece < n; piece++) {
    const [first = ""] = texts;
    const seen = new Map<number, string>();
    for (let number = 0;; number++) {
      const end = number.toString(36).padStart(5, "0");
      const other = seen.get(hashOfText(first + end));
      if (other !== undefined) {
        texts = texts.flatMap((text) => [text + end, text + other]);
        break;
      }
      seen.set(hashOfText(first + end), end);
    }
  }
  return texts;
}

/** HalfSipHash with any number of rounds, as the paper has it, of a text's UTF-16 units. */
function halfSipHash(text: string, [low, high]: HashKey, perWord: number, last: number): number {
  const v = Int32Array.of(low, high, low ^ 0x6c796765, high ^ 0x74656462);
  const bytes = new Uint8Array(Math.ceil((text.length * 2 + 1) / 4) * 4);
  for (let at = 0; at < text.length; at++) {
    new DataView(bytes.buffer).setUint16(at * 2, text.charCodeAt(at), true);
  }
  bytes[bytes.length - 1] = text.length * 2;
  for (let at = 0; at < bytes.length; at += 4) {
    const word = new DataView(bytes.buffer).getInt32(at, true);
    change(3, word);
    for (let round = 0; round < perWord; round++) mix();
    change(0, word);
  }
  change(2, 0xff);
  for (let round = 0; round < last; round++) mix();
  return (at(1) ^ at(3)) >>> 0;

  function at(place: number): number {
    return v[place] ?? NaN;
  }

  function change(place: number, by: number): void {
    v[place] = at(place) ^ by;
  }

  function rotate(place: number, by: number): void {
    v[place] = at(place) << by | at(place) >>> (32 - by);
  }

  function add(to: number, from: number): void {
    v[to] = at(to) + at(from);
  }

  function mix(): void {
    add(0, 1), rotate(1, 5), change(1, at(0)), rotate(0, 16);
    add(2, 3), rotate(3, 8), change(3, at(2));
    add(0, 3), rotate(3, 7), change(3, at(0));
    add(2, 1), rotate(1, 13), change(1, at(2)), rotate(2, 16);
  }
}
