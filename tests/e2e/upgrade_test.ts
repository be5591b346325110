import { assert, assertEquals } from "@std/assert";
import amqp from "amqplib";
import { RabbitMq } from "../support/rabbitmq.ts";
import { Sensor } from "../support/sensor.ts";
import { payloadOf, QUEUES, World } from "../support/world.ts";

const EXCHANGE = "attune.events";
/** What the sensor in Rust binds its queue to (contract 3.1). */
const KEYS = ["rule.created", "rule.enabled", "rule.disabled", "rule.deleted"];
const HOUR_MS = 3_600_000;

let rabbit: RabbitMq;
Deno.test.beforeAll(async () => {
  rabbit = await RabbitMq.start();
});
Deno.test.afterAll(() => rabbit[Symbol.asyncDispose]());

/** Declares the queue as the sensor in Rust does at its start. Rejects where it is there otherwise. */
async function declareAsRust(): Promise<number> {
  const model = await amqp.connect(rabbit.url(), { noDelay: true });
  const channel = await model.createChannel();
  await channel.assertExchange(EXCHANGE, "topic", { durable: true });
  const { messageCount } = await channel.assertQueue(QUEUES.rules, { durable: true });
  for (const key of KEYS) await channel.bindQueue(QUEUES.rules, EXCHANGE, key);
  await model.close();
  return messageCount;
}

function everySecond(name: string) {
  return {
    ref: `e2e.${name}`,
    trigger_ref: "core.intervaltimer",
    trigger_params: { interval: 1, unit: "seconds" },
    created: new Date(Date.now() - HOUR_MS).toISOString(),
  };
}

Deno.test("The queue of the sensor in Rust is taken over with what waits in it, and can be given back", async () => {
  await using world = await World.on(rabbit);
  await declareAsRust();
  const { rules } = world.platform;
  const gone = await rules.create(everySecond("gone"));
  rules.silently.delete(gone.ref);
  const rule = await rules.create(everySecond("here"));
  const startedAt = Date.now();
  await using sensor = await Sensor.ready(world.sensor());
  const first = await world.event(rule);
  assert(Date.parse(payloadOf(first).scheduled_at) >= startedAt, "it made up for what was before");
  assertEquals(await sensor.stop(), 0);
  assertEquals(world.eventsOf(gone), []);
  const grave = sensor.lines.filter(({ level }) => level !== "info");
  assertEquals(grave.map(({ message }) => message), []);
  assertEquals(await declareAsRust(), 0);
});
