import { Health } from "../../src/admin/health.ts";
import { Metrics } from "../../src/admin/metrics.ts";
import { addStateMetrics } from "../../src/admin/state_metrics.ts";
import type { SensorState } from "../../src/admin/sensor_state.ts";
import { Vitals } from "../../src/admin/vitals.ts";
import { Counters } from "../../src/observe/counters.ts";
import type { News } from "../../src/observe/news.ts";
import type { OutboundEvent } from "../../src/domain/event.ts";
import { eventOf } from "../../src/delivery/fire_event.ts";
import type { Fire } from "../../src/timers/fire.ts";
import { RuleId } from "../../src/domain/rule.ts";
import { compile } from "../../src/schedule/kinds.ts";
import type { Timer } from "../../src/schedule/timer.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { parseScrape, type Sample } from "../support/prometheus.ts";
import { handlerOf, sensorState } from "./support.ts";

/** Metrics of a sensor that a test plays. */
export interface MetricsRig {
  readonly clock: FakeClock;
  readonly hear: (news: News) => void;
  readonly text: () => Promise<string>;
  readonly scrape: () => Promise<Sample[]>;
}

/** `facts` is what the sensor says of itself; it is asked anew by each scrape. */
export function metricsRig(facts: Partial<SensorState> = {}): MetricsRig {
  const clock = new FakeClock();
  const vitals = new Vitals(clock);
  const counters = new Counters();
  const metrics = new Metrics(clock, "1/2", counters);
  const one = sensorState(() => clock.now(), facts);
  const health = new Health(clock, one, vitals);
  addStateMetrics(metrics, { clock, sensor: one, vitals, health });
  const answer = handlerOf(clock, { health, registry: metrics.registry });
  const text = async () => await (await answer(new Request("http://localhost/metrics"))).text();
  return {
    clock,
    hear(news) {
      for (const it of [counters, vitals, metrics]) it.listen(news);
    },
    text,
    scrape: async () => parseScrape(await text()),
  };
}

/** A timer of each minute, with what else its parameters say. */
export function timer(params: Record<string, unknown> = {}): Timer {
  const written = { type: "interval", interval: 1, unit: "minutes", ...params };
  const compiled = compile("core.timer", written, Date.UTC(2025, 0, 1));
  if (!compiled.ok) throw new Error(compiled.problems.join());
  return compiled.timer;
}

/** A fire that is due now, `lateMs` ago. */
export function fire(clock: FakeClock, lateMs = 0, more: Partial<Fire> = {}): Fire {
  const dueAt = clock.now() - lateMs;
  return {
    ruleId: RuleId.parse(1),
    ruleRef: "test.one",
    timer: timer(),
    scheduledAt: dueAt,
    dueAt,
    coversFrom: dueAt,
    firedAt: clock.now(),
    nextAt: null,
    executionCount: 1,
    missedCount: 0,
    ...more,
  };
}

/** Its event. */
export function event(clock: FakeClock, lateMs = 0): OutboundEvent {
  return eventOf(fire(clock, lateMs), "core.timer");
}
