import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { startPlatform } from "../../src/dev/platform/platform.ts";
import { ARTEFACT } from "../support/artefact.ts";
import { RabbitMq } from "../support/rabbitmq.ts";
import { Sensor, type SensorOptions } from "../support/sensor.ts";
import { World } from "../support/world.ts";

/** Nobody listens there. */
const NOWHERE: SensorOptions = {
  apiUrl: "http://127.0.0.1:1",
  mqUrl: "amqp://guest:guest@127.0.0.1:1",
  token: "a.b.c",
};
const SECRET = "topsecret";

async function run(
  options: SensorOptions,
): Promise<{ code: number; messages: string[]; all: string }> {
  await using sensor = await Sensor.start(options);
  const code = await sensor.exit();
  const messages = sensor.lines.map((line) => line.message);
  return { code, messages, all: sensor.output.join("\n") + sensor.stderr };
}

const badVariables: readonly (readonly [Record<string, string>, string])[] = [
  [{ ATTUNE_SENSOR_REF: "core.http" }, "Invalid sensor_ref: expected 'core.timer'"],
  [{ ATTUNE_API_URL: "ftp://127.0.0.1:1" }, "Invalid api_url"],
  [{ ATTUNE_API_URL: `http://u:${SECRET}@127.0.0.1:1` }, "Invalid api_url"],
  [{ ATTUNE_API_URL: "  " }, "Missing api_url"],
  [{ ATTUNE_MQ_URL: `http://u:${SECRET}@127.0.0.1:1` }, "Invalid mq_url"],
  [{ ATTUNE_API_TOKEN: "" }, "Missing api_token"],
  [{ ATTUNE_API_TOKEN: `${SECRET} with spaces` }, "Invalid api_token"],
  [{ ATTUNE_LOG_LEVEL: "loud" }, "Invalid log_level"],
  [{ ATTUNE_LOG_FORMAT: "xml" }, "Invalid log_format"],
  [{ ATTUNE_MAX_CONCURRENCY: "0" }, "Invalid max_concurrency"],
  [{ ATTUNE_RECONCILE_INTERVAL: "60" }, "Invalid reconcile_interval"],
  [{ ATTUNE_CATCH_UP_WINDOW: "1 hour" }, "Invalid catch_up_window"],
  [{ ATTUNE_SHUTDOWN_TIMEOUT: "-1s" }, "Invalid shutdown_timeout"],
  [{ ATTUNE_OUTBOX_MAX_AGE: "soon" }, "Invalid outbox_max_age"],
  [{ ATTUNE_HA: "maybe" }, "Invalid ha"],
  [{ ATTUNE_SHARD: "3/2" }, "Invalid shard"],
  [{ ATTUNE_ADMIN_ADDR: "9464" }, "Invalid admin_addr"],
];
for (const [env, problem] of badVariables) {
  Deno.test(`The sensor refuses ${JSON.stringify(env)} with exit code 2`, async () => {
    const { code, messages, all } = await run({ ...NOWHERE, env });
    assertEquals(code, 2);
    assertEquals(messages.length, 1);
    assertStringIncludes(messages[0] ?? "", problem);
    assert(!all.includes(SECRET), all);
  });
}

Deno.test("The sensor tells all problems of its configuration at once", async () => {
  const env = { ATTUNE_API_URL: "", ATTUNE_SENSOR_REF: "core.http", ATTUNE_LOG_LEVEL: "loud" };
  const { code, messages } = await run({ ...NOWHERE, env });
  assertEquals([code, messages.length], [2, 3]);
});

const badInputs: readonly (readonly [string, string])[] = [
  ["", "is empty"],
  ["{", "is no valid JSON"],
  ["[]", "is no object"],
  [`{"api_token":"${SECRET}","api_tokn":"${SECRET}"}`, 'Unknown member "api_tokn"'],
];
for (const [stdin, problem] of badInputs) {
  Deno.test(`The sensor refuses ${JSON.stringify(stdin)} on standard input`, async () => {
    const { code, all } = await run({ ...NOWHERE, stdin, args: ["--stdin-config"] });
    assertEquals(code, 2);
    assertStringIncludes(all.replaceAll('\\"', '"'), problem);
    assert(!all.includes(SECRET), all);
  });
}

Deno.test("The sensor names an argument that it does not know", async () => {
  for (const argument of ["--loud", "now", "-x"]) {
    const { code, all } = await run({ ...NOWHERE, args: [argument] });
    assertEquals([code, all], [
      2,
      `attune-core-timer-sensor: unknown argument '${argument}', see --help\n`,
    ]);
  }
});

Deno.test("The sensor prints its version and its help", async () => {
  await using version = await Sensor.start({ ...NOWHERE, args: ["--version"] });
  const madeFrom = ARTEFACT === null ? "from source" : "commit [0-9a-f]{12}(-dirty)?";
  assertEquals([await version.exit(), version.output.length], [0, 1]);
  assertMatch(
    version.output[0] ?? "",
    new RegExp(`^attune-core-timer-sensor 0\\.1\\.0 \\(${madeFrom}\\)$`),
  );
  await using help = await Sensor.start({ ...NOWHERE, args: ["--help"] });
  assertEquals([await help.exit(), help.stderr], [0, ""]);
  assertStringIncludes(help.output.join("\n"), "--stdin-config");
});

