import { assertEquals } from "@std/assert";
import { startBroker } from "../../../src/dev/amqp/broker.ts";
import { Client, failure } from "./client.ts";
import { prepare, REFUSALS } from "./refusals.ts";

Deno.test("Topology refuses in RabbitMQ's words and closes the channel alone", async (test) => {
  await using broker = startBroker();
  await using client = await Client.connect(broker.url);
  const setup = await client.channel();
  await prepare(setup);
  for (const { of, asked, code, message } of REFUSALS) {
    await test.step(of, async () => {
      const { channel, ended } = await client.watchedChannel();
      await failure(asked(channel));
      assertEquals(await ended, { code, message });
    });
  }
  assertEquals((await setup.checkQueue("q")).consumerCount, 1);
});
