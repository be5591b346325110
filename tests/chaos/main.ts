// deno-lint-ignore-file no-console -- people read what this prints
/**
 * `deno task chaos`: faults on purpose, over real processes, and then a comparison of every occurrence that
 * should have fired with what the platform stored. Prints a row a scenario; the exit code is 1 if any failed.
 */
import { parseArgs } from "@std/cli/parse-args";
import * as z from "zod";
import { ensureRabbitMq } from "../support/install_rabbitmq.ts";
import { RabbitMq } from "../support/rabbitmq.ts";
import { type Outcome, runScenario } from "./run_scenario.ts";
import type { Scenario } from "./scenario.ts";
import { SCENARIOS } from "./scenarios/all.ts";
import { footer, header, row, type TableKind, tableOf } from "./table.ts";

const USAGE = "Usage: deno task chaos [--seed <n>] [--only <name>[,<name>]] [--short] [--list]";
const MAX_SEED = 2 ** 31;
const STOP_SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

const Flags = z.strictObject({
  _: z.array(z.unknown()).max(0, "expected no other words"),
  seed: z.coerce.number().int().min(0).max(MAX_SEED)
    .default(() => Math.floor(Math.random() * MAX_SEED)),
  only: z.string().transform((text) => text.split(",")).pipe(
    z.array(z.enum(SCENARIOS.map(({ name }) => name))),
  ).optional(),
  short: z.boolean(),
  list: z.boolean(),
});

interface Plan {
  readonly scenario: Scenario;
  readonly rounds: number;
}

async function main(args: string[]): Promise<number> {
  const words = parseArgs(args, { string: ["seed", "only"], boolean: ["short", "list"] });
  const flags = Flags.safeParse(words);
  if (!flags.success) {
    console.error(`${z.prettifyError(flags.error)}\n${USAGE}`);
    return 2;
  }
  const { seed, only, short, list } = flags.data;
  const plans = plansOf(only ?? null, short);
  if (!list) return await run(plans, seed);
  for (const { scenario: { name, about }, rounds } of plans) {
    console.log(`${name.padEnd(22)}${String(rounds).padStart(3)} x  ${about}`);
  }
  return 0;
}

/** What is named is run even where it is no part of the short run. */
function plansOf(only: readonly string[] | null, isShort: boolean): readonly Plan[] {
  const wanted = SCENARIOS.filter(({ name }) => only === null || only.includes(name));
  return wanted.map((scenario) => {
    const { long, short } = scenario.rounds;
    return { scenario, rounds: isShort ? Math.max(short, only === null ? 0 : 1) : long };
  }).filter(({ rounds }) => rounds > 0);
}

async function run(plans: readonly Plan[], seed: number): Promise<number> {
  await ensureRabbitMq();
  console.log(`seed ${seed}`);
  const startedAt = performance.now();
  const stop = new AbortController();
  for (const signal of STOP_SIGNALS) {
    Deno.addSignalListener(signal, () => stop.abort(new Error(`Received ${signal}`)));
  }
  const outcomes: Outcome[] = [];
  let table: TableKind | null = null;
  await using rabbit = await RabbitMq.start();
  for (const { scenario, rounds } of plans) {
    if (stop.signal.aborted) break;
    const outcome = await runScenario(scenario, { rabbit, seed, rounds, signal: stop.signal });
    outcomes.push(outcome);
    const kind = tableOf(scenario);
    if (kind !== table) console.log(header(kind));
    table = kind;
    tell(kind, outcome);
  }
  console.log(`${Math.round((performance.now() - startedAt) / 1000)} s, ${footer(outcomes)}`);
  return stop.signal.aborted || outcomes.some(({ problems }) => problems.length > 0) ? 1 : 0;
}

function tell(kind: TableKind, outcome: Outcome): void {
  console.log(row(kind, outcome));
  for (const problem of outcome.problems) console.log(`    ${problem}`);
  if (outcome.logPath !== null) console.log(`    log: ${outcome.logPath}`);
}

Deno.exit(await main(Deno.args));
