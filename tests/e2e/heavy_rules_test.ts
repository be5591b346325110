import { assertEquals, assertLess } from "@std/assert";
import { RabbitMq } from "../support/rabbitmq.ts";
import { report } from "../support/report.ts";
import { Sensor } from "../support/sensor.ts";
import { World } from "../support/world.ts";

/** A hundred megabytes less than the shipped unit allows, and what JSON of this size costs many times over. */
const MOST_MB = 200;

let rabbit: RabbitMq;
Deno.test.beforeAll(async () => {
  rabbit = await RabbitMq.start();
});
Deno.test.afterAll(() => rabbit[Symbol.asyncDispose]());

/** The most memory that a process ever had, in megabytes. */
async function peakMb({ pid }: Sensor): Promise<number> {
  const status = await Deno.readTextFile(`/proc/${pid}/status`);
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) / 1000;
}

const EVERY_SECOND = { interval: 1, unit: "seconds" };
/** 144 kB of JSON, which takes the most memory for its length. */
const lists = Array(48_000).fill([]);

for (
  const [member, parts] of Object.entries({
    action_params: { action_params: { lists } },
    trigger_params: { trigger_params: { ...EVERY_SECOND, lists } },
  })
) {
  Deno.test(`400 rules, each with a lot of ${member}, take little memory`, async () => {
    await using world = await World.on(rabbit);
    const { silently } = world.platform.rules;
    const rule = silently.create({
      ref: "e2e.light",
      trigger_ref: "core.intervaltimer",
      trigger_params: EVERY_SECOND,
    });
    for (let n = 0; n < 400; n++) {
      const ref = `e2e.heavy${n}`;
      silently.create({ ref, trigger_ref: "core.intervaltimer", enabled: false, ...parts });
    }
    await using sensor = await Sensor.ready(world.sensor());
    await world.event(rule, 2);
    const mb = await peakMb(sensor);
    report(`400 rules with a lot of ${member}: ${mb.toFixed(0)} MB at most`);
    assertLess(mb, MOST_MB);
    assertEquals(await sensor.stop(), 0);
  });
}

Deno.test("Nine rules of 1.9 MB, and one of 17 MB, keep no other from firing", async () => {
  await using world = await World.on(rabbit);
  const { silently } = world.platform.rules;
  const draft = { trigger_ref: "core.intervaltimer", trigger_params: EVERY_SECOND };
  for (let n = 0; n < 9; n++) {
    silently.create({ ...draft, ref: `e2e.heavy${n}`, action_params: { text: "x".repeat(1.9e6) } });
  }
  const giant = silently.create({ ...draft, ref: "e2e.giant", action_params: "x".repeat(17e6) });
  const rule = silently.create({ ...draft, ref: "e2e.light" });
  await using sensor = await Sensor.ready(world.sensor());
  await world.event(rule, 3);
  const told = await sensor.line(new RegExp(`^Refused rule ${giant.id} `));
  assertEquals(
    told.message,
    `Refused rule ${giant.id} (e2e.giant): it cannot be read: its row is too long`,
  );
  assertEquals(world.eventsOf(giant), []);
  assertEquals(await sensor.stop(), 0);
});
