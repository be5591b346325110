// deno-lint-ignore-file no-console -- whoever planted a mutant reads what this prints
import { Tally } from "../seeds.ts";

/** Lives through seeds, `A..B`, and prints the first that fails with what is wrong in it. */
async function main([seeds = ""]: readonly string[]): Promise<void> {
  const [first = NaN, last = NaN] = seeds.split("..").map(Number);
  const tally = new Tally();
  for (let seed = first; seed <= last && tally.failures.length === 0; seed++) {
    await tally.take(seed);
  }
  for (const { seed, faults } of tally.failures) console.log(`${seed} ${faults[0]?.what}`);
}

await main(Deno.args);
