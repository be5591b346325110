import type { Clock } from "../ground/clock.ts";
import { BUILT_FROM, VERSION } from "../ground/version.ts";
import type { Health } from "./health.ts";
import { Instruments, type Sample } from "./instruments.ts";
import type { Metrics } from "./metrics.ts";
import type { Role, SensorState } from "./sensor_state.ts";
import type { Vitals } from "./vitals.ts";

const ROLES: readonly Role[] = ["single", "leader", "standby"];

/** What the metrics of the present state are read from. */
export interface StateSources {
  readonly clock: Clock;
  readonly sensor: SensorState;
  readonly vitals: Vitals;
  readonly health: Health;
}

/** Adds the metrics of how things are at the moment somebody asks. */
export function addStateMetrics(metrics: Metrics, sources: StateSources): void {
  const it = new Instruments(metrics.registry);
  addTimers(it, sources);
  addBacklog(it, metrics, sources);
  addConditions(it, sources);
  addProcess(it, sources);
}

function addTimers(it: Instruments, { sensor, vitals }: StateSources): void {
  const byKind = (counts: Readonly<Record<string, number>>): Sample[] =>
    Object.entries(counts).map(([kind, count]) => [{ kind }, count]);
  const byKnownKind = ({ unknown: _, ...kinds }: Readonly<Record<string, number>>) => byKind(kinds);
  it.gauges("timers", "Rules with a timer", ["kind"], () => byKnownKind(sensor.census.timers));
  it.gauges(
    "warned_rules",
    "Rules with a timer whose parameters may not say what their author thinks",
    ["kind"],
    () => byKnownKind(sensor.census.warned),
  );
  it.gauges(
    "refused_rules",
    "Rules that were refused a timer",
    ["kind"],
    () => byKind(sensor.census.refused),
  );
  it.gauge(
    "snapshot_age_seconds",
    "Since all rules were last read",
    () => vitals.snapshotAgeMs === null ? null : vitals.snapshotAgeMs / 1000,
  );
}

function addBacklog(it: Instruments, metrics: Metrics, { clock, sensor }: StateSources): void {
  it.gauge(
    "waiting_events",
    "Events that wait in memory, those in flight included",
    () => sensor.backlog?.waiting ?? 0,
  );
  it.gauge(
    "outbox_events",
    "Events in the outbox, as far as this process knows",
    () => sensor.backlog?.parked ?? 0,
  );
  it.gauges(
    "oldest_event_age_seconds",
    "Since the oldest event fell due that waits in memory, or about since the oldest came into the " +
      "outbox; 0 where none waits",
    ["place"],
    () => {
      const now = clock.now();
      const memoryMs = Math.max(0, now - (sensor.backlog?.earliestDueAt ?? Infinity));
      const outboxMs = metrics.outboxAge.ageMs(sensor.backlog?.parked ?? 0, now) ?? 0;
      return [[{ place: "memory" }, memoryMs / 1000], [{ place: "outbox" }, outboxMs / 1000]];
    },
  );
}

function addConditions(it: Instruments, { sensor, vitals, health }: StateSources): void {
  const { api, messages, outbox, lease } = vitals;
  it.gauge("ready", "Whether /readyz says so", () => Number(health.ready().isWell));
  it.gauge(
    "firing",
    "Whether this instance hands out what falls due",
    () => Number(sensor.isFiring),
  );
  it.gauges(
    "reachable",
    "Whether the API, and RabbitMQ on each connection, is within reach",
    ["what"],
    () => [
      [{ what: "api" }, Number(api.isUp)],
      [{ what: "messages" }, Number(messages.isUp)],
      [{ what: "outbox" }, Number(outbox.isUp)],
      ...(sensor.role === "single" ? [] : [[{ what: "lease" }, Number(lease.isUp)] as const]),
    ],
  );
  it.gauges(
    "role",
    "Which part this instance plays",
    ["role"],
    () => ROLES.map((role) => [{ role }, Number(role === sensor.role)]),
  );
  it.gauge(
    "token_expiry_seconds",
    "What is left of the token's life, where it says so",
    () => sensor.tokenSecondsToExpiry,
  );
}

function addProcess(it: Instruments, { clock, sensor }: StateSources): void {
  const startedAt = clock.now();
  it.gauge(
    "event_loop_lag_seconds",
    "How late the event loop was when last looked at, twice a second",
    () => sensor.lagMs / 1000,
  );
  it.gauge(
    "event_loop_lag_max_seconds",
    "The greatest lag of the last minute",
    () => sensor.maxLagMs / 1000,
  );
  const build = { version: VERSION, commit: BUILT_FROM ?? "unknown", deno: Deno.version.deno };
  it.gauges("build_info", "What is running", Object.keys(build), () => [[build, 1]]);
  it.gauge(
    "process_start_time_seconds",
    "When the process started, since the Unix epoch",
    () => startedAt / 1000,
  );
  it.gauge(
    "process_resident_memory_bytes",
    "Resident memory",
    () => Deno.memoryUsage().rss,
  );
}
