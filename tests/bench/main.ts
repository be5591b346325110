// deno-lint-ignore-file no-console -- people read what this prints
/**
 * `deno task bench [name] [--json] [--short]`: benchmarks beside their baselines, one or all of them. The
 * exit code says whether they could be run, not how they came out.
 */
import { capacity } from "./capacity.ts";
import { fanout } from "./fanout.ts";
import { herd } from "./herd.ts";
import { idle } from "./idle.ts";
import { ingest } from "./ingest.ts";
import { lateness } from "./lateness.ts";
import { loading } from "./loading.ts";
import { type Benchmark, tableOf } from "./report.ts";
import { schedules } from "./schedules.ts";
import { scheduling } from "./scheduling.ts";
import { soak } from "./soak.ts";
import { start } from "./start.ts";
import { throughput } from "./throughput.ts";

const BENCHMARKS = new Map<string, Benchmark>([
  ["schedules", schedules],
  ["capacity", capacity],
  ["scheduling", scheduling],
  ["lateness", lateness],
  ["throughput", throughput],
  ["herd", herd],
  ["ingest", ingest],
  ["loading", loading],
  ["start", start],
  ["fanout", fanout],
  ["idle", idle],
  ["soak", soak],
]);
const FLAGS = ["--json", "--short"];

async function main(args: readonly string[]): Promise<number> {
  const names = args.filter((it) => !FLAGS.includes(it));
  if (names.length > 1 || names.some((name) => !BENCHMARKS.has(name))) {
    console.error("Usage: deno task bench [name] [--json] [--short]\n");
    for (const [name, { about }] of BENCHMARKS) console.error(`  ${name.padEnd(12)}${about}`);
    return 2;
  }
  for (const [name, benchmark] of BENCHMARKS) {
    if (names.length > 0 && !names.includes(name)) continue;
    const figures = await benchmark.run({ isShort: args.includes("--short") });
    if (args.includes("--json")) console.log(JSON.stringify({ benchmark: name, figures }));
    else console.log(`${name}: ${benchmark.about}\n${tableOf(figures)}\n`);
  }
  return 0;
}

Deno.exit(await main(Deno.args));
