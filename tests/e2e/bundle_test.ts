import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { dirname } from "node:path";
import * as z from "zod";
import { BUNDLE } from "../../src/dev/artefacts.ts";
import { Checkout, runToEnd } from "../support/checkout.ts";
import { RabbitMq } from "../support/rabbitmq.ts";
import { Sensor } from "../support/sensor.ts";
import { World } from "../support/world.ts";

const INTERPRETER = "#!/usr/bin/env -S deno run --no-config --no-lock --no-remote --no-npm " +
  "--no-prompt --allow-net --allow-env";
/** Where the bundle's first line finds Deno. */
const PATH = `${dirname(Deno.execPath())}:${Deno.env.get("PATH")}`;

let checkout: Checkout;
let bundle: string;
Deno.test.beforeAll(async () => {
  checkout = await Checkout.make();
  const { code, stderr } = await checkout.task(["bundle"]);
  assertEquals([code, stderr], [0, ""]);
  bundle = checkout.file(BUNDLE);
});
Deno.test.afterAll(() => checkout[Symbol.asyncDispose]());

Deno.test("The bundle is one program of its own that names its permissions and no place of this machine", async () => {
  const text = await Deno.readTextFile(bundle);
  assertEquals(text.slice(0, text.indexOf("\n")), INTERPRETER);
  assertEquals([...text.matchAll(/^import .* from "(?!node:)[^"]*"/gm)].map(([it]) => it), []);
  for (const place of [checkout.path, "/.cache/", "registry.npmjs.org/"]) {
    assert(!text.includes(`"${place}`) && !text.includes(`// ${place}`), place);
  }
  assertEquals([...text.matchAll(/^\/\/ \.\.\/.*$/gm)].map(([it]) => it), []);
});

const Info = z.object({ denoDir: z.string() });

async function cacheFolder(): Promise<string> {
  const { stdout } = await runToEnd(Deno.execPath(), ["info", "--json"]);
  return Info.parse(JSON.parse(stdout)).denoDir;
}

Deno.test("The same sources make the same bundle in another folder and with another cache", async () => {
  await using other = await Checkout.make();
  const cache = other.file("cache");
  await Deno.symlink(await cacheFolder(), cache);
  const { code, stderr } = await other.task(["bundle"], { DENO_DIR: cache });
  assertEquals([code, stderr], [0, ""]);
  assertEquals(await Deno.readTextFile(other.file(BUNDLE)), await Deno.readTextFile(bundle));
});

Deno.test("The bundle tells its version and previews a rule, from wherever it is started", async () => {
  const options = { cwd: "/", env: { PATH } };
  const version = await runToEnd(bundle, ["--version"], options);
  assertEquals([version.code, version.stderr], [0, ""]);
  assertMatch(version.stdout, /^attune-core-timer-sensor \d+\.\d+\.\d+/);
  const args = ["preview", "--count", "1", "--after", "2026-03-28T12:00:00Z"];
  const preview = await runToEnd(bundle, [...args, '{"expression":"@daily"}'], options);
  assertEquals([preview.code, preview.stderr], [0, ""]);
  assertStringIncludes(preview.stdout, "2026-03-29T00:00:00Z");
});

Deno.test("The bundle fires, is heard of over HTTP and stops as asked", async () => {
  await using rabbit = await RabbitMq.start();
  await using world = await World.on(rabbit);
  const options = world.sensor({ PATH, ATTUNE_ADMIN_ADDR: "127.0.0.1:0" });
  await using sensor = await Sensor.ready({ ...options, command: [bundle] });
  const rule = await world.platform.rules.create({
    ref: "e2e.bundle",
    trigger_ref: "core.intervaltimer",
    trigger_params: { interval: 1, unit: "seconds" },
  });
  await world.event(rule, 2);
  const metrics = await fetch(`${await sensor.adminUrl()}/metrics`);
  assertMatch(await metrics.text(), /^attune_timer_fires_total\{.*\} [1-9]/m);
  assertEquals([await sensor.stop(), sensor.stderr], [0, ""]);
});
