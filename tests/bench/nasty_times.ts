import fc from "fast-check";
import type { TriggerParams } from "../../src/domain/rule.ts";
import { adviceOn } from "../../src/schedule/advice.ts";
import { describe } from "../../src/schedule/describe.ts";
import { compile } from "../../src/schedule/kinds.ts";
import { nastyRules } from "../schedule/nasty_arbitrary.ts";
import { atMost, type Figure, quantile } from "./report.ts";
import { timed } from "./timed.ts";

const NOW = Date.UTC(2026, 11);
const SEED = 1801;
const RULES = 3000;
/** Rules that differ in these are others, though they cost the same: nothing kept is of use. */
const ALIKE: readonly TriggerParams[] = ["first", "second", "both"].map((it) => ({
  dst_overlap: it,
}));
const MOST_MS = 5;
/** The first of its kind may take more: nothing is known of its zone yet, and no code is warm. */
const MOST_AT_FIRST_MS = 20;

/** The longest that each took, in milliseconds. */
interface Costs {
  compile: number;
  next: number;
  describe: number;
  advice: number;
}
const DEEDS = ["compile", "next", "describe", "advice"] as const;

/** What rules cost that are made to be hard, over a seeded corpus. */
export function nastyTimes(): readonly Figure[] {
  const costs = fc.sample(nastyRules, { seed: SEED, numRuns: RULES })
    .map((params) => ALIKE.map((other) => costsOf({ ...params, ...other })));
  return DEEDS.flatMap((deed) => {
    const took = costs.map((alike) => alike.map((it) => it[deed]));
    return [
      // Of three the least, for the machine does other things as well.
      figure(`${deed}, worst`, took.map((it) => Math.min(...it)), 1, MOST_MS),
      figure(
        `${deed}, first of three`,
        took.map(([first = NaN]) => first),
        0.999,
        MOST_AT_FIRST_MS,
      ),
    ];
  });
}

function costsOf(params: TriggerParams): Costs {
  const costs: Costs = { compile: 0, next: 0, describe: 0, advice: 0 };
  const took = <T>(deed: keyof Costs, run: () => T): T => {
    const { result, us } = timed(run);
    costs[deed] = Math.max(costs[deed], us / 1000);
    return result;
  };
  const compiled = took("compile", () => compile("core.timer", params, NOW));
  if (!compiled.ok) return costs;
  const { timer } = compiled;
  let at: number | null = NOW;
  for (let asked = 0; asked < 4 && at !== null; asked++) {
    const after: number = at;
    at = took("next", () => timer.next(after));
  }
  took("describe", () => describe(timer));
  took("advice", () => adviceOn(timer, NOW));
  return costs;
}

function figure(name: string, ms: readonly number[], share: number, limit: number): Figure {
  const value = quantile(Float64Array.from(ms), share);
  return atMost(limit, { name: `nasty rules: ${name}`, value, unit: "ms" });
}
