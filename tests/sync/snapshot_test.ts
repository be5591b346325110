import { assertEquals } from "@std/assert";
import type { Rule } from "../../src/domain/rule.ts";
import { takeSnapshot } from "../../src/sync/snapshot.ts";
import { ruleOf } from "../support/rules.ts";
import { openBook } from "../support/sync.ts";

Deno.test("A page whose rules take long is applied in slices, between which others have their turn", async () => {
  using opened = openBook();
  const { clock, book, timers } = opened;
  // Reading its parameters takes three milliseconds.
  const slow = (id: number): Rule => ({
    ...ruleOf(id),
    get params() {
      clock.stall(3);
      return { type: "interval", interval: 10 };
    },
  });
  const turns: number[] = [];
  let alarm = turn();
  const taken = takeSnapshot({
    source: {
      async *rulePages(_, begin) {
        const rules = await Promise.resolve([1, 2, 3, 4, 5, 6, 7, 8].map(slow));
        yield {
          rules,
          unreadable: [],
          totalItems: rules.length,
          oddity: null,

          readAt: begin(),
        };
      },
      rule: () => Promise.resolve(null),
    },
    book,
    triggers: ["core.timer"],
    clock,
    recheck: () => Promise.resolve(),
    tell: () => {},
    signal: new AbortController().signal,
  });
  while (timers.size < 8) await clock.advance(1);
  await clock.advance(1);
  assertEquals(await taken, 8);
  alarm[Symbol.dispose]();
  assertEquals(turns.length > 2, true, `${turns}`);

  function turn(): Disposable {
    return clock.alarm(0, () => {
      if (turns.at(-1) !== timers.size) turns.push(timers.size);
      alarm = clock.alarm(1, turn);
    });
  }
});
