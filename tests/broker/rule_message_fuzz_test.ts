import { assert, assertEquals, assertLess, assertNotMatch } from "@std/assert";
import { readRuleMessage } from "../../src/broker/rule_message.ts";
import { Random } from "../chaos/random.ts";
import { IS_FULL } from "../support/full.ts";
import { mutant } from "../support/mutants.ts";
import crashers from "../testdata/rule_messages.json" with { type: "json" };

const MESSAGES = IS_FULL ? 100_000 : 3000;
const SEED = Deno.env.get("ATTUNE_TEST_SEED") ?? "1";
const LONGEST_REASON = 500;
const LONGEST_REF = 255;
const UNPRINTABLE = /[\p{Cc}\p{Cs}]/u;

function checkRef(ref: string, text: string): void {
  // In UTF-16 up to two units a character.
  assert(ref.length > 0 && ref.length <= 2 * LONGEST_REF, text);
  assertNotMatch(ref, UNPRINTABLE);
}

Deno.test(`Reading ${MESSAGES} spoilt messages gives changes fit for use or short reasons`, () => {
  const random = new Random(SEED);
  const before = Reflect.ownKeys(Object.prototype);
  let read = 0;
  for (let n = 0; n < MESSAGES; n++) {
    const { content, options } = mutant(random, [{ id: 7, ref: "some.rule" }]);
    const message = readRuleMessage(content, options?.timestamp);
    if (message.ok) {
      const { ruleId, ruleRef, triggerRef, sentAt } = message.change;
      read++;
      assert(ruleId !== null || ruleRef !== null);
      if (ruleId !== null) assert(Number.isSafeInteger(ruleId) && ruleId > 0, String(ruleId));
      assert(sentAt === null || Number.isSafeInteger(sentAt), String(sentAt));
      if (triggerRef !== null) checkRef(triggerRef, triggerRef);
      if (ruleRef !== null) checkRef(ruleRef, ruleRef);
    } else {
      const { reason, excerpt } = message.unreadable;
      assertLess(reason.length, LONGEST_REASON, reason);
      assertNotMatch(reason + excerpt, UNPRINTABLE);
      assert(excerpt.length <= 200, excerpt);
    }
  }
  // Both kinds, or the messages are not worth much.
  assert(read > MESSAGES / 10 && read < MESSAGES / 2, `${read} of ${MESSAGES} were read`);
  assertEquals(Reflect.ownKeys(Object.prototype), before);
});

for (const { name, message, ref, trigger } of crashers) {
  Deno.test(`A message with ${name} costs no hint`, () => {
    const read = readRuleMessage(new TextEncoder().encode(message), undefined);
    assert(read.ok);
    const { ruleId, ruleRef, triggerRef } = read.change;
    assertEquals([Number(ruleId), ruleRef, triggerRef], [1, ref, trigger]);
  });
}
