// deno-lint-ignore-file no-console -- people read what this prints
/**
 * `deno task mutants`: plants one fault after another into a copy of the product, and has the simulator find each. A row a
 * mutant; the exit code is 1 where one was not found within `--seeds` (2000), of all or of those `--only` names.
 */
import { parseArgs } from "@std/cli/parse-args";
import { MUTANTS } from "./mutants.ts";
import { type Hunt, Nursery } from "./plant.ts";

const USAGE = "Usage: deno task mutants [--seeds N] [--only TEXT]";
const USUAL_SEEDS = "2000";
const AT_ONCE = Math.max(1, navigator.hardwareConcurrency - 1);

async function main(args: string[]): Promise<number> {
  const { seeds = USUAL_SEEDS, only = "" } = parseArgs(args, { string: ["seeds", "only"] });
  if (!/^\d+$/.test(seeds)) {
    console.error(USAGE);
    return 2;
  }
  const left = MUTANTS.filter(({ name }) => name.includes(only));
  const hunts: Hunt[] = [];
  const work = async () => {
    await using nursery = await Nursery.open();
    for (let mutant = left.shift(); mutant !== undefined; mutant = left.shift()) {
      const hunt = await nursery.hunt(mutant, `1..${seeds}`);
      hunts.push(hunt);
      console.log(rowOf(hunt));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  const survivors = hunts.filter(({ seed }) => seed === null);
  console.log(`${hunts.length - survivors.length} of ${hunts.length} mutants were found`);
  return survivors.length === 0 ? 0 : 1;
}

function rowOf({ mutant, seed, what, seconds }: Hunt): string {
  const where = seed === null ? `NOT FOUND ${what}` : `seed ${String(seed).padStart(4)}, ${what}`;
  return `${mutant.name.padEnd(70)} ${where} (${seconds.toFixed(0)} s)`;
}

Deno.exit(await main(Deno.args));
