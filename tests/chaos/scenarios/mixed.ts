import type { Arena } from "../arena.ts";
import { OUTAGE_KINDS } from "../outages.ts";
import type { Random } from "../random.ts";
import { BROKER_WARM_UP_MS, type Scenario, together } from "../scenario.ts";
import { changeRule } from "./rules.ts";
import { killAtRandom } from "./sensor.ts";

/** Several things happen at the same time. */
export const MIXED_SCENARIOS: readonly Scenario[] = [
  {
    name: "rules_change",
    about: "rules are made, changed, disabled and enabled, half of the time just before a kill -9",
    rounds: { long: 8, short: 0 },
    roundMs: 7000,
    async round(arena, random) {
      await arena.sensor.ready();
      await arena.sleep(2000);
      for (let count = 0; count < 3; count++) await changeRule(arena, random);
      await arena.sleep(random.between(0, 500));
      if (random.chance(0.5)) await arena.sensor.kill(random.between(0, 1000));
      await arena.sleep(random.between(2000, 4000));
    },
  },
  {
    name: "mixed",
    about: "the API fails in any way, while sensor or broker are killed, frozen or stopped",
    rounds: { long: 8, short: 0 },
    roundMs: 10_000,
    warmUpMs: BROKER_WARM_UP_MS,
    ownExits: [5],
    async round(arena, random) {
      const [other, kill] = [random.fork(), random.fork()];
      await together(
        arena.outage(random, random.pick(OUTAGE_KINDS), random.between(1000, 6000)),
        arena.sleep(random.between(0, 2000)).then(() => befall(arena, other)),
        random.chance(0.5) ? killAtRandom(arena, kill) : null,
      );
      await arena.sensor.ready();
      await arena.sleep(random.between(500, 2000));
    },
  },
];

async function befall({ broker, sensor }: Arena, random: Random): Promise<void> {
  switch (random.pick(["kill", "freeze", "stop", "nothing"] as const)) {
    case "kill":
      return await broker.kill(random.between(0, 1000));
    case "freeze":
      return await broker.freeze(random.between(500, 4000));
    case "stop":
      return await sensor.restart();
    default:
  }
}
