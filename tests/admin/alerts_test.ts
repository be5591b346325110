import { assert, assertEquals } from "@std/assert";
import { BrokerError } from "../../src/broker/fault.ts";
import { Census } from "../../src/sync/census.ts";
import { alerting, metricsIn, type Sample, type Scrapes } from "../support/prometheus.ts";
import { ruleId, ruleOf } from "../support/rules.ts";
import { event, fire, type MetricsRig, metricsRig, timer } from "./metrics_rig.ts";
import * as news from "../support/news.ts";

const README = await Deno.readTextFile(new URL("../../README.md", import.meta.url));
const SECONDS = 300;
const HOUR_S = 3600;
/** What Prometheus itself says of an instance. */
const UP: Sample = { name: "up", labels: { job: "attune-core-timer-sensor" }, value: 1 };
const STORED = { kind: "stored", eventId: 7, ruleGone: false } as const;

/** The alerts of the README and their expressions, in order. */
const alerts = [...README.matchAll(/- alert: (\w+)\n\s+expr: (.+)\n/g)]
  .map(([, name = "", expression = ""]) => ({ name, expression }));

/** Two scrapes of a sensor that works, with whatever else happens between them. */
async function scrapesOf(rig: MetricsRig, between: (rig: MetricsRig) => void): Promise<Scrapes> {
  const { clock, hear, scrape } = rig;
  const work = () => {
    hear(news.fired(fire(clock, 2)));
    hear(news.stored(event(clock), STORED, null));
    hear(news.written({ at: clock.now(), writtenAt: clock.now() }));
    hear(news.snapshotDone(1, 10));
  };
  hear(news.listenerUp());
  hear(news.storeUp(0));
  hear({ kind: "lease_in_reach" });
  work();
  const before = await scrape();
  await clock.advance(SECONDS * 1000);
  work();
  between(rig);
  return { before: [UP, ...before], now: [UP, ...await scrape()], seconds: SECONDS };
}

function wellRig(): MetricsRig {
  const census = new Census();
  census.started("interval", undefined);
  return metricsRig({ census, role: "leader", tokenSecondsToExpiry: 20 * HOUR_S });
}

/** A sensor on which everything is wrong. */
function sickRig(): MetricsRig {
  const census = new Census();
  census.refuse(ruleOf(1), ["interval: expected 1 or more"]);
  return metricsRig({
    census,
    role: "leader",
    isFiring: false,
    backlog: { waiting: 1, parked: 1, earliestDueAt: 0 },
    maxLagMs: 2000,
    tokenSecondsToExpiry: HOUR_S,
  });
}

function makeSick({ clock, hear }: MetricsRig): void {
  const one = event(clock);
  hear(news.about("dropped")(one));
  hear(news.refused(one, { reason: "no", status: 403 }));
  const entry = { ruleId: ruleId(1), ruleRef: "a.b", triggerRef: "core.timer", timer: timer() };
  hear(news.missed(entry, 5, false));
  for (let n = 0; n < 9; n++) hear(news.fired(fire(clock, 4000)));
  for (let n = 0; n < 9; n++) hear(news.listenerDown(new BrokerError("lost", "gone"), 1));
  hear(news.written({ at: clock.now() - HOUR_S * 1000, writtenAt: clock.now() }));
}

const well = await scrapesOf(wellRig(), () => {});
const sickOne = sickRig();
const sick = await scrapesOf(sickOne, makeSick);
await sickOne.clock.advance(HOUR_S * 1000);
const [leader, ...rest] = (await sickOne.scrape()).filter((it) => it.labels["role"] === "leader");
const sickLater: Scrapes = {
  ...sick,
  now: [
    ...sick.now.filter((it) => it.name !== "up" && it.name !== "attune_timer_snapshot_age_seconds"),
    { ...UP, value: 0 },
    ...(await sickOne.scrape()).filter((it) => it.name === "attune_timer_snapshot_age_seconds"),
    // Another instance that leads as well.
    ...leader === undefined ? [] : [leader],
    ...rest,
  ],
};

Deno.test("The README has alerts, each with a name of its own", () => {
  assert(alerts.length >= 15, `${alerts.length}`);
  assertEquals(new Set(alerts.map(({ name }) => name)).size, alerts.length);
});

for (const { name, expression } of alerts) {
  Deno.test(`${name} is quiet about a sensor that is well, and alerts of one that is not`, () => {
    const names = metricsIn(expression);
    assert(names.length > 0, expression);
    for (const metric of names) {
      assert(well.now.some((it) => it.name === metric), `${metric} is in no scrape`);
    }
    assertEquals(alerting(expression, well), []);
    assert(alerting(expression, sickLater).length > 0, expression);
  });
}

Deno.test("The README lists every metric of a scrape, and none beside", () => {
  const [, section = ""] = /\n### Metrics\n([^]*?)\n### /.exec(README) ?? [];
  const listed = [...section.matchAll(/^\| (`[^|]*) \|/gm)]
    .flatMap(([, names = ""]) => names.match(/[a-z_…]+/g) ?? [])
    .map((name) => name.replace("…", "process"))
    .map((name) => name.startsWith("process_") ? name : `attune_timer_${name}`);
  const scraped = well.now.filter((it) => it.name !== "up")
    .map((it) => it.name.replace(/_(bucket|sum|count)$/, ""));
  assertEquals([...new Set(scraped)].toSorted(), listed.toSorted());
});
