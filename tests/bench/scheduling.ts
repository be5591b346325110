import * as z from "zod";
import { runChild } from "./children.ts";
import { atLeast, atMost, type Benchmark, median } from "./report.ts";

const FIRES = 1_000_000;
const MIXED_FIRES = 500_000;
const ROUNDS = 3;

const Cost = z.object({ us: z.number() });

/** What it costs to find what is due and to plan what comes next. */
export const scheduling: Benchmark = {
  about:
    "fires through timer table and alarm into a sink that does nothing, at different numbers of " +
    "timers; baseline: a setTimeout a rule",
  async run() {
    const few = await cost("interval", 1000, FIRES);
    const many = await cost("interval", 100_000, FIRES);
    const million = await cost("interval", 1_000_000, FIRES);
    const mixed = await cost("mixed", 100_000, MIXED_FIRES);
    const naive = await cost("naive", 100_000, MIXED_FIRES);
    return [
      { name: "1,000 timers", value: 1e6 / few, unit: "a second" },
      atLeast(500_000, { name: "100,000 timers", value: 1e6 / many, unit: "a second" }),
      { name: "1,000,000 timers", value: 1e6 / million, unit: "a second" },
      { name: "100,000 mixed timers", value: 1e6 / mixed, unit: "a second" },
      { name: "100,000 setTimeouts", value: 1e6 / naive, unit: "a second" },
      { name: "100,000 timers against setTimeout", value: naive / many, unit: "×" },
      atMost(3, { name: "a fire at 1,000,000 against 1,000", value: million / few, unit: "×" }),
    ];
  },
};

/** Microseconds a fire. */
async function cost(kind: string, rules: number, fires: number): Promise<number> {
  const costs: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const { us } = await runChild(
      Cost,
      "scheduling_child.ts",
      ...[kind, String(rules), String(fires)],
    );
    costs.push(us);
  }
  return median(costs);
}
