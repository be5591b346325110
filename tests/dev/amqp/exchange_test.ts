import { assert, assertEquals } from "@std/assert";
import * as fc from "fast-check";
import { topicMatcher } from "../../../src/dev/amqp/exchange.ts";
import { TOPICS } from "./topics.ts";

Deno.test("topicMatcher() matches words, any one word and any number of words", () => {
  for (const [pattern, key, matches] of TOPICS) {
    assertEquals(topicMatcher(pattern)(key), matches, `'${pattern}' and '${key}'`);
  }
});

// What the definition says, word by word; exponential, hence not the product.
function matches(pattern: readonly string[], words: readonly string[]): boolean {
  const [first, ...rest] = pattern;
  if (first === undefined) return words.length === 0;
  const [word, ...others] = words;
  if (first === "#") return matches(rest, words) || (words.length > 0 && matches(pattern, others));
  return word !== undefined && (first === "*" || first === word) && matches(rest, others);
}

Deno.test("topicMatcher() agrees with the definition on whatever pattern", () => {
  const words = (choice: string[]) => fc.array(fc.constantFrom(...choice), { maxLength: 7 });
  const cases = fc.tuple(words(["a", "b", "*", "#"]), words(["a", "b", "c"]));
  fc.assert(
    fc.property(cases, ([pattern, key]) => {
      return topicMatcher(pattern.join("."))(key.join(".")) === matches(pattern, key);
    }),
    { numRuns: 2000 },
  );
});

Deno.test("topicMatcher() takes no time to speak of on a pattern of many #", () => {
  const pattern = Array.from({ length: 40 }, () => "#.a").join(".");
  assert(!topicMatcher(`${pattern}.b`)(Array.from({ length: 60 }, () => "a").join(".")));
});
