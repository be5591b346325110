import { assertEquals } from "@std/assert";
import { connectAmqp } from "../../src/broker/amqp.ts";
import { OPERATIONS } from "../support/broker_operations.ts";
import { type BrokerAtHand, Visit } from "../support/broker_visit.ts";
import { MemoryBroker } from "../support/memory_broker.ts";
import { RabbitMq } from "../support/rabbitmq.ts";
import { patiently } from "./broker_feed.ts";

Deno.test("The broker in memory answers as RabbitMQ does", async (test) => {
  await using rabbit = await RabbitMq.start();
  const real: BrokerAtHand = {
    url: rabbit.url(),
    connect: connectAmqp,
    starve: (isStarving) => watermark(rabbit, isStarving ? "0.0000001" : "0.4"),
    end: async () => void await rabbit.ctl("close_all_connections", "shutdown"),
  };
  for (const { of, run } of OPERATIONS) {
    await test.step(of, async () => {
      const memory = new MemoryBroker();
      const double: BrokerAtHand = {
        url: "amqp://memory",
        connect: memory.connect,
        starve: (isStarving) => isStarving ? memory.block() : memory.unblock(),
        end: () => memory.stop(),
      };
      const [answer, expected] = [await answerOf(double), await answerOf(real)];
      assertEquals(answer, expected);

      async function answerOf(broker: BrokerAtHand): Promise<readonly unknown[]> {
        await using visit = new Visit(broker);
        return await patiently(run(visit), () => `No answer of ${broker.url}`);
      }
    });
  }
});

async function watermark(rabbit: RabbitMq, fraction: string): Promise<void> {
  await rabbit.ctl("set_vm_memory_high_watermark", fraction);
}
