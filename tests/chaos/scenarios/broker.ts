import { BROKER_WARM_UP_MS, type Scenario, together } from "../scenario.ts";
import { killAtRandom } from "./sensor.ts";

/** The broker fails, alone and together with others. */
export const BROKER_SCENARIOS: readonly Scenario[] = [
  {
    name: "broker_kill",
    about: "kill -9 of the broker",
    rounds: { long: 12, short: 0 },
    roundMs: 10_000,
    warmUpMs: BROKER_WARM_UP_MS,
    async round({ broker, sleep }, random) {
      await broker.kill(random.between(0, 2000));
      await sleep(random.between(1000, 5000));
    },
  },
  {
    name: "broker_frozen",
    about: "SIGSTOP of the broker for up to 8 seconds, with a heartbeat of one",
    rounds: { long: 6, short: 0 },
    roundMs: 7000,
    async round({ broker, sleep }, random) {
      await broker.freeze(random.between(500, 8000));
      await sleep(random.between(1000, 4000));
    },
  },
  {
    name: "outbox_full",
    about: "the outbox takes no more than a few events while the API is down",
    rounds: { long: 4, short: 0 },
    roundMs: 9000,
    async round(arena, random) {
      await arena.broker.full(random.between(0, 40), async () => {
        await arena.outage(random, random.pick(["down", "5xx"]), random.between(4000, 7000));
        await arena.sleep(random.between(0, 1000));
      });
      await arena.sleep(2000);
    },
  },
  {
    name: "outbox_full_kill",
    about: "the same, and kill -9 of the sensor meanwhile",
    rounds: { long: 3, short: 0 },
    roundMs: 10_000,
    async round(arena, random) {
      const kill = random.fork();
      await arena.broker.full(random.between(0, 40), async () => {
        await together(
          arena.outage(random, "down", random.between(4000, 7000)),
          arena.sleep(kill.between(2000, 3500)).then(() => killAtRandom(arena, kill)),
        );
      });
      await arena.sensor.ready();
      await arena.sleep(2000);
    },
  },
  {
    name: "both_down",
    about: "kill -9 of the broker while the API is down; either may be back first",
    rounds: { long: 5, short: 0 },
    roundMs: 13_000,
    warmUpMs: BROKER_WARM_UP_MS,
    async round(arena, random) {
      const downMs = random.between(0, 2000);
      await together(
        arena.outage(random, "down", random.between(2000, 11_000)),
        arena.sleep(random.between(0, 1500)).then(() => arena.broker.kill(downMs)),
      );
      await arena.sleep(random.between(2000, 4000));
    },
  },
  {
    name: "all_down",
    about: "kill -9 of the broker and of the sensor while the API is down",
    rounds: { long: 5, short: 1 },
    roundMs: 15_000,
    warmUpMs: BROKER_WARM_UP_MS,
    async round(arena, random) {
      const [downMs, kill] = [random.between(0, 2000), random.fork()];
      await together(
        arena.outage(random, "down", random.between(2000, 9000)),
        arena.sleep(random.between(0, 1500)).then(() => arena.broker.kill(downMs)),
        arena.sleep(random.between(0, 3000)).then(() => killAtRandom(arena, kill)),
      );
      await arena.sensor.ready();
      await arena.sleep(random.between(2000, 5000));
    },
  },
];
