import { assertEquals } from "@std/assert";
import { RecentActivity } from "../../src/admin/recent_activity.ts";
import { eventOf } from "../../src/delivery/fire_event.ts";
import { ruleId } from "../support/rules.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { fire } from "./metrics_rig.ts";
import { Counters } from "../../src/observe/counters.ts";
import type { News } from "../../src/observe/news.ts";
import * as news from "../support/news.ts";

const STORED = { kind: "stored", eventId: 1, ruleGone: false } as const;

function rig() {
  const clock = new FakeClock();
  const activity = new RecentActivity(clock);
  const counters = new Counters();
  const hear = (it: News) => {
    activity.listen(it);
    counters.listen(it);
  };
  /** Fires a rule; its event. */
  const fired = (id: number, lateMs = 0) => {
    const one = fire(clock, lateMs, { ruleId: ruleId(id), ruleRef: `test.rule${id}` });
    hear(news.fired(one));
    return eventOf(one, "core.timer");
  };
  return { clock, activity, counters, fired, hear };
}

Deno.test("RecentActivity tells the last twenty fires, the newest first, with their lateness", () => {
  const { activity, fired } = rig();
  for (let id = 1; id <= 33; id++) fired(id, id);
  assertEquals(
    activity.fires.map((it) => [it.ruleId, it.latenessMs]),
    Array.from({ length: 20 }, (_, n) => [33 - n, 33 - n]),
  );
});

Deno.test("RecentActivity tells how far each fire got", () => {
  const { activity, fired, hear, counters } = rig();
  const [stored, parked, gone, refused, dropped, expired] = [1, 2, 3, 4, 5, 6].map((id) =>
    fired(id)
  );
  fired(7);
  if (!stored || !parked || !gone || !refused || !dropped || !expired) throw new Error("none");
  hear(news.stored(stored, STORED, null));
  hear(news.about("parked")(parked));
  hear(news.about("discarded")(gone));
  hear(news.refused(refused, { reason: "no such thing", status: 404 }));
  hear(news.about("dropped")(dropped));
  hear(news.expired(expired, 0));
  assertEquals(activity.fires.map((it) => it.progress).toReversed(), [
    "stored",
    "outbox",
    "discarded",
    "refused",
    "dropped",
    "expired",
    "posting",
  ]);
  assertEquals([counters.events.stored, counters.failed], [1, 3]);
  assertEquals(activity.failures.map((it) => [it.ruleRef, it.outcome, it.reason]), [
    ["test.rule6", "expired", "It was in the outbox for too long"],
    ["test.rule5", "dropped", "Too many events waited"],
    ["test.rule4", "refused", "no such thing"],
  ]);
});

Deno.test("RecentActivity keeps ten failures, of events that fired long ago too, and no more of a reason than fits", () => {
  const { activity, fired, hear, counters } = rig();
  const events = Array.from({ length: 40 }, (_, n) => fired(n + 1));
  for (const event of events) {
    hear(news.refused(event, { reason: "x".repeat(5000), status: 400 }));
  }
  assertEquals(counters.failed, 40);
  assertEquals(
    activity.failures.map((it) => it.ruleId),
    [40, 39, 38, 37, 36, 35, 34, 33, 32, 31].map(ruleId),
  );
  assertEquals(activity.failures[0]?.reason.length, 300);
});
