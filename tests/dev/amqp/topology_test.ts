import { assert, assertEquals, assertMatch } from "@std/assert";
import { Buffer } from "node:buffer";
import type { Channel } from "amqplib";
import { startBroker } from "../../../src/dev/amqp/broker.ts";
import { Client, confirmed, failure, Inbox } from "./client.ts";

const LOCKED =
  "RESOURCE_LOCKED - cannot obtain exclusive access to locked queue 'q' in vhost '/'. " +
  "It could be originally declared on another connection or the exclusive property value does not " +
  "match that of the original declaration.";

Deno.test("Topology closes the connection over an exchange or an argument that it does not have", async () => {
  await using broker = startBroker();
  const asked: Record<string, (channel: Channel) => Promise<unknown>> = {
    "COMMAND_INVALID - invalid exchange type 'x'": (it) => it.assertExchange("e", "x"),
    "NOT_IMPLEMENTED - exchange argument 'internal' of this broker double": (it) =>
      it.assertExchange("e", "topic", { internal: true }),
    "NOT_IMPLEMENTED - queue argument 'x-expires' of this broker double; it has x-max-length, \
x-overflow": (it) => it.assertQueue("q", { expires: 1000 }),
    "NOT_IMPLEMENTED - expiration of this broker double": async (it) => {
      it.sendToQueue("q", Buffer.from("text"), { expiration: 1000 });
      await it.checkQueue("q");
    },
    "NOT_ALLOWED - attempt to reuse consumer tag 't'": async (it) => {
      await it.assertQueue("q");
      await it.consume("q", () => {}, { consumerTag: "t" });
      await it.consume("q", () => {}, { consumerTag: "t" });
    },
  };
  for (const [message, ask] of Object.entries(asked)) {
    await using client = await Client.connect(broker.url);
    await failure(ask(await client.channel()));
    assertEquals((await client.ended).message, message);
  }
});

Deno.test("Topology closes the channel of whoever settles a message twice", async () => {
  await using broker = startBroker();
  await using client = await Client.connect(broker.url);
  const { channel, ended } = await client.watchedChannel();
  await channel.assertQueue("q");
  await confirmed(await client.confirmChannel(), "", "q", "text");
  const message = await channel.get("q");
  assert(message);
  channel.ack(message);
  channel.ack(message);
  const refused = { code: 406, message: "PRECONDITION_FAILED - unknown delivery tag 1" };
  assertEquals(await ended, refused);
});

Deno.test("Topology closes the channel of whoever publishes to an exchange that is not there", async () => {
  await using broker = startBroker();
  await using client = await Client.connect(broker.url);
  const { channel, ended } = await client.watchedChannel();
  channel.publish("nope", "key", Buffer.from("lost"));
  const refused = { code: 404, message: "NOT_FOUND - no exchange 'nope' in vhost '/'" };
  assertEquals(await ended, refused);
});

Deno.test("Topology declares again what is the same and deletes what is not there", async () => {
  await using broker = startBroker();
  await using client = await Client.connect(broker.url);
  const channel = await client.channel();
  const options = { durable: true, maxLength: 5 };
  await channel.assertQueue("q", options);
  const { consumerCount, messageCount } = await channel.assertQueue("q", options);
  assertEquals([consumerCount, messageCount], [0, 0]);
  await channel.assertExchange("e", "direct");
  await channel.assertExchange("e", "direct");
  await channel.unbindQueue("q", "e", "never bound");
  await channel.unbindQueue("q", "nope", "key");
  await channel.deleteExchange("nope");
  assertEquals(await channel.deleteQueue("nope"), { messageCount: 0 });
});

Deno.test("Topology names a queue and lets the channel call it by no name", async () => {
  await using broker = startBroker();
  await using client = await Client.connect(broker.url);
  const channel = await client.confirmChannel();
  const { queue } = await channel.assertQueue("", { exclusive: true });
  assertMatch(queue, /^amq\.gen-./);
  await channel.bindQueue("", "amq.topic", "a.*");
  await confirmed(channel, "amq.topic", "a.b", "text");
  assertEquals(await channel.purgeQueue(queue), { messageCount: 1 });
});

Deno.test("Topology keeps an exclusive queue from other connections and ends it with its own", async () => {
  await using broker = startBroker();
  await using client = await Client.connect(broker.url);
  const channel = await client.channel();
  {
    await using owner = await Client.connect(broker.url);
    await (await owner.channel()).assertQueue("q", { exclusive: true });
    const { channel: stranger, ended } = await client.watchedChannel();
    await failure(stranger.checkQueue("q"));
    assertEquals(await ended, { code: 405, message: LOCKED });
  }
  assertEquals((await channel.assertQueue("q")).messageCount, 0);
});

Deno.test("Topology deletes a queue and an exchange that want it once nobody uses them", async () => {
  await using broker = startBroker();
  await using client = await Client.connect(broker.url);
  const channel = await client.channel();
  await channel.assertQueue("q", { autoDelete: true });
  await channel.assertExchange("e", "topic", { autoDelete: true });
  await channel.bindQueue("q", "e", "key");
  const { consumerTag } = await channel.consume("q", () => {});
  assertEquals(broker.queues.length, 1);
  await channel.cancel(consumerTag);
  assertEquals(broker.queues, []);
  assertEquals((await failure(channel.checkExchange("e"))).code, 404);
});

Deno.test("Topology tells the consumers of a queue that it was deleted", async () => {
  await using broker = startBroker();
  await using client = await Client.connect(broker.url);
  const channel = await client.confirmChannel();
  await channel.assertQueue("q");
  const inbox = new Inbox();
  await channel.consume("q", inbox.take);
  await confirmed(channel, "", "q", "text");
  const message = await inbox.next();
  await channel.deleteQueue("q");
  assertEquals(await inbox.nextOrEnd(), null);
  // What was delivered before may still be settled.
  channel.nack(message);
  await channel.assertQueue("q");
  assertEquals((await channel.checkQueue("q")).messageCount, 0);
});

Deno.test("Topology sends a message to each bound queue once", async () => {
  await using broker = startBroker();
  await using client = await Client.connect(broker.url);
  const channel = await client.confirmChannel();
  for (const [name, type] of [["t", "topic"], ["d", "direct"], ["f", "fanout"]] as const) {
    await channel.assertExchange(name, type);
  }
  for (const queue of ["p", "q"]) await channel.assertQueue(queue);
  await channel.bindQueue("p", "t", "rule.*");
  await channel.bindQueue("p", "t", "#");
  await channel.bindQueue("q", "t", "rule.created");
  await channel.bindQueue("p", "d", "rule.*");
  await channel.bindQueue("q", "d", "rule.created");
  await channel.bindQueue("q", "f", "whatever");
  for (const exchange of ["t", "d", "f"]) {
    await confirmed(channel, exchange, "rule.created", exchange);
  }
  const depths = () => broker.queues.map(({ depth }) => depth);
  assertEquals(depths(), [1, 3]);
  await channel.unbindQueue("p", "t", "#");
  await channel.unbindQueue("q", "t", "rule.created");
  await confirmed(channel, "t", "rule.created", "after");
  assertEquals(depths(), [2, 3]);
});
