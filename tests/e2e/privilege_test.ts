import { assertEquals } from "@std/assert";
import * as z from "zod";
import { MEMBERS } from "../../src/config/schema.ts";
import { BUNDLE } from "../../src/dev/artefacts.ts";
import { Checkout, runToEnd } from "../support/checkout.ts";
import { RabbitMq } from "../support/rabbitmq.ts";
import { Sensor } from "../support/sensor.ts";
import { World } from "../support/world.ts";

const ADMIN = "127.0.0.1:0";
const VARIABLES = MEMBERS.map((member) => `ATTUNE_${member.toUpperCase()}`);
/** All variables at once: what it may not read then it asks for one by one. */
const ALL = null;

const Asked = z.object({ permission: z.string(), value: z.string().nullable() });

let checkout: Checkout;
/** Where Deno notes each permission that is asked for, granted or not. */
let audit: string;
Deno.test.beforeAll(async () => {
  checkout = await Checkout.make();
  audit = checkout.file("audit.jsonl");
  assertEquals((await checkout.task(["bundle"])).code, 0);
});
Deno.test.afterAll(() => checkout[Symbol.asyncDispose]());

function bundleWith(...permissions: readonly string[]): readonly string[] {
  const isolated = ["--no-config", "--no-lock", "--no-remote", "--no-npm", "--no-prompt"];
  return [Deno.execPath(), "run", ...isolated, ...permissions, checkout.file(BUNDLE)];
}

/** The different things that were asked for, by permission; of requests their hosts. */
async function askedFor(): Promise<Record<string, Set<string | null>>> {
  const asked: Record<string, Set<string | null>> = {};
  for (const line of (await Deno.readTextFile(audit)).trim().split("\n")) {
    const { permission, value } = Asked.parse(JSON.parse(line));
    const what = value?.includes("://") ? new URL(value).host : value;
    (asked[permission] ??= new Set()).add(what);
  }
  return asked;
}

Deno.test("The sensor asks for its variables, its hosts and its token file, and gets by with them", async () => {
  await using rabbit = await RabbitMq.start();
  await using world = await World.on(rabbit);
  const file = checkout.file("token");
  await Deno.writeTextFile(file, world.token);
  const env = {
    ATTUNE_API_TOKEN_FILE: file,
    ATTUNE_ADMIN_ADDR: ADMIN,
    DENO_AUDIT_PERMISSIONS: audit,
  };
  const { token: _, ...options } = world.sensor(env);
  const hosts = [options.apiUrl, options.mqUrl].map((url) => new URL(url).host).concat(ADMIN);
  const command = bundleWith(
    `--allow-net=${hosts}`,
    `--allow-env=${VARIABLES}`,
    `--allow-read=${file}`,
  );
  await using sensor = await Sensor.ready({ ...options, command });
  const rule = await world.platform.rules.create({
    ref: "e2e.frugal",
    trigger_ref: "core.intervaltimer",
    trigger_params: { interval: 1, unit: "seconds" },
  });
  await world.event(rule);
  await world.platform.down();
  await sensor.line(/^Attune API is down, events wait in the outbox/);
  await world.platform.up();
  await sensor.line(/^Attune API answers again/);
  assertEquals([await sensor.stop(), sensor.stderr], [0, ""]);

  assertEquals(await askedFor(), {
    net: new Set(hosts),
    read: new Set([file]),
    env: new Set([ALL, ...VARIABLES]),
  });
});

Deno.test("A preview asks for nothing", async () => {
  await Deno.remove(audit);
  const [command = "", ...args] = [...bundleWith(), "preview", '{"interval":5}'];
  const env = { DENO_AUDIT_PERMISSIONS: audit };
  assertEquals((await runToEnd(command, args, { env })).code, 0);
  assertEquals(await Deno.readTextFile(audit).catch(() => ""), "");
});
