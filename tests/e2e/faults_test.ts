import { assert, assertEquals, assertGreater } from "@std/assert";
import { ARTEFACT } from "../support/artefact.ts";
import { BareTimer } from "../support/bare_timer.ts";
import { RabbitMq } from "../support/rabbitmq.ts";
import { Sensor } from "../support/sensor.ts";
import { lateness, payloadOf, secondsOf, World } from "../support/world.ts";

/** Where nobody else is busy on the machine. */
const ON_TIME_MS = 250;

let rabbit: RabbitMq;
Deno.test.beforeAll(async () => {
  rabbit = await RabbitMq.start();
});
Deno.test.afterAll(() => rabbit[Symbol.asyncDispose]());

function draft(name: string) {
  // Each of them, however long this machine takes between two sensors.
  const trigger_params = { interval: 1, unit: "seconds", on_missed: "all" };
  return { ref: `e2e.${name}`, trigger_ref: "core.intervaltimer", trigger_params };
}

Deno.test("Timers go on while the broker is killed, and rules are heard again after it is back", async () => {
  await using world = await World.on(rabbit);
  await using bare = await BareTimer.start();
  await using sensor = await Sensor.ready(world.sensor());
  const rule = await world.platform.rules.create(draft("steady"));
  await world.event(rule);
  await rabbit.kill9();
  await sensor.line(/^Lost the connection to RabbitMQ/);
  const silent = world.platform.rules.silently.create(draft("meanwhile"));
  await world.event(rule, world.eventsOf(rule).length + 2);
  await rabbit.restart();
  await world.event(silent);
  const from = sensor.output.length;
  const told = await world.platform.rules.create(draft("afterwards"));
  await sensor.line(new RegExp(`^Timer started for rule ${told.id}$`), from);
  await world.event(told);
  // What is stored and answered with garbage comes once more, as nobody can tell.
  const counts = new Set(world.eventsOf(rule).map((it) => payloadOf(it).execution_count));
  assertEquals([...counts], [...counts].map((_, n) => n + 1));
  assert(world.eventsOf(rule).every((it) => lateness(it) < bare.limitMs(ON_TIME_MS)));
  assertEquals(await sensor.stop(), 0);
});

Deno.test("What falls due while the API is down is delivered in order when it is back", async () => {
  await using world = await World.on(rabbit);
  await using sensor = await Sensor.ready(world.sensor());
  const rule = await world.platform.rules.create(draft("patient"));
  await sensor.line(/^The outbox is ready/);
  // Not before the answer has come, for the next attempt would double what was stored.
  await sensor.line(/^Timer fired/, sensor.output.length);
  await world.platform.down();
  await sensor.line(/^Attune API is down, events wait in the outbox/);
  while (await world.countOf("outbox") < 2) await sensor.line(/./);
  await world.platform.up();
  await sensor.line(/^Attune API answers again/);
  await world.event(rule, world.eventsOf(rule).length + 4);
  assertEquals(await sensor.stop(), 0);
  const seconds = secondsOf(world.eventsOf(rule));
  assertEquals(seconds, seconds.map((_, n) => n));
  assertEquals(await world.countOf("outbox"), 0);
});

Deno.test("A sensor that was killed goes on where it was, and nothing is lost", async () => {
  await using world = await World.on(rabbit);
  const rule = world.platform.rules.silently.create(draft("killed"));
  for (let round = 1; round <= 3; round++) {
    await using sensor = await Sensor.ready(world.sensor());
    await sensor.line(round === 1 ? /^No checkpoint yet/ : /^Resuming from the checkpoint/);
    await world.event(rule, world.eventsOf(rule).length + 2);
    sensor.kill("SIGKILL");
    await sensor.exit();
    await world.rabbit.ctl("list_queues"); // a pause that takes some occurrences' time
  }
  await using sensor = await Sensor.ready(world.sensor());
  await world.event(rule, world.eventsOf(rule).length + 2);
  assertEquals(await sensor.stop(), 0);
  const seconds = [...new Set(secondsOf(world.eventsOf(rule)))];
  assertEquals(seconds, seconds.map((_, n) => n));
});

