import { assert, assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import { startBroker } from "../../../src/dev/amqp/broker.ts";
import { Client, confirmed, failure, Inbox } from "./client.ts";

Deno.test("Broker hands a message on with its body, properties and headers unchanged", async () => {
  await using broker = startBroker();
  await using client = await Client.connect(broker.url);
  const channel = await client.confirmChannel();
  await channel.assertExchange("events", "topic", { durable: true });
  const { queue } = await channel.assertQueue("rules", { durable: true });
  await channel.bindQueue(queue, "events", "rule.*");
  const headers = {
    text: "zażółć",
    small: -1,
    large: 2 ** 40,
    half: 0.5,
    yes: true,
    none: null,
    list: [1, "two", { three: 3 }],
  };
  const options = {
    headers,
    contentType: "application/json",
    contentEncoding: "utf-8",
    persistent: true,
    priority: 3,
    correlationId: "c",
    replyTo: "r",
    messageId: "m",
    timestamp: 1_700_000_000,
    type: "t",
    appId: "a",
  };
  await confirmed(channel, "events", "rule.created", '{"a":1}', options);
  const message = await channel.get(queue);
  assert(message);
  assertEquals(message.content.toString(), '{"a":1}');
  assertEquals(message.fields, {
    deliveryTag: 1,
    redelivered: false,
    exchange: "events",
    routingKey: "rule.created",
    messageCount: 0,
  });
  const { headers: headersBack, deliveryMode, ...properties } = message.properties;
  assertEquals(headersBack, headers);
  assertEquals(deliveryMode, 2);
  const { headers: _, persistent: __, ...sent } = options;
  assertEquals(Object.fromEntries(Object.entries(properties).filter(([, it]) => it)), sent);
});

Deno.test("Broker carries a body of a megabyte both ways, in frames of the size agreed on", async () => {
  await using broker = startBroker();
  await using client = await Client.connect(broker.url, "frameMax=4096");
  const channel = await client.confirmChannel();
  await channel.assertQueue("large");
  const body = Buffer.alloc(1_000_000, "0123456789abcdef!");
  channel.sendToQueue("large", body);
  channel.sendToQueue("large", Buffer.alloc(0));
  await channel.waitForConfirms();
  const inbox = new Inbox();
  await channel.consume("large", inbox.take);
  assert((await inbox.next()).content.equals(body));
  assertEquals((await inbox.next()).content.length, 0);
});

Deno.test("Broker confirms what it routes nowhere and returns it first where that is asked", async () => {
  await using broker = startBroker();
  await using client = await Client.connect(broker.url);
  const channel = await client.confirmChannel();
  const returned: unknown[] = [];
  channel.on("return", ({ content, fields }) => returned.push([content.toString(), fields]));
  assert(await confirmed(channel, "", "nobody", "lost"));
  assertEquals(returned, []);
  assert(await confirmed(channel, "", "nobody", "back", { mandatory: true }));
  const fields = { replyCode: 312, replyText: "NO_ROUTE", exchange: "", routingKey: "nobody" };
  assertEquals(returned, [["back", fields]]);
});

Deno.test("Broker drops the oldest of a queue that is full, or refuses the newest", async () => {
  await using broker = startBroker();
  await using client = await Client.connect(broker.url);
  const channel = await client.confirmChannel();
  await channel.assertQueue("drop", { arguments: { "x-max-length": 2 } });
  await channel.assertQueue("refuse", {
    arguments: { "x-max-length": 2, "x-overflow": "reject-publish" },
  });
  const outcomes: Record<string, boolean[]> = { drop: [], refuse: [] };
  for (const [queue, results] of Object.entries(outcomes)) {
    for (const text of ["a", "b", "c"]) results.push(await confirmed(channel, "", queue, text));
  }
  assertEquals(outcomes, { drop: [true, true, true], refuse: [true, true, false] });
  const first = async (queue: string) => (await channel.get(queue) || null)?.content.toString();
  assertEquals([await first("drop"), await first("refuse")], ["b", "a"]);
});

Deno.test("Broker closes a connection that it does not understand and serves the others", async () => {
  await using broker = startBroker();
  await using client = await Client.connect(broker.url);
  const { channel } = await client.watchedChannel();
  const gone = await failure(channel.recover());
  assertEquals(gone.message, "Channel ended, no reply will be forthcoming");
  assertEquals(await client.ended, {
    code: 540,
    message: "NOT_IMPLEMENTED - method 60.110 of this broker double",
  });
  await using other = await Client.connect(broker.url);
  await (await other.channel()).assertQueue("q");
});

Deno.test("Broker ends its clients with CONNECTION_FORCED when it is disposed of", async () => {
  const broker = startBroker();
  const client = await Client.connect(broker.url);
  const inbox = new Inbox();
  const channel = await client.channel();
  await channel.assertQueue("q");
  await channel.consume("q", inbox.take);
  await broker[Symbol.asyncDispose]();
  assertEquals(await client.ended, {
    code: 320,
    message: "CONNECTION_FORCED - broker forced connection closure with reason 'shutdown'",
  });
});

Deno.test("Broker tells of its connections and queues", async () => {
  await using broker = startBroker();
  assertEquals([broker.connections, broker.queues], [0, []]);
  {
    await using client = await Client.connect(broker.url);
    const channel = await client.confirmChannel();
    await channel.assertQueue("b");
    await channel.assertQueue("a");
    await confirmed(channel, "", "b", "text");
    await channel.consume("a", () => {});
    assertEquals(broker.connections, 1);
    assertEquals(broker.queues, [
      { name: "a", depth: 0, consumers: 1 },
      { name: "b", depth: 1, consumers: 0 },
    ]);
  }
});
