import type { Scenario } from "../scenario.ts";

/** Longer than it takes the sensor to look at its clock again. */
const SETTLED_MS = 2500;

/** The clock is set while the sensor runs. */
export const CLOCK_SCENARIOS: readonly Scenario[] = [
  {
    name: "clock_forward",
    about: "the clock is set forward by up to 80 seconds: on_missed decides on what it passed over",
    rounds: { long: 6, short: 2 },
    roundMs: SETTLED_MS,
    hasOwnClock: true,
    mix: { onMissed: ["all", "latest", "skip"] },
    async round({ clock, sleep }, random) {
      clock.step(random.between(1000, 80_000));
      await sleep(SETTLED_MS);
    },
  },
  {
    name: "clock_back",
    about: "the clock is set back by up to 10 seconds: nothing fires twice",
    rounds: { long: 4, short: 0 },
    roundMs: 8000,
    hasOwnClock: true,
    async round({ clock, sleep }, random) {
      const backMs = random.between(1000, 10_000);
      clock.step(-backMs);
      await sleep(backMs + SETTLED_MS);
    },
  },
  {
    name: "clock_to_and_fro",
    about: "the clock is set forward and back again, by less",
    rounds: { long: 4, short: 0 },
    roundMs: 8000,
    hasOwnClock: true,
    async round({ clock, sleep }, random) {
      const ms = random.between(7000, 40_000);
      clock.step(ms);
      await sleep(SETTLED_MS);
      clock.step(-random.between(1000, 6000));
      await sleep(2 * SETTLED_MS);
    },
  },
];
