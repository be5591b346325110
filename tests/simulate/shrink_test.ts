import { assertEquals } from "@std/assert";
import { draw } from "./draw.ts";
import type { Plan } from "./plan.ts";
import { PLAIN, shrink } from "./shrink.ts";

const SEEDS = 40;

Deno.test("A plan is shrunk to what it takes to fail, and to the plainest setting", async () => {
  for (let seed = 1; seed <= SEEDS; seed++) {
    const plan = draw(seed);
    const kinds = plan.operations.map(({ kind }) => kind);
    const last = kinds.at(-1) ?? "make";
    const fails = ({ operations }: Plan) =>
      Promise.resolve(operations.some((it) => it.kind === last));
    const small = await shrink(plan, fails);
    assertEquals(small.operations.map(({ kind }) => kind), [last]);
    assertEquals(small.setting, PLAIN);
    assertEquals(small.operations[0]?.atMs, 0);
  }
});

Deno.test("A plan that fails only as it is stays as it is", async () => {
  const plan = draw(1);
  assertEquals(await shrink(plan, (it) => Promise.resolve(it === plan)), plan);
});
