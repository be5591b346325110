// deno-lint-ignore-file no-console -- whoever reads the gate wants to know which seeds it took
import { assertEquals } from "@std/assert";
import { ROOT, stdFlags } from "../support/std_flags.ts";
import { MUTANTS } from "./mutants/mutants.ts";
import { Nursery } from "./mutants/plant.ts";

const FIXED_SEEDS = 500;
/** A quick mutant is found within so many. */
const MUTANT_SEEDS = "1..300";
const AT_ONCE = Math.max(1, navigator.hardwareConcurrency);

/** Lives through seeds in a process of its own. Returns what it printed, and whether any failed. */
async function simulated(first: number, last: number): Promise<{ success: boolean; text: string }> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-q", "--no-check", ...await stdFlags(), "--allow-env"]
      .concat("tests/simulate/main.ts", "--seeds", `${first}..${last}`),
    cwd: ROOT,
  }).output();
  const decoder = new TextDecoder();
  return { success, text: decoder.decode(stdout) + decoder.decode(stderr) };
}

/** Shares seeds among as many processes as the machine has cores. */
async function assertSound(first: number, count: number): Promise<void> {
  const share = Math.ceil(count / AT_ONCE);
  const runs = Array.from({ length: AT_ONCE }, (_, n) => {
    const from = first + n * share;
    return simulated(from, Math.min(from + share, first + count) - 1);
  });
  for (const { success, text } of await Promise.all(runs)) {
    console.log(text);
    assertEquals(success, true, text);
  }
}

Deno.test(`In ${FIXED_SEEDS} worlds that are always the same every occurrence is accounted for`, async () => {
  await assertSound(1, FIXED_SEEDS);
});

Deno.test("The simulator finds what is planted", async (t) => {
  await using nursery = await Nursery.open();
  for (const mutant of MUTANTS.filter(({ isQuick }) => isQuick)) {
    await t.step(mutant.name, async () => {
      const { seed, what } = await nursery.hunt(mutant, MUTANT_SEEDS);
      assertEquals(seed === null ? what : "found", "found");
    });
  }
});
