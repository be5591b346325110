import { RabbitMq } from "../support/rabbitmq.ts";
import { serveChild } from "./children.ts";
import { cpuSeconds, startDaemon } from "./daemon_process.ts";
import { atMost, type Benchmark } from "./report.ts";

const RULES = 100_000;
const MINUTE_MS = 60_000;
/** V8 collects what the start left behind half a minute later, once: that is no part of being idle. */
const SETTLE_MS = 45_000;

/** What it costs to wait. */
export const idle: Benchmark = {
  about:
    `processor time a minute with ${RULES} timers due tomorrow; baseline: the same with no rules`,
  async run() {
    await using rabbit = await RabbitMq.start();
    await using stub = await serveChild("stub_api.ts", String(RULES));
    await using none = await serveChild("stub_api.ts", "0");
    const start = (apiUrl: string, timers: number, reconcileInterval: string, ref: string) =>
      startDaemon({ apiUrl, mqUrl: rabbit.url(), timers }, {
        ATTUNE_RECONCILE_INTERVAL: reconcileInterval,
        ATTUNE_SENSOR_REF: ref,
      });
    await using calm = await start(stub.line, RULES, "1d", "core.timer");
    await using inStep = await start(stub.line, RULES, "60s", "core.timer_sensor");
    await using empty = await start(none.line, 0, "1d", "core.timer");
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
    const processes = [calm, inStep, empty];
    const before = processes.map(({ pid }) => cpuSeconds(pid));
    await new Promise((resolve) => setTimeout(resolve, MINUTE_MS));
    const [timers = NaN, read = NaN, nothing = NaN] = processes.map(({ pid }, index) =>
      cpuSeconds(pid) - (before[index] ?? NaN)
    );
    return [
      { name: "no rules", value: nothing, unit: "s a minute" },
      atMost(0.2, { name: "timers alone", value: timers, unit: "s a minute" }),
      { name: "with a snapshot of all rules each minute", value: read, unit: "s a minute" },
    ];
  },
};
