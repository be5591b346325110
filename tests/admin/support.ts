import { Registry } from "prom-client";
import { Health } from "../../src/admin/health.ts";
import { History } from "../../src/admin/history.ts";
import { Live } from "../../src/admin/live.ts";
import { type Handler, router } from "../../src/admin/router.ts";
import { routesOf, type RouteSources } from "../../src/admin/routes.ts";
import type { RuleViews } from "../../src/admin/rule_view.ts";
import type { SensorState } from "../../src/admin/sensor_state.ts";
import { Vitals } from "../../src/admin/vitals.ts";
import { Census } from "../../src/sync/census.ts";
import type { FakeClock } from "../support/fake_clock.ts";

/** A sensor that is well, as far as a test does not say otherwise. */
export function sensorState(now: () => number, with_: Partial<SensorState> = {}): SensorState {
  return {
    role: "single",
    isStopping: false,
    isFiring: true,
    get handedOutTo() {
      return now();
    },
    timers: 3,
    census: new Census(),
    backlog: { waiting: 0, parked: 0, earliestDueAt: Infinity },
    lagMs: 0,
    maxLagMs: 0,
    tokenSecondsToExpiry: null,
    ...with_,
  };
}

const NO_RULES: RuleViews = {
  rules: () => [],
  refOf: () => undefined,
  has: () => false,
  view: () => undefined,
  upcoming: () => [],
  warningsOf: () => [],
  doubts: () => [],
  refusalOf: () => undefined,
  refusals: () => [],
  tallyOf: () => undefined,
};

/** Answers requests about what a test gives; a route that fails makes the test fail. */
export function handlerOf(clock: FakeClock, parts: Partial<RouteSources>): Handler {
  const vitals = new Vitals(clock);
  const failed = (error: unknown) => {
    throw error;
  };
  const routes = routesOf({
    health: new Health(clock, sensorState(() => clock.now()), vitals),
    registry: new Registry(),
    clock,
    views: NO_RULES,
    history: new History(clock, () => true),
    live: new Live({ clock, snapshot: () => ({ now: clock.now() }), failed }),
    ...parts,
  });
  return router(routes, failed);
}
