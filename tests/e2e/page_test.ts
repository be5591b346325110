import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Browser } from "playwright-core";
import * as z from "zod";
import { openBrowser, openPage, textOf, until } from "../support/browser.ts";
import { accessFaults, faintTexts } from "../support/page_audit.ts";
import { RabbitMq } from "../support/rabbitmq.ts";
import { Sensor } from "../support/sensor.ts";
import { World } from "../support/world.ts";

const ADMIN = { ATTUNE_ADMIN_ADDR: "127.0.0.1:0" };
const PHONE = { viewport: { width: 360, height: 720 }, isMobile: true, hasTouch: true };
const RUNNING = `document.querySelector("#status").textContent === "Running"`;
const STORED = `document.querySelector("#fires tbody .stored") !== null`;
const OPENED = `document.querySelector("#details[open] .instants") !== null`;

let rabbit: RabbitMq;
let browser: Browser;
Deno.test.beforeAll(async () => {
  rabbit = await RabbitMq.start();
  browser = await openBrowser();
});
Deno.test.afterAll(async () => {
  await browser.close();
  await rabbit[Symbol.asyncDispose]();
});

function add(
  world: World,
  name: string,
  trigger_ref: string,
  trigger_params: Record<string, unknown>,
): void {
  world.platform.rules.silently.create({ ref: `e2e.${name}`, trigger_ref, trigger_params });
}

/** A world with a rule that fires each second, one each hour, and one that cannot fire. */
async function worldWithRules(): Promise<World> {
  const world = await World.on(rabbit);
  add(world, "often", "core.intervaltimer", { unit: "seconds", interval: 1 });
  add(world, "seldom", "core.crontimer", { expression: "0 * * * *", colour: "red" });
  add(world, "never", "core.crontimer", { expression: "61 * * * *" });
  return world;
}

Deno.test("The page shows how the sensor is, what comes, what came and what cannot, and goes on by itself", async () => {
  await using world = await worldWithRules();
  await using sensor = await Sensor.ready(world.sensor(ADMIN));
  await using opened = await openPage(browser, await sensor.adminUrl());
  const { page, complaints } = opened;
  await until(page, RUNNING);
  const facts = await textOf(page, "#facts");
  for (
    const fact of [
      /APIup for/,
      /Broker, rulesup for/,
      /Broker, outboxup for/,
      /Token\d.*left/,
      /Rolealone/,
      /Loop lag\d/,
      /Rules with a timer2/,
      /Rules with warnings1/,
      /Rules refused1/,
      /In the outboxnothing/,
    ]
  ) assertMatch(facts, fact);
  await until(page, STORED);
  const newest = "#fires tbody tr:first-child";
  const scheduledAt = await page.getAttribute(`${newest} time`, "datetime");
  assertMatch(await textOf(page, newest), /^e2e\.often\d\d:\d\d:\d\d\d.*(stored|on its way)$/);
  await until(page, `document.querySelector("${newest} time").dateTime !== "${scheduledAt}"`);
  await until(page, `document.querySelectorAll("#fires tbody tr").length >= 4`);
  assertMatch(await textOf(page, "#next tbody tr:first-child"), /^e2e\.often.*(in 1 s|now)$/);
  assertMatch(await textOf(page, "#next tbody tr:last-child .due"), /^in \d+ (h|min|s)/);
  await until(page, `/at most [12]$/.test(document.querySelector("#stored output").textContent)`);
  assertMatch(await textOf(page, "#warned tbody tr"), /^e2e\.seldom.*unknown members.*colour/);
  assertMatch(await textOf(page, "#refused tbody tr"), /^e2e\.never.*61 \* \* \* \*.*minute field/);
  assertEquals(await accessFaults(page), []);
  assertEquals(complaints, []);
  assertEquals(await sensor.stop(), 0);
});

Deno.test("A countdown counts, and stands still while the page is paused", async () => {
  await using world = await World.on(rabbit);
  add(world, "once", "core.datetimetimer", {
    fire_at: new Date(Date.now() + 55_000).toISOString(),
  });
  await using sensor = await Sensor.ready(world.sensor(ADMIN));
  await using opened = await openPage(browser, await sensor.adminUrl());
  const { page } = opened;
  const due = "#next tbody .due";
  const seconds = async () => Number(/^in (\d+) s$/.exec(await textOf(page, due))?.[1]);
  await page.waitForSelector(due);
  const before = await seconds();
  await until(page, `document.querySelector("${due}").textContent === "in ${before - 2} s"`);
  await page.click("#pause");
  assertEquals(await page.getAttribute("#pause", "aria-pressed"), "true");
  const paused = await seconds();
  await page.waitForTimeout(2100);
  assertEquals(await seconds(), paused);
  await page.click("#pause");
  await until(page, `parseInt(document.querySelector("${due}").textContent.slice(3)) < ${paused}`);
});

