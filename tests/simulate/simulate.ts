import type { Chronicle } from "./chronicle.ts";
import { judge, type Verdict } from "./oracle/judge.ts";
import type { Plan } from "./plan.ts";
import { World } from "./world/world.ts";

/** What happened in a simulated world, and what is to be said of it. */
export interface Outcome {
  readonly chronicle: Chronicle;
  readonly verdict: Verdict;
}

/** Lives through a plan. */
export async function simulate(plan: Plan): Promise<Outcome> {
  const chronicle = await new World(plan).run();
  return { chronicle, verdict: judge(chronicle) };
}
