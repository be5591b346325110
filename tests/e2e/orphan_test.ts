import { assertEquals } from "@std/assert";
import { RabbitMq } from "../support/rabbitmq.ts";
import { Sensor } from "../support/sensor.ts";
import { World } from "../support/world.ts";

/** A parent that waits for its child; what comes after the child keeps it from becoming the child. */
const SHELL = ["sh", "-c", '"$@"; exit $?', "sh"];
const ORPHANED = /^The process that started this sensor is gone/;

let rabbit: RabbitMq;
Deno.test.beforeAll(async () => {
  rabbit = await RabbitMq.start();
});
Deno.test.afterAll(() => rabbit[Symbol.asyncDispose]());

function draft(name: string) {
  const trigger_params = { interval: 1, unit: "seconds" };
  return { ref: `e2e.${name}`, trigger_ref: "core.intervaltimer", trigger_params };
}

Deno.test("A sensor ends by itself when the manager that started it was killed", async () => {
  await using world = await World.on(rabbit);
  const options = world.sensor({ ATTUNE_SENSOR_ID: "1" });
  await using sensor = await Sensor.ready({ ...options, parent: SHELL });
  const rule = await world.platform.rules.create(draft("orphan"));
  await world.event(rule, 3);
  assertEquals(sensor.lines.filter((line) => ORPHANED.test(line.message)), []);
  sensor.kill("SIGKILL");
  await sensor.line(ORPHANED);
  // Its output has ended: nobody else holds the other end of it.
  await sensor.exit();
  // Nobody is left to be told the exit code; these are the last words of one that is clean.
  assertEquals(sensor.lines.at(-1)?.message, "Timer sensor stopped");
  assertEquals(sensor.lines.filter((line) => line.level === "error"), []);
  assertEquals(sensor.stderr, "");
});

Deno.test("A sensor that no manager started goes on without the process that started it", async () => {
  await using world = await World.on(rabbit);
  await using sensor = await Sensor.ready({ ...world.sensor(), parent: SHELL });
  const rule = await world.platform.rules.create(draft("survivor"));
  await world.event(rule);
  sensor.kill("SIGKILL");
  await world.event(rule, world.eventsOf(rule).length + 4);
  sensor.killAll("SIGTERM");
  await sensor.line(/^Timer sensor stopping: Received SIGTERM$/);
  await sensor.exit();
  assertEquals(sensor.lines.filter((line) => ORPHANED.test(line.message)), []);
});
