import { assertEquals } from "@std/assert";
import { REGRESSIONS } from "./regressions.ts";
import { simulate } from "./simulate.ts";
import { storyOf } from "./story.ts";

for (const { name, plan, stillWrong } of REGRESSIONS) {
  Deno.test(name, async () => {
    const outcome = await simulate(plan);
    const wrong = new Set(outcome.verdict.faults.map(({ what }) => what));
    assertEquals(wrong.values().next().value, stillWrong, storyOf(outcome));
  });
}
