import { systemChance } from "../../src/ground/chance.ts";
import { assertEquals } from "@std/assert";
import { Publisher } from "../../src/broker/publisher.ts";
import { openSession } from "../../src/broker/session.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { MemoryBroker } from "../support/memory_broker.ts";

Deno.test("Nothing is published once the session is over, though its connection is there", async () => {
  const told = Promise.withResolvers<string>();
  await using session = openSession({
    url: "amqp://memory",
    connect: new MemoryBroker().connect,
    name: "test",
    clock: new FakeClock(),
    chance: systemChance,
    backoff: () => 20,
    signal: new AbortController().signal,
    async begin(context) {
      const publisher = await Publisher.open(context, new FakeClock(), () => {});
      context.fail(new Error("over"));
      told.resolve(publisher.publish("queue", "text", {}).then(() => "", String));
    },
    down: () => {},
  });
  session.ready.catch(() => {/* never */});
  assertEquals(
    await told.promise,
    "BrokerError: The connection ended before it was confirmed",
  );
});
