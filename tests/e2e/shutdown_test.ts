import { assert, assertEquals } from "@std/assert";
import { BareTimer } from "../support/bare_timer.ts";
import { RabbitMq } from "../support/rabbitmq.ts";
import { report } from "../support/report.ts";
import { Sensor } from "../support/sensor.ts";
import { QUEUES, secondsOf, World } from "../support/world.ts";

/** The platform kills 5 s after SIGTERM; the sensor is gone before, where nobody else is busy. */
const GONE_MS = 4500;
const EVERY_SECOND = { interval: 1, unit: "seconds" };

let rabbit: RabbitMq;
Deno.test.beforeAll(async () => {
  rabbit = await RabbitMq.start();
});
Deno.test.afterAll(() => rabbit[Symbol.asyncDispose]());

/** Asks a sensor to stop. Fails where it takes too long, or ends otherwise than in order. */
async function stopInTime(sensor: Sensor, state: string): Promise<void> {
  await using bare = await BareTimer.start();
  const beganAt = performance.now();
  assertEquals(await sensor.stop(), 0);
  const tookMs = performance.now() - beganAt;
  report(`SIGTERM ${state}: gone after ${Math.round(tookMs)} ms`);
  assert(tookMs < bare.limitMs(GONE_MS), `${tookMs} ms`);
}

function draft(name: string) {
  return { ref: `e2e.${name}`, trigger_ref: "core.intervaltimer", trigger_params: EVERY_SECOND };
}

Deno.test("SIGTERM in front of a slow API: what waits is in the outbox in time, and comes in order", async () => {
  await using world = await World.on(rabbit);
  const rules = Array.from(
    { length: 300 },
    (_, n) => world.platform.rules.silently.create(draft(`slow${n}`)),
  );
  await using sensor = await Sensor.ready(world.sensor({ ATTUNE_MAX_CONCURRENCY: "8" }));
  await sensor.line(/^The outbox is ready/);
  const slow = world.platform.faults.add({ kind: "latency", path: "/api/v1/events", ms: 75 });
  while (slow.hits < 300) await new Promise((resolve) => setTimeout(resolve, 20));
  await stopInTime(sensor, "with a backlog that the API takes at 100 a second");
  const left = sensor.lines.find(({ message }) =>
    message.includes("neither delivered nor in the outbox")
  );
  assertEquals(left, undefined);
  world.platform.faults.clear();
  await using next = await Sensor.ready(world.sensor());
  for (const rule of rules) {
    await world.event(rule, 3);
    const seconds = secondsOf(world.eventsOf(rule));
    assertEquals(seconds, seconds.map((_, n) => (seconds[0] ?? 0) + n));
  }
  await next.stop();
});

Deno.test("SIGTERM while RabbitMQ is short of memory: gone in time, and nothing is lost", async () => {
  await using world = await World.on(rabbit);
  const rule = world.platform.rules.silently.create(draft("alarmed"));
  await using sensor = await Sensor.ready(world.sensor());
  await world.event(rule, 1);
  await rabbit.ctl("set_vm_memory_high_watermark", "0.0000001");
  try {
    await sensor.line(/memory|blocked|short/i);
    world.platform.faults.add({ kind: "hang", path: "/api/v1/events" });
    await stopInTime(sensor, "while RabbitMQ is short of memory and the API hangs");
  } finally {
    await rabbit.ctl("set_vm_memory_high_watermark", "0.4");
  }
  world.platform.faults.clear();
  await using next = await Sensor.ready(world.sensor());
  await world.event(rule, 5);
  const seconds = new Set(secondsOf(world.eventsOf(rule)));
  assertEquals([...seconds], Array.from({ length: seconds.size }, (_, n) => n));
  await next.stop();
  await rabbit.purge(QUEUES.outbox);
});

Deno.test("SIGTERM while the token's file does not answer: gone in time", async () => {
  await using world = await World.on(rabbit);
  const folder = await Deno.makeTempDir();
  const path = `${folder}/token`;
  await Deno.writeTextFile(path, world.token);
  const { token: _, ...options } = world.sensor({ ATTUNE_API_TOKEN_FILE: path });
  await using sensor = await Sensor.ready({ ...options, flags: [`--allow-read=${path}`] });
  await Deno.remove(path);
  const { success } = await new Deno.Command("mkfifo", { args: [path] }).output();
  assert(success);
  // It looks at the file each 5 s.
  await new Promise((resolve) => setTimeout(resolve, 6000));
  await stopInTime(sensor, "while the token's file does not answer");
  await Deno.remove(folder, { recursive: true });
});
