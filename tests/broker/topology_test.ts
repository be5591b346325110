import { assertEquals, assertRejects } from "@std/assert";
import { openSession } from "../../src/broker/session.ts";
import { declareQueue } from "../../src/broker/topology.ts";
import { systemClock } from "../../src/ground/clock.ts";
import { startBroker } from "../../src/dev/amqp/broker.ts";
import { patiently } from "../integration/broker_feed.ts";
import { TcpProxy } from "../support/tcp_proxy.ts";

Deno.test("A queue whose connection is lost as it is declared is not taken for one that cannot be had", async () => {
  await using broker = startBroker();
  await using proxy = await TcpProxy.start(Number(new URL(broker.url).port));
  const told: string[] = [];
  const again = Promise.withResolvers<void>();
  await using session = openSession({
    url: `amqp://127.0.0.1:${proxy.port}`,
    name: "test",
    clock: systemClock,
    backoff: () => 0,
    signal: new AbortController().signal,
    async begin({ link: { model } }) {
      if (told.length > 0) return again.resolve();
      proxy.freeze();
      const declared = declareQueue(model, "queue", {});
      await proxy.reset();
      proxy.thaw();
      await assertRejects(() => declared);
    },
    down: ({ fault }) => told.push(fault),
  });
  await patiently(session.ready, () => "Not ready");
  await again.promise;
  assertEquals(told, ["lost"]);
});
