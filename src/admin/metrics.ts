import { type Histogram, Registry } from "prom-client";
import type { Clock } from "../ground/clock.ts";
import type { Fire } from "../timers/fire.ts";
import type { OnMissed } from "../schedule/schedule.ts";
import { ON_TIME_MS } from "../timers/misfire.ts";
import { KINDS } from "../schedule/kinds.ts";
import { Instruments } from "./instruments.ts";
import { OutboxAge } from "./outbox_age.ts";
import type { Counters } from "../observe/counters.ts";
import type { News } from "../observe/news.ts";

const LATENESS_BUCKETS = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60, 3600];
const DELIVERY_BUCKETS = [
  0.01,
  0.025,
  0.05,
  0.1,
  0.25,
  0.5,
  1,
  2.5,
  5,
  10,
  30,
  60,
  300,
  3600,
  86_400,
];

/** Counts what happens, for Prometheus to ask. */
export class Metrics {
  readonly registry: Registry = new Registry();
  readonly outboxAge: OutboxAge = new OutboxAge();
  readonly #clock: Clock;
  readonly #instruments: Instruments = new Instruments(this.registry);
  readonly #fires = this.#instruments.counts(
    "fires_total",
    "Occurrences handed out for delivery",
    "kind",
    Object.fromEntries(KINDS.map((kind) => [kind, 0])),
  );
  readonly #lateness: Histogram = this.#instruments.histogram(
    "fire_lateness_seconds",
    "From the instant at which an occurrence was due to when it was handed out",
    LATENESS_BUCKETS,
  );
  readonly #missed: Record<OnMissed, { coalesced: number; dropped: number; fired_late: number }> = {
    latest: { coalesced: 0, dropped: 0, fired_late: 0 },
    all: { coalesced: 0, dropped: 0, fired_late: 0 },
    skip: { coalesced: 0, dropped: 0, fired_late: 0 },
  };
  readonly #delivery: Histogram = this.#instruments.histogram(
    "delivery_seconds",
    "From the instant at which an occurrence was due to when its event was stored on the platform",
    DELIVERY_BUCKETS,
  );
  #retries = 0;
  readonly #messages = this.#instruments.counts(
    "rule_messages_total",
    "Messages about rules",
    "kind",
    { created: 0, enabled: 0, disabled: 0, deleted: 0, updated: 0, unreadable: 0 },
  );
  readonly #failures = this.#instruments.counts(
    "broker_failures_total",
    "Connections to RabbitMQ that ended, and attempts to connect that failed",
    "connection",
    { messages: 0, outbox: 0, lease: 0 },
  );
  readonly #connects = { messages: 0, outbox: 0 };
  #snapshotFailures = 0;
  #snapshotMs: number | null = null;
  /** Up to where everything is delivered or in the outbox, by the checkpoint in the broker. */
  #checkpointAt: number | null = null;

  /** `shard`: whose metrics these are, for what is to be summed up by shard. */
  constructor(clock: Clock, shard: string, counters: Counters) {
    this.#clock = clock;
    this.registry.setDefaultLabels({ shard });
    const it = this.#instruments;
    it.counters(
      "events_total",
      "Events that came to their end: stored on the platform, refused by it and put among the dead " +
        "letters, of a rule that is gone (discarded), found twice (duplicate), or lost (dropped from a " +
        "full memory, expired in the outbox, lost by the broker)",
      ["result"],
      () => {
        const { parked: _, ...ended } = counters.events;
        return Object.entries(ended).map(([result, count]) => [{ result }, count]);
      },
    );
    it.counters(
      "missed_total",
      "Occurrences that were more than 10 s late, by the rule's on_missed",
      ["policy", "outcome"],
      () =>
        Object.entries(this.#missed).flatMap(([policy, outcomes]) =>
          Object.entries(outcomes).map(([outcome, count]) => [{ policy, outcome }, count] as const)
        ),
    );
    it.counters(
      "delivery_retries_total",
      "Attempts to post an event that are made again",
      [],
      () => [
        [{}, this.#retries],
      ],
    );
    it.counters("events_parked_total", "Events put into the outbox", [], () => [
      [{}, counters.events.parked],
    ]);
    it.counters(
      "broker_reconnects_total",
      "Connections to RabbitMQ made anew",
      ["connection"],
      () =>
        Object.entries(this.#connects).map(([connection, count]) => [
          { connection },
          Math.max(0, count - 1),
        ]),
    );
    it.counters("snapshot_failures_total", "Snapshots of the rules that failed", [], () => [
      [{}, this.#snapshotFailures],
    ]);
    it.gauge(
      "events_asked_per_second",
      "Events that the rules asked for in the last whole minute, a second",
      () => counters.load.rates.asked,
    );
    it.gauge(
      "events_taken_per_second",
      "Events that the API stored in it, a second",
      () => counters.load.rates.taken,
    );
    it.gauge(
      "overloaded",
      "1 while the rules ask for more events than the API takes, and what waits grows",
      () => Number(counters.load.isOver),
    );
    it.gauge(
      "snapshot_duration_seconds",
      "How long the latest snapshot took",
      () => this.#snapshotMs === null ? null : this.#snapshotMs / 1000,
    );
    it.gauge(
      "checkpoint_age_seconds",
      "How much a crash at this moment would make to be gone through again",
      () => this.#checkpointAt === null ? null : (clock.now() - this.#checkpointAt) / 1000,
    );
  }

  /** Takes news. */
  listen(news: News): void {
    switch (news.kind) {
      case "timer_fired":
        return this.#fired(news.fire);
      case "occurrences_missed":
        this.#missed[news.entry.timer.traits.onMissed].dropped += news.dropped.count;
        return;
      case "checkpoint_written":
        this.#checkpointAt = news.checkpoint.at;
        return;
      case "snapshot_taken":
        this.#snapshotMs = news.elapsedMs;
        return;
      case "snapshot_failed":
        return void this.#snapshotFailures++;
      case "outbox_up":
        this.#connects.outbox++;
        if (news.count > 0) this.outboxAge.holds(this.#clock.now());
        return;
      case "store_lost":
        return void this.#failures.outbox++;
      case "listener_up":
        return void this.#connects.messages++;
      case "listener_down":
        return void this.#failures.messages++;
      case "message_unreadable":
        return void this.#messages.unreadable++;
      case "change_heard":
        return void this.#messages[news.change.kind]++;
      case "lease_out_of_reach":
        return void this.#failures.lease++;
      case "lease_lost":
        // Whoever fires next writes the checkpoints.
        this.#checkpointAt = null;
        return;
      default:
        return this.#hearOfEvents(news);
    }
  }

  #hearOfEvents(news: News): void {
    switch (news.kind) {
      case "event_stored":
        this.#delivery.observe(Math.max(0, this.#clock.now() - news.event.dueAt) / 1000);
        if (news.parkedAt !== null) this.outboxAge.delivered(news.parkedAt);
        return;
      case "event_expired":
        return this.outboxAge.delivered(news.parkedAt);
      case "event_retrying":
        return void this.#retries++;
      case "event_parked":
        return this.outboxAge.holds(this.#clock.now());
    }
  }

  #fired({ timer, dueAt, firedAt, missedCount }: Fire): void {
    this.#fires[timer.kind] = (this.#fires[timer.kind] ?? 0) + 1;
    const lateMs = Math.max(0, firedAt - dueAt);
    this.#lateness.observe(lateMs / 1000);
    if (lateMs <= ON_TIME_MS) return;
    const missed = this.#missed[timer.traits.onMissed];
    missed.fired_late++;
    missed.coalesced += missedCount;
  }
}