Deno.test("A fault of an attempt or two costs no event", async () => {
  await using world = await World.on(rabbit);
  await using sensor = await Sensor.ready(world.sensor());
  const rule = await world.platform.rules.create(draft("retried"));
  const path = "/api/v1/events";
  const { faults } = world.platform;
  const faulty = [
    () => faults.add({ kind: "answer", path, status: 503, body: "<html>no</html>", times: 2 }),
    () => faults.add({ kind: "reset", path, times: 2 }),
    () =>
      faults.add({ kind: "answer", path, status: 429, headers: { "retry-after": "0" }, times: 1 }),
    () => faults.add({ kind: "garbage", form: "text", path, times: 1 }),
    () => faults.add({ kind: "garbage", form: "cut", path, times: 1 }),
  ];
  let count = 0;
  for (const add of faulty) {
    const fault = add();
    await world.event(rule, ++count);
    while (fault.hits === 0) await world.event(rule, ++count);
  }
  await world.event(rule, count + 1);
  // What is stored and answered with garbage comes once more, as nobody can tell.
  const counts = new Set(world.eventsOf(rule).map((it) => payloadOf(it).execution_count));
  assertEquals([...counts], [...counts].map((_, n) => n + 1));
  assertEquals(sensor.lines.filter((line) => line["lost"] === true), []);
  assertEquals(await sensor.stop(), 0);
});

Deno.test("SIGTERM lets the requests in flight end, and no other timer fires", async () => {
  await using world = await World.on(rabbit);
  await using sensor = await Sensor.ready(world.sensor());
  world.platform.faults.add({ kind: "latency", path: "/api/v1/events", ms: 700 });
  const rules = await Promise.all(
    Array.from({ length: 10 }, (_, n) => world.platform.rules.create(draft(`flight${n}`))),
  );
  const requests = () => world.platform.requests.get("POST /api/v1/events") ?? 0;
  while (requests() === 0) await sensor.line(/./, sensor.output.length);
  assertEquals(await sensor.stop(), 0);
  // It did not come to the end of its shutdown timeout, for nothing was left to be put away.
  assertEquals(sensor.lines.at(-1)?.["parked"], 0);
  const stored = world.platform.events.all.length;
  assertGreater(stored, 0);
  const told = sensor.lines.filter((line) => line.message.startsWith("Timer fired for rule"));
  assertEquals(told.length, stored);
  assert(rules.every((rule) => world.eventsOf(rule).length <= 2));
});

Deno.test("SIGTERM ends within the shutdown timeout while the API hangs, and the next sensor delivers", async () => {
  await using world = await World.on(rabbit);
  const rule = world.platform.rules.silently.create(draft("hanging"));
  await using sensor = await Sensor.ready(world.sensor({ ATTUNE_SHUTDOWN_TIMEOUT: "300ms" }));
  await sensor.line(/^The outbox is ready/);
  const fault = world.platform.faults.add({ kind: "hang", path: "/api/v1/events" });
  while (fault.hits === 0) await new Promise((resolve) => setTimeout(resolve, 20));
  assertEquals(await sensor.stop(), 0);
  // Neither answered nor given up and tried again: the shutdown timeout ended before the request's.
  assertEquals(fault.hits, 1);
  assertGreater(Number(sensor.lines.at(-1)?.["parked"]), 0);
  world.platform.faults.clear();
  await using next = await Sensor.ready(world.sensor());
  await world.event(rule, 3);
  assertEquals(await next.stop(), 0);
  const seconds = secondsOf(world.eventsOf(rule));
  assertEquals(seconds, seconds.map((_, n) => n));
});

