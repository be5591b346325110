import { RabbitMq } from "../support/rabbitmq.ts";
import { World } from "../support/world.ts";
import { startDaemon } from "./daemon_process.ts";
import { atMost, type Benchmark } from "./report.ts";

const RULES = 100;
const SECOND_MS = 1000;
/** For each of the periods, in seconds. */
const PERIODS = [10, 2] as const;
/** So long after the first rule is made nothing is deleted, and so long it takes to delete all. */
const SETTLE_MS = 12_000;
const DELETING_MS = 30_000;

/** What a rule that is deleted, of which nothing tells, costs the others. */
export const fanout: Benchmark = {
  about:
    `${RULES} rules deleted at random moments, of which no message tells: events stored without ` +
    "their rule, which run the actions of all others; baseline: the requests for events",
  async run() {
    await using rabbit = await RabbitMq.start();
    const figures = [];
    for (const seconds of PERIODS) {
      const { alone, posts, reads } = await measure(rabbit, seconds);
      const name = `each ${seconds} s: events without their rule`;
      figures.push(
        atMost(seconds >= 10 ? 1 : RULES, { name, value: alone, unit: "events" }),
        { name: `each ${seconds} s: single reads for an event`, value: reads / posts, unit: "×" },
      );
    }
    return figures;
  },
};

async function measure(rabbit: RabbitMq, seconds: number) {
  await using world = await World.on(rabbit);
  const { platform } = world;
  const daemon = { apiUrl: platform.url, mqUrl: rabbit.url(), timers: 0 };
  const token = { ATTUNE_API_TOKEN: world.token, ATTUNE_RECONCILE_INTERVAL: "1d" };
  await using _sensor = await startDaemon(daemon, token);
  const refs: string[] = [];
  for (let n = 0; n < RULES; n++) {
    const ref = `bench.rule${n}`;
    const trigger_params = { interval: seconds, unit: "seconds" };
    await platform.rules.create({ ref, trigger_ref: "core.intervaltimer", trigger_params });
    refs.push(ref);
    await pause(seconds * SECOND_MS / RULES);
  }
  await pause(SETTLE_MS);
  await Promise.all(refs.map(async (ref) => {
    await pause(Math.random() * DELETING_MS);
    platform.rules.silently.delete(ref);
  }));
  await pause(2 * seconds * SECOND_MS);
  const count = (route: string) => platform.requests.get(route) ?? 0;
  return {
    alone: platform.events.all.filter(({ ruleId }) => ruleId === null).length,
    posts: count("POST /api/v1/events"),
    reads: count("GET /api/v1/rules/{ref}"),
  };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
