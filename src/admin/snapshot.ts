import type { Clock } from "../ground/clock.ts";
import { rfc3339 } from "../ground/instant.ts";
import { describe } from "../schedule/describe.ts";
import type { TimerView } from "../timers/timer_table.ts";
import { shortened } from "./shortened.ts";
import { VERSION } from "../ground/version.ts";
import type { Counters } from "../observe/counters.ts";
import type { Health } from "./health.ts";
import type { RecentActivity, RecentFailure, RecentFire } from "./recent_activity.ts";
import type { OutboxAge } from "./outbox_age.ts";
import type { Pulse } from "./pulse.ts";
import type { RuleViews } from "./rule_view.ts";
import type { SensorState } from "./sensor_state.ts";

const UPCOMING = 20;
const WARNED = 20;
const REFUSED = 20;

/** What a snapshot is made of. */
export interface SnapshotSources {
  readonly clock: Clock;
  /** Whose rules these are, such as `1/1`. */
  readonly shard: string;
  readonly sensor: SensorState;
  readonly health: Health;
  readonly views: RuleViews;
  readonly activity: RecentActivity;
  readonly counters: Counters;
  readonly pulse: Pulse;
  readonly outboxAge: OutboxAge;
}

/** The sensor at this moment, as the page shows it. It is as quickly made for a million rules as for one. */
export function snapshotOf(sources: SnapshotSources): Record<string, unknown> {
  const { clock, shard, sensor, health, activity, counters, pulse } = sources;
  const { stored, latenessMs } = pulse.series;
  return {
    now: rfc3339(clock.now()),
    version: VERSION,
    shard,
    stopping: sensor.isStopping,
    firing: sensor.isFiring,
    ...health.ready().details,
    token_seconds: sensor.tokenSecondsToExpiry,
    lag_ms: sensor.lagMs,
    backlog: backlogOf(sources),
    delivered: counters.events.stored,
    failed: counters.failed,
    per_second: { stored, lateness_ms: latenessMs },
    // Whoever does not fire has planned, but for nobody.
    next: sensor.isFiring ? sources.views.upcoming(UPCOMING).map(nextJson) : [],
    fires: activity.fires.map(fireJson),
    failures: activity.failures.map(failureJson),
    warned: warnedOf(sources),
    refused: refusedOf(sources),
  };
}

function backlogOf({ clock, sensor: { backlog }, outboxAge }: SnapshotSources) {
  const now = clock.now();
  const { waiting, parked, earliestDueAt } = backlog ??
    { waiting: 0, parked: 0, earliestDueAt: Infinity };
  return {
    waiting,
    oldest_waiting_ms: earliestDueAt === Infinity ? null : Math.max(0, now - earliestDueAt),
    outbox: parked,
    oldest_outbox_ms: outboxAge.ageMs(parked, now),
  };
}

function nextJson({ entry: { ruleId, ruleRef, timer }, dueAt }: TimerView) {
  return {
    rule_id: ruleId,
    rule_ref: shortened(ruleRef),
    schedule: describe(timer),
    due_at: dueAt === null ? null : rfc3339(dueAt),
  };
}

function fireJson({ ruleId, ruleRef, scheduledAt, latenessMs, progress }: RecentFire) {
  return {
    rule_id: ruleId,
    rule_ref: shortened(ruleRef),
    scheduled_at: rfc3339(scheduledAt),
    lateness_ms: latenessMs,
    progress,
  };
}

function failureJson({ ruleId, ruleRef, scheduledAt, at, outcome, reason }: RecentFailure) {
  return {
    rule_id: ruleId,
    rule_ref: shortened(ruleRef),
    scheduled_at: rfc3339(scheduledAt),
    at: rfc3339(at),
    result: outcome,
    reason,
  };
}

function warnedOf({ sensor: { census }, views }: SnapshotSources) {
  const rules = Iterator.from(views.doubts()).take(WARNED).map(([id, { warnings }]) => ({
    rule_id: id,
    rule_ref: views.refOf(id) ?? null,
    warnings,
  }));
  return { total: totalOf(census.warned), rules: [...rules] };
}

function refusedOf({ sensor: { census }, views }: SnapshotSources) {
  const rules = Iterator.from(views.refusals()).take(REFUSED).map(([id, refusal]) => ({
    rule_id: id,
    rule_ref: shortened(refusal.ruleRef),
    trigger_ref: refusal.triggerRef,
    problems: refusal.problems,
  }));
  return { total: totalOf(census.refused), rules: [...rules] };
}

function totalOf(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}
