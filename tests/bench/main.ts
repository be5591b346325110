// deno-lint-ignore-file no-console -- people read what this prints
/** `deno task bench <name> [--json]`: benchmarks beside their baselines. */
import { type Benchmark, tableOf } from "./report.ts";
import { schedules } from "./schedules.ts";

const BENCHMARKS = new Map<string, Benchmark>([["schedules", schedules]]);

async function main(args: readonly string[]): Promise<number> {
  const isJson = args.includes("--json");
  const [name, stranger] = args.filter((it) => it !== "--json");
  const benchmark = name === undefined ? undefined : BENCHMARKS.get(name);
  if (benchmark === undefined || stranger !== undefined) {
    console.error("Usage: deno task bench <name> [--json]\n");
    for (const [name, { about }] of BENCHMARKS) console.error(`  ${name.padEnd(12)}${about}`);
    return 2;
  }
  const figures = await benchmark.run();
  console.log(isJson ? JSON.stringify({ benchmark: name, figures }, null, 2) : tableOf(figures));
  return 0;
}

Deno.exit(await main(Deno.args));
