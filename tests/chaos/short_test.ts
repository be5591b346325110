import { assertEquals } from "@std/assert";
import { RabbitMq } from "../support/rabbitmq.ts";
import { report } from "../support/report.ts";
import { runScenario } from "./run_scenario.ts";
import { SCENARIOS } from "./scenarios/all.ts";
import { header, row, tableOf } from "./table.ts";

/** Always the same choices; `deno task chaos` makes others each time. */
const SEED = 1;

let rabbit: RabbitMq;
Deno.test.beforeAll(async () => {
  rabbit = await RabbitMq.start();
});
Deno.test.afterAll(() => rabbit[Symbol.asyncDispose]());

for (const scenario of SCENARIOS.filter(({ rounds }) => rounds.short > 0)) {
  Deno.test(`Nothing is lost in spite of ${scenario.about}`, async () => {
    const { signal } = new AbortController();
    const rounds = scenario.rounds.short;
    const outcome = await runScenario(scenario, { rabbit, seed: SEED, rounds, signal });
    const kind = tableOf(scenario);
    report(`${header(kind)}\n${row(kind, outcome)}`);
    assertEquals(outcome.problems, [], `See ${outcome.logPath}`);
  });
}