Deno.test("The page says when the API is gone, what waits in the outbox, and when the sensor is gone", async () => {
  await using world = await worldWithRules();
  await using sensor = await Sensor.ready(world.sensor(ADMIN));
  await using opened = await openPage(browser, await sensor.adminUrl());
  const { page } = opened;
  const says = (text: string) =>
    until(page, `document.querySelector("#status").textContent.startsWith("${text}")`);
  await until(page, STORED);
  await world.platform.down();
  await says("Not ready: The Attune API");
  await until(page, `document.querySelector("#fires .outbox") !== null`);
  assertMatch(await textOf(page, "#facts"), /In the outbox\d+, for/);
  await world.platform.up();
  await says("Running");
  assertEquals(await sensor.stop(), 0);
  await says("The sensor does not answer");
});

Deno.test("Rules are found by a part of their name and looked at, all by keyboard", async () => {
  await using world = await worldWithRules();
  await using sensor = await Sensor.ready(world.sensor(ADMIN));
  await using opened = await openPage(browser, await sensor.adminUrl());
  const { page, complaints } = opened;
  await until(page, STORED);
  for (const id of ["pause", "search-text"]) {
    await page.keyboard.press("Tab");
    assertEquals(await page.evaluate("document.activeElement.id"), id);
  }
  assertEquals(
    await page.evaluate("getComputedStyle(document.activeElement).outlineStyle"),
    "solid",
  );
  await page.keyboard.type("SELDOM");
  await until(page, `document.querySelector("#search-count").textContent === "1 rule"`);
  assertMatch(await textOf(page, "#found tbody"), /^e2e\.seldomactive.*in /);
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await until(page, OPENED);
  assertEquals(await textOf(page, "#details-title"), "e2e.seldom");
  assertEquals(await page.locator(".instants li").count(), 10);
  assertEquals(await accessFaults(page), []);
  await page.keyboard.press("Escape");
  assertEquals(await page.isVisible("#details"), false);
  assertEquals(await page.evaluate("document.activeElement.textContent"), "e2e.seldom");
  await page.fill("#search-text", "");
  await page.selectOption("#search-state", "refused");
  await until(page, `document.querySelector("#found tbody").textContent.startsWith("e2e.never")`);
  assertMatch(await textOf(page, "#found tbody"), /^e2e\.neverrefused.*minute field/);
  assertEquals(complaints, []);
});

Deno.test("A rule that fires keeps its focus while rows come and go around it", async () => {
  await using world = await worldWithRules();
  await using sensor = await Sensor.ready(world.sensor(ADMIN));
  await using opened = await openPage(browser, await sensor.adminUrl());
  const { page } = opened;
  await until(page, STORED);
  await page.focus("#fires tbody tr:first-child button");
  const row = "document.activeElement.closest('tr')?.rowIndex";
  assertEquals(await page.evaluate(row), 1);
  await until(page, `${row} >= 3`);
});

for (const colorScheme of ["light", "dark"] as const) {
  Deno.test(`Every text stands out in a ${colorScheme} scheme`, async () => {
    await using world = await worldWithRules();
    await using sensor = await Sensor.ready(world.sensor(ADMIN));
    await using opened = await openPage(browser, await sensor.adminUrl(), { colorScheme });
    const { page, complaints } = opened;
    await until(page, STORED);
    await page.fill("#search-text", "e2e");
    await until(page, `document.querySelectorAll("#found tbody tr").length === 3`);
    const back = await page.evaluate("getComputedStyle(document.body).backgroundColor");
    const [red = 0] = (z.string().parse(back).match(/\d+/g) ?? []).map(Number);
    assertEquals(red > 127, colorScheme === "light");
    assertEquals(await faintTexts(page), []);
    assertEquals(complaints, []);
  });
}

Deno.test("On a phone nothing has to be moved aside, however long a name is", async () => {
  await using world = await worldWithRules();
  add(world, "long".repeat(60), "core.intervaltimer", { unit: "seconds", interval: 1 });
  await using sensor = await Sensor.ready(world.sensor(ADMIN));
  await using opened = await openPage(browser, await sensor.adminUrl(), PHONE);
  const { page, complaints } = opened;
  await until(page, `document.querySelector("#fires").textContent.includes("longlong")`);
  await page.fill("#search-text", "e2e");
  await until(page, `document.querySelectorAll("#found tbody tr").length === 4`);
  const width = "document.documentElement.scrollWidth";
  assertEquals(await page.evaluate(width), PHONE.viewport.width);
  await page.tap("#found tbody tr:first-child button");
  await until(page, OPENED);
  const { width: dialog = 0 } = await page.locator("#details").boundingBox() ?? {};
  assert(dialog <= PHONE.viewport.width, `${dialog}`);
  assertEquals(await page.evaluate(width), PHONE.viewport.width);
  assertEquals(complaints, []);
});
