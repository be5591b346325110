// deno-lint-ignore-file no-console -- people read what this prints
/**
 * `deno task mutants`: plants one fault after another into a copy of the product, and has the simulator find each. A row a
 * mutant; the exit code is 1 where one was not found within `--seeds` (2000), of all or of those `--only` names.
 */
import { parseArgs } from "@std/cli/parse-args";
import * as z from "zod";
import { MUTANTS } from "./mutants.ts";
import { type Hunt, Nursery } from "./plant.ts";

const USAGE = "Usage: deno task mutants [--seeds N] [--only TEXT]";
const AT_ONCE = Math.max(1, navigator.hardwareConcurrency - 1);

const Flags = z.strictObject({
  _: z.array(z.unknown()).max(0, "expected no other words"),
  seeds: z.coerce.number().int().positive().default(2000),
  only: z.string().default(""),
});

async function main(args: string[]): Promise<number> {
  const flags = Flags.safeParse(parseArgs(args, { string: ["seeds", "only"] }));
  if (!flags.success) {
    console.error(`${z.prettifyError(flags.error)}\n${USAGE}`);
    return 2;
  }
  const { seeds, only } = flags.data;
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
