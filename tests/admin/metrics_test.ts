import { assert, assertEquals, assertMatch } from "@std/assert";
import { BrokerError } from "../../src/broker/fault.ts";
import { RuleId } from "../../src/domain/rule.ts";
import { Census } from "../../src/sync/census.ts";
import { ruleId } from "../support/rules.ts";
import { VERSION } from "../../src/ground/version.ts";
import { valueOf } from "../support/prometheus.ts";
import { event, fire, metricsRig, timer } from "./metrics_rig.ts";
import * as news from "../support/news.ts";

const STORED = { kind: "stored", eventId: 7, ruleGone: false } as const;
const RULE = { ruleId: RuleId.parse(1), ruleRef: "test.one", triggerRef: "core.timer" };

Deno.test("A fire is counted by its kind, and in the histogram of lateness", async () => {
  const { clock, hear, scrape } = metricsRig();
  hear(news.fired(fire(clock, 3)));
  hear(news.fired(
    fire(clock, 700, { timer: timer({ type: "cron", expression: "* * * * *" }) }),
  ));
  const now = await scrape();
  assertEquals(valueOf(now, "attune_timer_fires_total", { kind: "interval" }), 1);
  assertEquals(valueOf(now, "attune_timer_fires_total", { kind: "cron" }), 1);
  assertEquals(valueOf(now, "attune_timer_fire_lateness_seconds_bucket", { le: "0.005" }), 1);
  assertEquals(valueOf(now, "attune_timer_fire_lateness_seconds_bucket", { le: "1" }), 2);
  assertEquals(valueOf(now, "attune_timer_fire_lateness_seconds_sum"), 0.703);
});

Deno.test("Missed occurrences are counted by policy and by what became of them", async () => {
  const { clock, hear, scrape } = metricsRig();
  hear(news.fired(fire(clock, 60_000, { missedCount: 4 })));
  hear(news.fired(fire(clock, 60_000, { timer: timer({ on_missed: "all" }) })));
  hear(news.missed({ ...RULE, timer: timer({ on_missed: "skip" }) }, 12, false));
  const now = await scrape();
  const missed = (policy: string, outcome: string) =>
    valueOf(now, "attune_timer_missed_total", { policy, outcome });
  assertEquals([missed("latest", "coalesced"), missed("latest", "fired_late")], [4, 1]);
  assertEquals([missed("all", "coalesced"), missed("all", "fired_late")], [0, 1]);
  assertEquals([missed("skip", "dropped"), missed("latest", "dropped")], [12, 0]);
});

Deno.test("Events are counted by their result, and those delivered in the histogram of delivery", async () => {
  const { clock, hear, scrape } = metricsRig();
  const one = event(clock);
  await clock.advance(40);
  hear(news.stored(one, STORED, null));
  hear(news.refused(one, { reason: "no", status: 403 }));
  hear(news.about("dropped")(one));
  hear(news.expired(one, clock.now()));
  hear(news.about("discarded")(one));
  hear(news.about("duplicate")(one));
  hear(news.outboxLost(3));
  hear(news.retrying(one, "timed out", 100));
  hear(news.about("parked")(one));
  const now = await scrape();
  for (const result of ["stored", "refused", "dropped", "expired", "discarded", "duplicate"]) {
    assertEquals(valueOf(now, "attune_timer_events_total", { result }), 1, result);
  }
  assertEquals(valueOf(now, "attune_timer_events_total", { result: "lost" }), 3);
  assertEquals(valueOf(now, "attune_timer_delivery_retries_total"), 1);
  assertEquals(valueOf(now, "attune_timer_events_parked_total"), 1);
  assertEquals(valueOf(now, "attune_timer_delivery_seconds_sum"), 0.04);
});

Deno.test("What waits is told with its age, in memory and in the outbox", async () => {
  const backlog = { waiting: 2, parked: 1, earliestDueAt: Infinity };
  const { clock, hear, scrape } = metricsRig({ backlog });
  const age = async (place: string) =>
    valueOf(await scrape(), "attune_timer_oldest_event_age_seconds", { place });
  backlog.earliestDueAt = clock.now();
  const parkedAt = clock.now();
  hear(news.about("parked")(event(clock)));
  await clock.advance(5000);
  hear(news.about("parked")(event(clock)));
  assertEquals([await age("memory"), await age("outbox")], [5, 5]);
  hear(news.stored(event(clock), STORED, parkedAt + 5000));
  await clock.advance(1000);
  assertEquals(await age("outbox"), 1);
  Object.assign(backlog, { parked: 0, earliestDueAt: Infinity });
  assertEquals([await age("memory"), await age("outbox")], [0, 0]);
  backlog.parked = 4;
  hear(news.storeUp(4));
  await clock.advance(2000);
  assertEquals(await age("outbox"), 2);
  assertEquals(valueOf(await scrape(), "attune_timer_outbox_events"), 4);
  assertEquals(valueOf(await scrape(), "attune_timer_waiting_events"), 2);
});

