import { assertEquals, assertMatch, fail } from "@std/assert";
import type { Browser, Page } from "playwright-core";
import { openWorkbench } from "../../src/dev/sandbox/workbench.ts";
import { openBrowser, openPage, textOf, until } from "../support/browser.ts";
import { accessFaults, faintTexts } from "../support/page_audit.ts";
import { RabbitMq } from "../support/rabbitmq.ts";
import { Sensor } from "../support/sensor.ts";
import { World } from "../support/world.ts";

const PHONE = { viewport: { width: 360, height: 720 }, isMobile: true, hasTouch: true };

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

interface Bench extends AsyncDisposable {
  readonly world: World;
  readonly url: string;
}

/** A sensor of a platform without rules, and the workbench of both. */
async function openBench(): Promise<Bench> {
  await using stack = new AsyncDisposableStack();
  const world = stack.use(await World.on(rabbit, { older: true }));
  world.platform.rules.silently.install({ pack_ref: "sandbox", action_ref: "core.echo" });
  const env = { ATTUNE_ADMIN_ADDR: "127.0.0.1:0" };
  const sensor = stack.use(await Sensor.ready(world.sensor(env)));
  const workbench = stack.use(openWorkbench({
    sensorUrl: sensor.adminUrl(),
    platformUrl: world.platform.url,
    adminToken: await world.platform.adminToken(),
    failed: (error) => fail(String(error)),
  }));
  const opened = stack.move();
  return { world, url: workbench.url, [Symbol.asyncDispose]: () => opened.disposeAsync() };
}

/** Waits until an element has a text that begins so. */
function says(page: Page, selector: string, text: string): Promise<void> {
  const found = `document.querySelector(${JSON.stringify(selector)})?.textContent ?? ""`;
  return until(page, `(${found}).trim().startsWith(${JSON.stringify(text)})`);
}

Deno.test("The form makes, changes, disables, enables and deletes a rule, and the page shows it at work", async () => {
  await using bench = await openBench();
  await using opened = await openPage(browser, bench.url);
  const { page, complaints } = opened;
  await says(page, "#status", "Running");
  await page.selectOption("#rule-trigger", "core.timer");
  await page.fill("#rule-ref", "sandbox.mine");
  await page.fill("#rule-params", '{"type":"interval","unit":"seconds","interval":1}');
  await page.click("#rule-save");
  await says(page, "#rule-said", "sandbox.mine is created");
  await says(page, "#rules tbody td", "sandbox.mine");
  await until(page, `document.querySelector("#fires .stored") !== null`);

  await page.click("#rules button:text-is('Edit')");
  assertEquals(await page.getAttribute("#rule-ref", "readonly"), "");
  await page.fill("#rule-params", '{"type":"interval","unit":"hours","interval":7}');
  await says(page, "#preview", "Every 7 hours");
  await page.click("#rule-save");
  await says(page, "#rule-said", "sandbox.mine is changed");
  await says(page, "#next .quiet", "Every 7 hours");

  await page.click("#rules button:text-is('Disable')");
  await says(page, "#rule-said", "sandbox.mine is disabled");
  await says(page, "#rules .quiet.state", "no");
  await until(page, `document.querySelector("#next").hidden`);
  await page.click("#rules button:text-is('Enable')");
  await says(page, "#rule-said", "sandbox.mine is enabled");
  await says(page, "#next tbody td", "sandbox.mine");

  await page.click("#rules button:text-is('Delete')");
  await says(page, "#rule-said", "sandbox.mine is deleted");
  assertEquals(bench.world.platform.rules.silently.count(), 0);
  assertEquals(complaints, []);
});

Deno.test("A rule is previewed as it is typed, and what is wrong with it is said", async () => {
  await using bench = await openBench();
  await using opened = await openPage(browser, bench.url);
  const { page, complaints } = opened;
  await page.selectOption("#rule-trigger", "core.crontimer");
  await page.fill("#rule-params", '{"expression":"30 2 * * *","timezone":"Europe/Berlin"');
  await says(page, "#preview", "Cannot read trigger_params as JSON");
  await page.locator("#rule-params").press("End");
  await page.locator("#rule-params").pressSequentially("}");
  await says(page, "#preview", "At 02:30 every day in Europe/Berlin");
  assertMatch(await textOf(page, "#preview"), /5 {2}\w{3} \d{4}-\d\d-\d\d 02:30:00 \+0[12]:00/);
  await page.fill("#rule-params", '{"expression":"30 25 * * *"}');
  await says(page, "#preview", "The sensor would refuse this rule:");
  assertMatch(await textOf(page, "#preview"), /"25" in the hour field/);
  assertEquals(await page.getAttribute("#preview", "class"), "bad");
  assertEquals(complaints, []);
});

Deno.test("What the platform refuses is said as it says it", async () => {
  await using bench = await openBench();
  await using opened = await openPage(browser, bench.url);
  const { page } = opened;
  await page.fill("#rule-params", '{"interval":"often"}');
  await page.click("#rule-save");
  await says(page, "#rule-said", "Invalid parameters for trigger 'core.intervaltimer'");
  assertEquals(await page.getAttribute("#rule-said", "class"), "bad");
  assertEquals(bench.world.platform.rules.silently.count(), 0);
});

Deno.test("The form can be used by ear, in the dark and on a phone", async () => {
  await using bench = await openBench();
  await bench.world.platform.rules.create({
    ref: `sandbox.${"long".repeat(60)}`,
    trigger_ref: "core.intervaltimer",
    trigger_params: { unit: "hours", interval: 1 },
  });
  await using opened = await openPage(browser, bench.url, { ...PHONE, colorScheme: "dark" });
  const { page, complaints } = opened;
  await says(page, "#rules tbody td", "sandbox.long");
  await says(page, "#preview", "Every 10 seconds");
  assertEquals(await accessFaults(page), []);
  assertEquals(await faintTexts(page), []);
  const width = await page.evaluate("document.documentElement.scrollWidth");
  assertEquals([width, complaints], [PHONE.viewport.width, []]);
});

Deno.test("Nobody but its own page can change anything by the workbench", async () => {
  await using bench = await openBench();
  const path = `${bench.url}/api/v1/rules/core.none/enable`;
  for (const origin of [undefined, "null", "http://elsewhere.example"]) {
    const response = await fetch(path, {
      method: "POST",
      headers: origin === undefined ? {} : { origin },
    });
    assertEquals([origin, response.status], [origin, 403]);
    await response.body?.cancel();
  }
});
