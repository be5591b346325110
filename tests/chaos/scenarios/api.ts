import type { OutageKind } from "../outages.ts";
import type { Scenario } from "../scenario.ts";

/** One kind of outage after the other, with the sensor left alone. */
export const API_SCENARIOS: readonly Scenario[] = [
  apiScenario("api_down", "down", 4, "nobody listens where the API was"),
  apiScenario("api_hang", "hang", 2, "the API takes requests and does not answer"),
  apiScenario("api_5xx", "5xx", 3, "the API answers 500, 502 or 503"),
  apiScenario("api_reset", "reset", 3, "connections are reset before an event is stored"),
  apiScenario("api_lost", "lost answers", 4, "events are stored and their answers lost", 1),
  apiScenario("api_429", "429", 3, "the API answers 429, with Retry-After or without"),
  apiScenario("api_slow", "slow", 2, "answers take up to one and a half seconds"),
  {
    ...apiScenario("api_401", "401", 3, "the token is refused: the sensor ends and starts again"),
    ownExits: [5],
  },
];

function apiScenario(
  name: string,
  kind: OutageKind,
  long: number,
  about: string,
  short = 0,
): Scenario {
  return {
    name,
    about,
    rounds: { long, short },
    roundMs: 6000,
    async round(arena, random) {
      await arena.outage(random, kind, random.between(1000, 7000));
      await arena.sleep(random.between(1000, 3000));
    },
  };
}
