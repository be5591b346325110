import { assertEquals, assertRejects } from "@std/assert";
import { openSession } from "../../src/broker/session.ts";
import { declareQueue } from "../../src/broker/topology.ts";
import { systemChance } from "../../src/ground/chance.ts";
import { systemClock } from "../../src/ground/clock.ts";
import { patiently } from "../integration/broker_feed.ts";
import { MemoryBroker } from "../support/memory_broker.ts";

Deno.test("A queue whose connection is lost as it is declared is not taken for one that cannot be had", async () => {
  const link = new MemoryBroker().link();
  const told: string[] = [];
  const again = Promise.withResolvers<void>();
  await using session = openSession({
    url: "amqp://memory",
    connect: link.connect,
    name: "test",
    clock: systemClock,
    chance: systemChance,
    backoff: () => 0,
    signal: new AbortController().signal,
    async begin({ link: { model } }) {
      if (told.length > 0) return again.resolve();
      link.freeze();
      const declared = declareQueue(model, "queue", {});
      link.reset();
      link.thaw();
      await assertRejects(() => declared);
    },
    down: ({ fault }) => told.push(fault),
  });
  await patiently(session.ready, () => "Not ready");
  await again.promise;
  assertEquals(told, ["lost"]);
});
