import { assert, assertEquals, assertRejects } from "@std/assert";
import amqp from "amqplib";
import { startBroker } from "../../../src/dev/amqp/broker.ts";
import { AmqpPublisher } from "../../../src/dev/platform/amqp_publisher.ts";
import { startPlatform } from "../../../src/dev/platform/platform.ts";

const EXCHANGE = "attune.events";

/** A queue that gets everything, and what is first in it. */
async function listenTo(url: string) {
  const model = await amqp.connect(url, { noDelay: true });
  const channel = await model.createChannel();
  await channel.assertExchange(EXCHANGE, "topic", { durable: true });
  const { queue } = await channel.assertQueue("all");
  await channel.bindQueue(queue, EXCHANGE, "#");
  return {
    first: () => channel.get(queue, { noAck: true }),
    [Symbol.asyncDispose]: () => model.close(),
  };
}

Deno.test("A message goes out with the platform's properties, and is there when it is confirmed", async () => {
  await using broker = startBroker();
  await using listener = await listenTo(broker.url);
  await using publisher = new AmqpPublisher({ url: broker.url, exchange: EXCHANGE });
  await using platform = await startPlatform({ older: true, publish: publisher.publish });
  await platform.rules.create({ ref: "tests.a", trigger_ref: "core.timer" });
  const message = await listener.first();
  assert(message !== false);
  assertEquals([message.fields.exchange, message.fields.routingKey], [EXCHANGE, "rule.created"]);
  const { message_id, message_type, payload } = JSON.parse(message.content.toString());
  assertEquals([message_type, payload.rule_ref], ["RuleCreated", "tests.a"]);
  const { messageId, correlationId, deliveryMode, contentType, headers, type } = message.properties;
  assertEquals([messageId, correlationId], [message_id, message_id]);
  assertEquals([deliveryMode, contentType], [2, "application/json"]);
  assertEquals(Number.isInteger(message.properties.timestamp), true);
  assertEquals([headers, type], [{}, undefined]);
});

Deno.test("A message fails while the broker is away, and the next one after that goes out", async () => {
  const first = startBroker();
  const port = Number(new URL(first.url).port);
  await using publisher = new AmqpPublisher({ url: first.url, exchange: EXCHANGE });
  await publisher.publish("rule.created", { a: 1 });
  await first[Symbol.asyncDispose]();
  await assertRejects(async () => await publisher.publish("rule.created", { a: 2 }));
  await using second = startBroker({ port });
  await using listener = await listenTo(second.url);
  await publisher.publish("rule.created", { a: 3 });
  const message = await listener.first();
  assert(message !== false);
  assertEquals(message.content.toString(), '{"a":3}');
});