Deno.test("A second signal ends the sensor at once", async () => {
  await using world = await World.on(rabbit);
  for (const [signal, code] of [["SIGTERM", 143], ["SIGINT", 130]] as const) {
    await using sensor = await Sensor.ready(world.sensor({ ATTUNE_SHUTDOWN_TIMEOUT: "1h" }));
    const fault = world.platform.faults.add({ kind: "hang", path: "/api/v1/events" });
    await world.platform.rules.create(draft(`second${code}`));
    while (fault.hits === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    sensor.kill(signal);
    await sensor.line(/^Timer sensor stopping/);
    sensor.kill(signal);
    assertEquals(await sensor.exit(), code);
    world.platform.faults.clear();
  }
});

Deno.test("A rule whose event is refused keeps firing, and the API's words are told", async () => {
  await using world = await World.on(rabbit);
  await using sensor = await Sensor.ready(world.sensor());
  const body = JSON.stringify({ error: "No such thing", code: "FORBIDDEN" });
  const headers = { "content-type": "application/json" };
  world.platform.faults.add({
    kind: "answer",
    path: "/api/v1/events",
    status: 403,
    headers,
    body,
    times: 1,
  });
  const rule = await world.platform.rules.create(draft("refused"));
  const line = await sensor.line(new RegExp(`^Failed to create event for rule ${rule.id}, `));
  const known = "Insufficient permissions to create event for trigger type 'core.intervaltimer'";
  assert(line.message.includes(known), line.message);
  assert(line.message.includes("No such thing"), line.message);
  assertEquals(line["status"], 403);
  await world.event(rule);
  assertEquals(await world.countOf("dead"), 1);
  assertEquals(await sensor.stop(), 0);
});

Deno.test("A token that is refused for good ends the sensor with exit code 5, and nothing is lost", async () => {
  await using world = await World.on(rabbit);
  const rule = world.platform.rules.silently.create(draft("expiring"));
  await using sensor = await Sensor.ready(world.sensor());
  const expired = JSON.stringify({ error: { code: 401, message: "Authentication token expired" } });
  const headers = { "content-type": "application/json" };
  for (const path of ["/api/v1/events", "/auth/sensor-token"]) {
    world.platform.faults.add({ kind: "answer", path, status: 401, headers, body: expired });
  }
  assertEquals(await sensor.exit(), 5);
  assert(/^Token (expired|refused)/.test(sensor.lines.at(-1)?.message ?? ""));
  world.platform.faults.clear();
  await using next = await Sensor.ready(world.sensor());
  await world.event(rule, 3);
  assertEquals(await next.stop(), 0);
  const seconds = secondsOf(world.eventsOf(rule));
  assertEquals(seconds, seconds.map((_, n) => n));
});

Deno.test("A token is renewed through the API when it is refused, and nothing is lost", async () => {
  await using world = await World.on(rabbit);
  const rule = world.platform.rules.silently.create(draft("renewed"));
  await using sensor = await Sensor.ready(world.sensor());
  const body = JSON.stringify({ error: { code: 401, message: "Invalid authentication token" } });
  const headers = { "content-type": "application/json" };
  const path = "/api/v1/events";
  world.platform.faults.add({ kind: "answer", path, status: 401, headers, body, times: 1 });
  await sensor.line(/^Token renewed, it expires at/);
  await world.event(rule, 3);
  assertEquals(await sensor.stop(), 0);
  assertEquals(secondsOf(world.eventsOf(rule)).slice(0, 3), [0, 1, 2]);
});

Deno.test({
  name: "A refused token is read again from its file, and nothing is lost",
  // What is built may read no file.
  ignore: ARTEFACT !== null,
  fn: async () => {
    await using world = await World.on(rabbit);
    const path = await Deno.makeTempFile();
    using _file = { [Symbol.dispose]: () => Deno.removeSync(path) };
    await Deno.writeTextFile(path, world.token);
    const { token: _, ...options } = world.sensor({ ATTUNE_API_TOKEN_FILE: path });
    await using sensor = await Sensor.ready({ ...options, flags: [`--allow-read=${path}`] });
    await Deno.writeTextFile(path, await world.platform.sensorToken({ ttlSeconds: 7200 }));
    world.refuseTokenOnce();
    const rule = await world.platform.rules.create(draft("rotated"));
    assertEquals(payloadOf(await world.event(rule)).execution_count, 1);
    assertEquals(await sensor.stop(), 0);
  },
});

Deno.test("Nobody reading its log delays no timer and does not keep the sensor from ending", async () => {
  await using world = await World.on(rabbit);
  const { silently } = world.platform.rules;
  // Spread over the second: together they fill a pipe in a few seconds.
  for (let n = 0; n < 100; n++) {
    silently.create({ ...draft(`loud${n}`), created: new Date(Date.now() + n * 10).toISOString() });
  }
  await using bare = await BareTimer.start();
  const rule = silently.create(draft("heard"));
  await using sensor = await Sensor.start({
    ...world.sensor({ ATTUNE_LOG_LEVEL: "trace" }),
    isUnread: true,
  });
  await world.event(rule, 8);
  assert(world.eventsOf(rule).every((it) => lateness(it) < bare.limitMs(ON_TIME_MS)));
  sensor.kill("SIGTERM");
  assertEquals(await sensor.exit(), 0);
});
