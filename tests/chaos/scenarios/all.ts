import type { Scenario } from "../scenario.ts";
import { API_SCENARIOS } from "./api.ts";
import { BROKER_SCENARIOS } from "./broker.ts";
import { CLOCK_SCENARIOS } from "./clock.ts";
import { HA_SCENARIOS } from "./ha.ts";
import { MIXED_SCENARIOS } from "./mixed.ts";
import { SENSOR_SCENARIOS } from "./sensor.ts";

/** Every scenario, in the order of the long run. */
export const SCENARIOS: readonly Scenario[] = [
  ...SENSOR_SCENARIOS,
  ...API_SCENARIOS,
  ...BROKER_SCENARIOS,
  ...CLOCK_SCENARIOS,
  ...MIXED_SCENARIOS,
  ...HA_SCENARIOS,
];
