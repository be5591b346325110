import { assertEquals, assertNotEquals } from "@std/assert";
import { draw } from "./draw.ts";
import { simulate } from "./simulate.ts";

const SEEDS = [1, 2, 24, 90];

/** Everything that was seen, to the byte. */
async function textOf(seed: number): Promise<string> {
  const { chronicle } = await simulate(draw(seed));
  return JSON.stringify(chronicle);
}

for (const seed of SEEDS) {
  Deno.test(`Seed ${seed} replays to the byte, whatever was simulated before`, async () => {
    const before = await textOf(seed);
    const other = await textOf(seed + 1);
    assertEquals(await textOf(seed), before);
    assertNotEquals(other, before);
  });
}
