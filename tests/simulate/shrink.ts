import type { Operation, Plan, Setting } from "./plan.ts";

/** The plainest of each: what a story needs not, it does not have. */
export const PLAIN: Setting = {
  instances: 1,
  shards: 1,
  windowMs: 3_600_000,
  reconcileMs: 60_000,
  latencyMs: 0,
  apiSkewMs: 0,
};
const SECOND_MS = 1000;
/** What a number of an operation is tried to be. */
const ROUNDER: readonly ((value: number) => number)[] = [
  () => 0,
  () => 1,
  (value) => Math.round(value / SECOND_MS) * SECOND_MS,
  (value) => Math.round(value / 2),
];
const NUMBERS = ["atMs", "ms", "downMs", "deeds", "messages"] as const;

/** A story is told within a minute or so, if not in the fewest words. */
const MOST_TRIES = 400;

/** Finds a plan with as few and as plain operations as can be that still fails as the given one does. */
export async function shrink(plan: Plan, fails: (plan: Plan) => Promise<boolean>): Promise<Plan> {
  let best = plan;
  let left = MOST_TRIES;
  const tries = async (candidate: Plan): Promise<boolean> => {
    if (left-- <= 0) return false;
    if (JSON.stringify(candidate) === JSON.stringify(best) || !await fails(candidate)) return false;
    best = candidate;
    return true;
  };
  for (let before = ""; before !== JSON.stringify(best);) {
    before = JSON.stringify(best);
    await dropOperations(() => best, tries);
    for (const [name, value] of Object.entries(PLAIN)) {
      await tries({ ...best, setting: { ...best.setting, [name]: value } });
    }
    for (let index = 0; index < best.operations.length; index++) {
      for (const simpler of simplerThan(best.operations[index])) {
        await tries(inOrder({ ...best, operations: best.operations.with(index, simpler) }));
      }
    }
    await tries({ ...best, lastsMs: (best.operations.at(-1)?.atMs ?? 0) + SECOND_MS });
  }
  return best;
}

/** Halves first, then quarters, down to each alone. */
async function dropOperations(
  best: () => Plan,
  tries: (plan: Plan) => Promise<boolean>,
): Promise<void> {
  for (let size = Math.ceil(best().operations.length / 2); size >= 1; size = Math.floor(size / 2)) {
    for (let from = best().operations.length - size; from >= 0; from -= size) {
      await tries({ ...best(), operations: best().operations.toSpliced(from, size) });
    }
  }
}

function* simplerThan(operation: Operation | undefined): Generator<Operation> {
  if (operation === undefined) return;
  if ("fate" in operation) {
    for (const kind of ["sent", "lost"] as const) yield { ...operation, fate: { kind } };
  }
  if (operation.kind === "kill") yield { ...operation, isMachine: false };
  if (operation.kind === "make") yield { ...operation, onMissed: "latest" };
  if (operation.kind === "stall") yield { ...operation, isSuspended: false };
  const numbers: Readonly<Record<string, unknown>> = { ...operation };
  for (const name of NUMBERS) {
    const value = numbers[name];
    if (typeof value !== "number") continue;
    for (const rounder of ROUNDER) yield { ...operation, [name]: rounder(value) };
  }
}

function inOrder(plan: Plan): Plan {
  return { ...plan, operations: plan.operations.toSorted((a, b) => a.atMs - b.atMs) };
}