Deno.test("Connections, messages, snapshots and checkpoints are counted as they happen", async () => {
  const { clock, hear, scrape } = metricsRig();
  const lost = new BrokerError("lost", "gone");
  for (let n = 0; n < 3; n++) hear(news.listenerUp());
  hear(news.storeUp(0));
  hear(news.listenerDown(lost, 1));
  hear(news.leaseDisconnected(lost, 1));
  hear(news.listenerUnreadable({ reason: "no JSON", excerpt: "{" }));
  hear(news.snapshotFailed(new Error("no"), 1));
  hear(news.snapshotDone(10, 250));
  hear(news.written({ at: clock.now() - 2000, writtenAt: clock.now() }));
  await clock.advance(1000);
  const now = await scrape();
  const reconnects = "attune_timer_broker_reconnects_total";
  assertEquals(valueOf(now, reconnects, { connection: "messages" }), 2);
  assertEquals(valueOf(now, reconnects, { connection: "outbox" }), 0);
  const failures = "attune_timer_broker_failures_total";
  assertEquals(valueOf(now, failures, { connection: "messages" }), 1);
  assertEquals(valueOf(now, failures, { connection: "lease" }), 1);
  assertEquals(valueOf(now, "attune_timer_rule_messages_total", { kind: "unreadable" }), 1);
  assertEquals(valueOf(now, "attune_timer_snapshot_failures_total"), 1);
  assertEquals(valueOf(now, "attune_timer_snapshot_duration_seconds"), 0.25);
  assertEquals(valueOf(now, "attune_timer_snapshot_age_seconds"), 1);
  assertEquals(valueOf(now, "attune_timer_checkpoint_age_seconds"), 3);
});

Deno.test("What is not known is left out", async () => {
  const { hear, clock, text } = metricsRig();
  const names = ["token_expiry_seconds", "checkpoint_age_seconds", "snapshot_age_seconds"];
  for (const name of names) assert(!(await text()).includes(`\nattune_timer_${name}{`), name);
  hear(news.written({ at: clock.now(), writtenAt: clock.now() }));
  assertMatch(await text(), /\nattune_timer_checkpoint_age_seconds\{shard="1\/2"\} 0\n/);
  hear(news.leaseLost("RabbitMQ does not answer"));
  assert(!(await text()).includes("\nattune_timer_checkpoint_age_seconds{"));
});

Deno.test("The state is told as it is when somebody asks", async () => {
  const census = new Census();
  census.started("cron", undefined);
  census.warn(ruleId(1), "cron", ["odd"]);
  const { scrape } = metricsRig({
    census,
    role: "standby",
    isFiring: false,
    lagMs: 12,
    maxLagMs: 80,
    tokenSecondsToExpiry: 3600,
  });
  const now = await scrape();
  assertEquals(valueOf(now, "attune_timer_timers", { kind: "cron" }), 1);
  assertEquals(valueOf(now, "attune_timer_warned_rules", { kind: "cron" }), 1);
  assertEquals(valueOf(now, "attune_timer_refused_rules", { kind: "unknown" }), 0);
  assertEquals(valueOf(now, "attune_timer_role", { role: "standby" }), 1);
  assertEquals(valueOf(now, "attune_timer_role", { role: "single" }), 0);
  assertEquals(valueOf(now, "attune_timer_firing"), 0);
  assertEquals(valueOf(now, "attune_timer_ready"), 0);
  assertEquals(valueOf(now, "attune_timer_reachable", { what: "api" }), 0);
  assertEquals(valueOf(now, "attune_timer_event_loop_lag_seconds"), 0.012);
  assertEquals(valueOf(now, "attune_timer_event_loop_lag_max_seconds"), 0.08);
  assertEquals(valueOf(now, "attune_timer_token_expiry_seconds"), 3600);
  const build = { version: VERSION, commit: "unknown", deno: Deno.version.deno };
  assertEquals(valueOf(now, "attune_timer_build_info", build), 1);
});
