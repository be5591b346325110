// deno-lint-ignore-file no-console -- people read what this prints
/**
 * `deno task simulate`: lives through seeded worlds in fake time, and accounts for every occurrence. A seed that
 * fails is shrunk to what it takes, and told as a story; the exit code is 1 then.
 */
import { parseArgs } from "@std/cli/parse-args";
import * as z from "zod";
import { draw } from "./draw.ts";
import { knownAs } from "./known.ts";
import type { Plan } from "./plan.ts";
import { type Failure, Tally } from "./seeds.ts";
import { shrink } from "./shrink.ts";
import { simulate } from "./simulate.ts";
import { storyOf } from "./story.ts";

const USAGE = "Usage: deno task simulate [--seeds A..B | --seed N | --minutes M]";
const USUAL_SEEDS = 500;
const MAX_SEED = 2 ** 31;
/** Of so many failures the story is told. */
const MOST_STORIES = 5;

const Flags = z.strictObject({
  _: z.array(z.unknown()).max(0, "expected no other words"),
  seeds: z.string().regex(/^\d+\.\.\d+$/, "expected A..B").optional(),
  seed: z.coerce.number().int().min(0).max(MAX_SEED).optional(),
  minutes: z.coerce.number().positive().optional(),
});

async function main(args: string[]): Promise<number> {
  const flags = Flags.safeParse(parseArgs(args, { string: ["seeds", "seed", "minutes"] }));
  if (!flags.success) {
    console.error(`${z.prettifyError(flags.error)}\n${USAGE}`);
    return 2;
  }
  const { seed, seeds, minutes } = flags.data;
  if (seed !== undefined) return await tellSeed(seed);
  const [first = NaN, last = NaN] = seeds?.split("..").map(Number) ?? fresh(minutes);
  return await run(first, last, performance.now() + (minutes ?? Infinity) * 60_000);
}

/** Seeds that nobody has chosen. */
function fresh(minutes: number | undefined): [number, number] {
  const first = Math.floor(Math.random() * MAX_SEED);
  return [first, minutes === undefined ? first + USUAL_SEEDS - 1 : Infinity];
}

async function tellSeed(seed: number): Promise<number> {
  const outcome = await simulate(draw(seed));
  console.log(storyOf(outcome));
  return outcome.verdict.faults.some((fault) => knownAs(fault, outcome) === null) ? 1 : 0;
}

async function run(first: number, last: number, endAt: number): Promise<number> {
  console.log(`Seeds ${first}..${last === Infinity ? "" : last}`);
  const tally = new Tally();
  const began = performance.now();
  for (let seed = first; seed <= last && performance.now() < endAt; seed++) {
    await tally.take(seed);
    const failure = tally.failures.at(-1);
    if (failure?.seed === seed && tally.failures.length <= MOST_STORIES) await tell(failure);
  }
  const seconds = (performance.now() - began) / 1000;
  for (const line of tally.lines) console.log(line);
  console.log(`${seconds.toFixed(0)} s, ${(tally.seeds / seconds * 60).toFixed(0)} seeds a minute`);
  const failed = tally.failures.map(({ seed }) => seed);
  if (failed.length > 0) console.log(`${failed.length} seeds failed: ${failed.join(" ")}`);
  return failed.length === 0 ? 0 : 1;
}

async function tell({ seed, faults }: Failure): Promise<void> {
  const what = faults[0]?.what ?? "";
  console.log(`\nSeed ${seed} failed (${what}). The fewest operations that do the same:`);
  const small = await shrink(draw(seed), (plan) => failsSo(plan, what));
  console.log(`${storyOf(await simulate(small))}\n${JSON.stringify(small)}\n`);
}

async function failsSo(plan: Plan, what: string): Promise<boolean> {
  const outcome = await simulate(plan);
  return outcome.verdict.faults.some((it) => it.what === what && knownAs(it, outcome) === null);
}

Deno.exit(await main(Deno.args));
