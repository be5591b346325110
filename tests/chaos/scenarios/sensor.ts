import type { Arena } from "../arena.ts";
import type { Random } from "../random.ts";
import { type Scenario, together } from "../scenario.ts";

/** The sensor stops, in one way or another. */
export const SENSOR_SCENARIOS: readonly Scenario[] = [
  {
    name: "calm",
    about: "nothing happens: every event is on time",
    rounds: { long: 20, short: 0 },
    roundMs: 1000,
    isCalm: true,
    round: (arena) => arena.sleep(1000),
  },
  {
    name: "sensor_kill",
    about: "kill -9 of the sensor at random points of its life, the start included",
    rounds: { long: 70, short: 5 },
    roundMs: 3500,
    mix: { onMissed: ["all", "latest", "skip"] },
    round: killAtRandom,
  },
  {
    name: "sensor_kill_in_outage",
    about: "kill -9 of the sensor twice while the API is down, slow or loses answers",
    rounds: { long: 12, short: 0 },
    roundMs: 8000,
    async round(arena, random) {
      const kind = random.pick(["down", "5xx", "lost answers", "hang", "slow"] as const);
      const kills = random.fork();
      await together(
        arena.outage(random, kind, random.between(3000, 6000)),
        arena.sleep(kills.between(0, 1500))
          .then(() => killAtRandom(arena, kills))
          .then(() => killAtRandom(arena, kills)),
      );
      await arena.sensor.ready();
      await arena.sleep(random.between(0, 2000));
    },
  },
  {
    name: "sensor_down",
    about: "kill -9 of the sensor, which starts again only after 8 to 16 seconds",
    rounds: { long: 4, short: 0 },
    roundMs: 16_000,
    mix: { onMissed: ["all", "latest", "skip"] },
    async round({ sensor, sleep }, random) {
      await sensor.ready();
      await sleep(random.between(1000, 3000));
      await sensor.kill(random.between(8000, 16_000));
      await sensor.ready();
    },
  },
  {
    name: "sensor_frozen",
    about: "SIGSTOP of the sensor for up to 14 seconds",
    rounds: { long: 5, short: 0 },
    roundMs: 10_000,
    mix: { onMissed: ["all", "latest", "skip"] },
    async round({ sensor, sleep, diary }, random) {
      // Its requests run out of time while it stands still, whatever was answered meanwhile.
      using _lost = diary.answersLost();
      await sensor.freeze(random.between(500, 14_000));
      await sleep(2000);
    },
  },
  {
    name: "sigterm",
    about: "SIGTERM under load, with an API that is well, slow or down",
    rounds: { long: 12, short: 2 },
    roundMs: 5000,
    mix: { intervals: 150 },
    async round(arena, random) {
      await arena.sensor.ready();
      const kind = random.pick(["slow", "down", "5xx", null] as const);
      await together(
        kind === null ? null : arena.outage(random, kind, random.between(2000, 4000)),
        arena.sleep(random.between(500, 3000)).then(() => arena.sensor.restart()),
      );
    },
  },
];

/** Kills the sensor up to three seconds after it is ready, or in the middle of its start. */
export async function killAtRandom(arena: Arena, random: Random): Promise<void> {
  const { sensor, sleep } = arena;
  const isAtStart = random.chance(0.3);
  const [delayMs, pauseMs] = [random.between(0, isAtStart ? 800 : 3000), random.between(0, 1000)];
  if (isAtStart) await sensor.started();
  else await sensor.ready();
  await sleep(delayMs);
  await sensor.kill(pauseMs);
}