Deno.test("The sensor gives up after 30 s without the API or the broker, each with its exit code", async () => {
  await using rabbit = await RabbitMq.start();
  await using world = await World.on(rabbit);
  const [noApi, noBroker, wrongPassword] = await Promise.all([
    run({ ...world.sensor(), apiUrl: NOWHERE.apiUrl }),
    run({ ...world.sensor(), mqUrl: NOWHERE.mqUrl }),
    run({ ...world.sensor(), mqUrl: `amqp://guest:${SECRET}@127.0.0.1:${rabbit.port}` }),
  ]);
  assertEquals([noApi.code, noBroker.code, wrongPassword.code], [3, 4, 4]);
  assertStringIncludes(
    noApi.messages.at(-1) ?? "",
    `Failed to connect to Attune API at ${NOWHERE.apiUrl}`,
  );
  assertStringIncludes(
    noBroker.messages.at(-1) ?? "",
    "Failed to connect to RabbitMQ at amqp://127.0.0.1:1",
  );
  assertStringIncludes(wrongPassword.messages.at(-1) ?? "", "Failed to connect to RabbitMQ");
  for (const { all } of [noApi, noBroker, wrongPassword]) assert(!all.includes(SECRET), all);
});

Deno.test("The sensor waits for an API and a broker that come up after it", async () => {
  await using rabbit = await RabbitMq.start();
  await using world = await World.on(rabbit);
  await rabbit.kill9();
  await world.platform.down();
  await using sensor = await Sensor.start(world.sensor());
  await sensor.line(/^Failed to connect to Attune API/);
  await sensor.line(/^Failed to connect to RabbitMQ/);
  await world.platform.up();
  await sensor.line(/^API connectivity verified$/);
  await rabbit.restart();
  await sensor.line(/^Timer sensor ready/);
  assertEquals(await sensor.stop(), 0);
});

Deno.test("The sensor ends with exit code 5 when its token is refused or has expired", async () => {
  await using rabbit = await RabbitMq.start();
  await using world = await World.on(rabbit);
  const expired = await world.platform.sensorToken({ issuedAt: Date.now() / 1000 - 90_000 });
  for (const [token, message] of [[expired, "Token expired"], [`${SECRET}.b.c`, "Token refused"]]) {
    const { code, messages, all } = await run({ ...world.sensor(), token: token ?? "" });
    assertEquals(code, 5);
    assertStringIncludes(messages.at(-1) ?? "", message ?? "");
    assert(!all.includes(token ?? ""), all);
  }
});

Deno.test("The sensor reads its configuration from standard input and shows no secret of it", async () => {
  await using rabbit = await RabbitMq.start();
  await using world = await World.on(rabbit);
  const { apiUrl, mqUrl } = world.sensor();
  const stdin = JSON.stringify({
    api_url: `${apiUrl}/`,
    api_token: world.token,
    sensor_ref: "core.timer_sensor",
    mq_url: mqUrl,
    mq_exchange: "attune.events",
    log_level: "trace",
  });
  const rule = world.platform.rules.silently.create({
    ref: "e2e.stdin",
    trigger_ref: "core.intervaltimer",
    trigger_params: { interval: 1, unit: "seconds" },
  });
  await using sensor = await Sensor.ready({ apiUrl, mqUrl, stdin, args: ["--stdin-config"] });
  await world.event(rule);
  assertEquals(await sensor.stop(), 0);
  const all = sensor.output.join("\n") + sensor.stderr;
  assert(!all.includes(world.token) && !all.includes("guest:guest"), all);
  assertStringIncludes(all, '"apiToken":"***"');
});

Deno.test("The sensor warns once of each trigger that is not installed", async () => {
  await using rabbit = await RabbitMq.start();
  await using platform = await startPlatform({ triggers: ["core.crontimer"] });
  const env = { ATTUNE_RECONCILE_INTERVAL: "100ms", ATTUNE_LOG_LEVEL: "debug" };
  const token = await platform.sensorToken();
  const options = { apiUrl: platform.url, mqUrl: rabbit.url(), token, env };
  await using sensor = await Sensor.ready(options);
  for (let n = 0; n < 5; n++) await sensor.line(/^Read 0 rules$/, sensor.output.length);
  assertEquals(await sensor.stop(), 0);
  const told = sensor.lines.filter(({ message }) => /is not installed/.test(message));
  assertEquals(told.map(({ level, message }) => `${level} ${message.split(" ")[1]}`).toSorted(), [
    "debug core.timer",
    "warn core.datetimetimer",
    "warn core.intervaltimer",
    "warn core.rruletimer",
  ]);
});
