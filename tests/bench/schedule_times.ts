import { Cron } from "croner";
import type { TriggerParams } from "../../src/domain/rule.ts";
import { compile } from "../../src/schedule/kinds.ts";
import { type Figure, medianOf, spread } from "./report.ts";
import { timed } from "./timed.ts";

const AFTER = Date.UTC(2026, 0, 1);

/** What a schedule costs, in microseconds. */
interface Cost {
  readonly compile: number;
  /** The first occurrence, and the one after it. */
  readonly first: number;
  readonly later: number;
}

/** Compile and next over many parameters. */
export function schedulesInTime(
  family: string,
  cases: readonly TriggerParams[],
): readonly Figure[] {
  return costFigures(family, costsOf(cases, ownCost));
}

/** Ours and bare croner's on the same inputs, as far as both take them. */
export function cronAgainstCroner(cases: readonly TriggerParams[]): readonly Figure[] {
  const both = cases.filter((it) => ownCost(it) !== null && cronerCost(it) !== null);
  const own = costsOf(both, ownCost);
  const bare = costsOf(both, cronerCost);
  const ratio = (pick: (cost: Cost) => number) =>
    medianOf(own.map((it, index) => pick(it) / pick(bare[index] ?? it)).sort((a, b) => a - b));
  return [
    ...costFigures("bare croner", bare),
    figure("compile and first next against bare croner", ratio((it) => it.compile + it.first)),
    figure("later next against bare croner", ratio((it) => it.later)),
  ];

  function figure(name: string, value: number): Figure {
    return { name: `${name}, median`, value, unit: "×" };
  }
}

function costFigures(family: string, costs: readonly Cost[]): readonly Figure[] {
  return [
    ...spread(`${family}: compile`, costs.map((it) => it.compile), "µs"),
    ...spread(`${family}: first next`, costs.map((it) => it.first), "µs"),
    ...spread(`${family}: later next`, costs.map((it) => it.later), "µs"),
  ];
}

/** Everything twice: once to warm up, then under another policy, so that nothing kept is of use. */
function costsOf(
  cases: readonly TriggerParams[],
  costOf: (params: TriggerParams) => Cost | null,
): readonly Cost[] {
  for (const params of cases) costOf({ ...params, dst_overlap: "second" });
  return cases.map(costOf).filter((cost) => cost !== null);
}

function ownCost(params: TriggerParams): Cost | null {
  const { result: compiled, us: compileUs } = timed(() => compile("core.timer", params, 0));
  if (!compiled.ok) return null;
  const { timer } = compiled;
  const { result: at, us: first } = timed(() => timer.next(AFTER));
  const { us: later } = timed(() => timer.next(at ?? AFTER + 1));
  return { compile: compileUs, first, later };
}

function cronerCost({ expression, timezone }: TriggerParams): Cost | null {
  try {
    const { result: cron, us: compileUs } = timed(() =>
      new Cron(String(expression), { timezone: String(timezone) })
    );
    const { result: at, us: first } = timed(() => cron.nextRun(new Date(AFTER)));
    const { us: later } = timed(() => cron.nextRun(at ?? new Date(AFTER + 1)));
    return { compile: compileUs, first, later };
  } catch {
    // The way in which croner refuses an expression.
    return null;
  }
}
