import { assertEquals, assertNotEquals } from "@std/assert";
import { startBroker } from "../../../src/dev/amqp/broker.ts";
import { chooseBroker } from "../../../src/dev/sandbox/broker_choice.ts";
import { Client, confirmed, failure } from "../amqp/client.ts";

const TRACES = { exchange: "sandbox", queue: "sensor.sandbox" };

// The double stands in for RabbitMQ here, and for itself.

Deno.test("chooseBroker() takes the RabbitMQ that answers and leaves nothing on it", async () => {
  await using rabbit = startBroker();
  await using client = await Client.connect(rabbit.url);
  const channel = await client.channel();
  {
    await using broker = await chooseBroker(rabbit.url, TRACES);
    assertEquals(broker.url, rabbit.url);
    assertEquals(broker.origin, "a RabbitMQ that was there already");
    await channel.assertExchange("sandbox", "topic");
    await channel.assertQueue("sensor.sandbox");
    await channel.assertQueue("another");
  }
  assertEquals(rabbit.queues.map(({ name }) => name), ["another"]);
  assertEquals((await failure(channel.checkExchange("sandbox"))).code, 404);
});

Deno.test("chooseBroker() leaves a RabbitMQ alone on which a sensor has its queue", async () => {
  await using rabbit = startBroker();
  await using client = await Client.connect(rabbit.url);
  const channel = await client.confirmChannel();
  await channel.assertQueue("sensor.sandbox");
  await confirmed(channel, "", "sensor.sandbox", "in earnest");
  {
    await using broker = await chooseBroker(rabbit.url, TRACES);
    assertNotEquals(broker.url, rabbit.url);
    const reason = "has a queue sensor.sandbox already";
    assertEquals(
      broker.origin,
      `a stand-in, in memory: the RabbitMQ at ${rabbit.url} ${reason}`,
    );
    await using other = await Client.connect(broker.url);
    await (await other.channel()).assertQueue("sensor.sandbox");
  }
  assertEquals(rabbit.queues, [{ name: "sensor.sandbox", depth: 1, consumers: 0 }]);
});

Deno.test("chooseBroker() stands in where nobody answers, and tells no password", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  await using broker = await chooseBroker(`amqp://me:secret@127.0.0.1:${port}`, TRACES);
  const place = `RabbitMQ at amqp://***:***@127.0.0.1:${port}`;
  assertEquals(broker.origin, `a stand-in, in memory: the ${place} does not answer`);
  await using client = await Client.connect(broker.url);
  await (await client.channel()).assertQueue("sensor.sandbox");
});

Deno.test("chooseBroker() stands in where someone else answers", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const answering = (async () => {
    for await (const socket of listener) {
      await socket.write(new TextEncoder().encode("HTTP/1.1 400 Bad Request\r\n\r\n"));
      socket.close();
    }
  })();
  {
    await using broker = await chooseBroker(`amqp://127.0.0.1:${listener.addr.port}`, TRACES);
    assertNotEquals(new URL(broker.url).port, String(listener.addr.port));
  }
  listener.close();
  await answering;
});
