import { assert, assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import * as z from "zod";
import { BareTimer } from "../support/bare_timer.ts";
import { openBrowser, openPage, textOf, until } from "../support/browser.ts";
import { parseScrape, valueOf } from "../support/prometheus.ts";
import { RabbitMq } from "../support/rabbitmq.ts";
import { report } from "../support/report.ts";
import { Sensor } from "../support/sensor.ts";
import { World } from "../support/world.ts";

const RULES = 100_000;
/** So that a hundred fall due each second. */
const INTERVAL_SECONDS = 1000;
const READY_MS = 120_000;
const WATCHED_MS = 10_000;
/** Where nobody else is busy on the machine. */
const MOST_MS = 500;
/** Twice as often as the sensor looks at its event loop, so that no look is missed. */
const LOOK_MS = 250;

/** Notes what keeps the page from answering a key: tasks of more than 50 ms. */
const WATCH_TASKS = `(() => {
  globalThis.longTasks = [];
  new PerformanceObserver((list) => {
    globalThis.longTasks.push(...list.getEntries().map(({ duration }) => duration));
  }).observe({ type: "longtask" });
})()`;

async function longTasks(page: Page): Promise<number[]> {
  return z.array(z.number()).parse(await page.evaluate("globalThis.longTasks"));
}

/** Does something, and returns the greatest lag of the sensor's event loop that was seen meanwhile. */
async function lagMsDuring(url: string, deed: () => Promise<unknown>): Promise<number> {
  let isOver = false;
  let greatestMs = 0;
  const watching = (async () => {
    while (!isOver) {
      const scrape = parseScrape(await (await fetch(`${url}/metrics`)).text());
      const lagMs = valueOf(scrape, "attune_timer_event_loop_lag_seconds") * 1000;
      greatestMs = Math.max(greatestMs, lagMs);
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  })();
  await deed();
  isOver = true;
  await watching;
  return greatestMs;
}

function addRules({ platform }: World): void {
  const startAt = Date.now();
  for (let n = 0; n < RULES; n++) {
    platform.rules.silently.create({
      ref: `e2e.rule${n}`,
      trigger_ref: "core.intervaltimer",
      trigger_params: { unit: "seconds", interval: INTERVAL_SECONDS },
      created: new Date(startAt - n * 10).toISOString(),
    });
  }
}

Deno.test(`With ${RULES} timers the page stays smooth, and the sensor hardly feels it`, async () => {
  await using rabbit = await RabbitMq.start();
  await using browser = await openBrowser();
  await using world = await World.on(rabbit);
  addRules(world);
  const env = { ATTUNE_ADMIN_ADDR: "127.0.0.1:0", ATTUNE_RECONCILE_INTERVAL: "1h" };
  await using sensor = await Sensor.start(world.sensor(env));
  await sensor.line(/^Timer sensor ready/, 0, READY_MS);
  const url = await sensor.adminUrl();
  const idle = () => new Promise((resolve) => setTimeout(resolve, WATCHED_MS));
  const unwatchedMs = await lagMsDuring(url, idle);

  await using bare = await BareTimer.start();
  await using opened = await openPage(browser, url);
  const { page, complaints } = opened;
  await page.evaluate(WATCH_TASKS);
  await until(page, `document.querySelectorAll("#fires tbody tr").length === 20`);
  assertEquals(await page.locator("#next tbody tr").count(), 20);
  const watchedMs = await lagMsDuring(url, () => page.waitForTimeout(WATCHED_MS));
  const showing = await longTasks(page);

  const began = performance.now();
  const searchLagMs = await lagMsDuring(url, async () => {
    await page.fill("#search-text", "rule99999");
    await until(page, `document.querySelector("#search-count").textContent === "1 rule"`);
    await page.fill("#search-text", "");
    await page.fill("#search-text", "RULE1");
    await until(page, `document.querySelectorAll("#found tbody tr").length === 50`);
  });
  const searchedMs = performance.now() - began;
  assertEquals(await textOf(page, "#search-count"), "11,111 rules, the first 50 of them");
  const longest = Math.max(0, ...await longTasks(page));
  report(
    `The page with ${RULES} timers: event loop of the sensor at most ${
      unwatchedMs.toFixed(0)
    } ms late ` +
      `unwatched, ${watchedMs.toFixed(0)} ms watched, ${
        searchLagMs.toFixed(0)
      } ms at two searches ` +
      `(${searchedMs.toFixed(0)} ms); ${showing.length} tasks of the page above 50 ms in ` +
      `${WATCHED_MS / 1000} s, the longest of all ${longest.toFixed(0)} ms`,
  );
  assert(Math.max(watchedMs, searchLagMs) < Math.max(MOST_MS, 2 * unwatchedMs));
  assert(longest < bare.limitMs(MOST_MS), `${longest} ms`);
  assertEquals(complaints, []);
});
