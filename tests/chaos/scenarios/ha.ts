import type { Arena } from "../arena.ts";
import type { Random } from "../random.ts";
import { BROKER_WARM_UP_MS, type Scenario, together } from "../scenario.ts";

/** Several sensors compete for the lease, and the one that holds it fails. */
export const HA_SCENARIOS: readonly Scenario[] = [
  {
    name: "ha_kill",
    about: "kill -9 of the one of three that fires",
    instances: 3,
    rounds: { long: 30, short: 0 },
    roundMs: 2500,
    async round({ crew, sleep }, random) {
      await crew.doubled();
      await sleep(random.between(0, 2000));
      await crew.kill(random.between(0, 1000));
    },
  },
  {
    name: "ha_freeze",
    about: "SIGSTOP of the one that fires, and SIGCONT when another does",
    instances: 2,
    rounds: { long: 8, short: 0 },
    roundMs: 7000,
    async round({ crew, sleep }, random) {
      await crew.ready();
      await sleep(random.between(500, 2000));
      await crew.freeze(random.between(0, 3000));
      await sleep(1000);
    },
  },
  {
    name: "ha_freeze_short",
    about: "SIGSTOP of the one that fires for up to a second: it goes on",
    instances: 2,
    rounds: { long: 8, short: 0 },
    roundMs: 3000,
    async round({ crew, sleep }, random) {
      await crew.ready();
      await crew.freezeBriefly(random.between(100, 1000));
      await sleep(random.between(0, 1000));
    },
  },
  {
    name: "ha_partition",
    about: "nothing passes between the one that fires and the broker",
    instances: 2,
    rounds: { long: 8, short: 0 },
    roundMs: 8000,
    async round({ crew, sleep }, random) {
      await crew.ready();
      await sleep(random.between(500, 2000));
      await crew.cutOff(random.between(0, 3000));
      await sleep(1000);
    },
  },
  {
    name: "ha_broker",
    about: "kill -9 of the broker under three sensors",
    instances: 3,
    rounds: { long: 5, short: 0 },
    roundMs: 13_000,
    warmUpMs: BROKER_WARM_UP_MS,
    async round({ crew, broker, sleep }, random) {
      await crew.ready();
      await sleep(random.between(1000, 4000));
      await crew.outlive(() => broker.kill(random.between(0, 2000)));
    },
  },
  {
    name: "ha_rolling",
    about: "SIGTERM of the one that fires, again and again",
    instances: 3,
    rounds: { long: 50, short: 0 },
    roundMs: 2000,
    async round({ crew, sleep }, random) {
      await crew.doubled();
      await sleep(random.between(0, 1000));
      await crew.handOver();
    },
  },
  {
    name: "ha_api_down",
    about: "kill -9 of the one that fires while the API is down",
    instances: 2,
    rounds: { long: 6, short: 0 },
    roundMs: 9000,
    async round(arena, random) {
      const kind = random.pick(["down", "5xx", "hang", "lost answers", "slow"] as const);
      const kill = random.fork();
      await arena.crew.ready();
      await together(
        arena.outage(random, kind, random.between(3000, 6000)),
        arena.sleep(kill.between(500, 3000)).then(() => arena.crew.kill(0)),
      );
      await arena.crew.ready();
      await arena.sleep(random.between(500, 2000));
    },
  },
  {
    name: "ha_api_freeze",
    about:
      "SIGSTOP of the one that fires while the API is down, which may be up before another fires",
    instances: 2,
    rounds: { long: 6, short: 0 },
    roundMs: 10_000,
    async round(arena, random) {
      const other = random.fork();
      await arena.crew.ready();
      await together(
        arena.outage(random, random.pick(["down", "5xx"]), random.between(2500, 4500)),
        arena.sleep(other.between(1000, 2000)).then(() =>
          arena.crew.freeze(other.between(0, 2000))
        ),
      );
      await arena.sleep(random.between(1000, 3000));
    },
  },
  {
    name: "ha_mixed",
    about: "anything befalls the one of three that fires, half of the time in an outage of the API",
    instances: 3,
    rounds: { long: 12, short: 0 },
    roundMs: 8000,
    warmUpMs: BROKER_WARM_UP_MS,
    async round(arena, random) {
      const other = random.fork();
      await arena.crew.ready();
      const kind = random.pick(["down", "5xx", "lost answers", "slow", null, null] as const);
      await together(
        kind === null ? null : arena.outage(random, kind, random.between(1000, 4000)),
        arena.sleep(random.between(0, 2000)).then(() => befall(arena, other)),
      );
      await arena.sleep(random.between(500, 2000));
    },
  },
];

async function befall({ crew, broker }: Arena, random: Random): Promise<void> {
  switch (random.pick(["kill", "stop", "freeze", "cut off", "broker"] as const)) {
    case "kill":
      return await crew.kill(random.between(0, 1000));
    case "stop":
      return await crew.handOver();
    case "freeze":
      return await crew.freeze(random.between(0, 2000));
    case "cut off":
      return await crew.cutOff(random.between(0, 2000));
    case "broker":
      return await crew.outlive(() => broker.kill(random.between(0, 1000)));
    default:
  }
}
