import fc from "fast-check";
import { IS_FULL } from "../support/full.ts";
import { type Act, perform, REFS, STAMPS, TELLING, WHAT } from "./interleaving.ts";

const RUNS = IS_FULL ? 100_000 : 1000;

const acts: fc.Arbitrary<Act[]> = fc.array(
  fc.record({
    what: fc.constantFrom(...WHAT, "create" as const),
    which: fc.nat({ max: REFS - 1 }),
    telling: fc.constantFrom(...TELLING, "told" as const),
    stamp: fc.constantFrom(...STAMPS),
  }),
  { maxLength: 40 },
);
/** How long each step takes, in turns of the event loop; now and then one outlasts many others. */
const pauses = fc.array(
  fc.oneof({ weight: 9, arbitrary: fc.nat(3) }, { weight: 1, arbitrary: fc.nat(40) }),
  { minLength: 50, maxLength: 400 },
);

Deno.test("No interleaving of pages, messages and changes resurrects a rule or drops one", async () => {
  await fc.assert(fc.asyncProperty(acts, pauses, perform), { numRuns: RUNS });
});
