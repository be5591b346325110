import { assertEquals, assertRejects } from "@std/assert";
import * as fc from "fast-check";
import { startBroker } from "../../../src/dev/amqp/broker.ts";
import { Connection } from "../../../src/dev/amqp/connection.ts";
import { Disconnected, FrameType } from "../../../src/dev/amqp/frames.ts";
import { VirtualHost } from "../../../src/dev/amqp/virtual_host.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { Client } from "./client.ts";
import { type Opening, RawClient } from "./raw_client.ts";

Deno.test("Connection refuses an opening that it cannot agree to", async () => {
  await using broker = startBroker();
  const openings: Record<string, Opening> = {
    "403 ACCESS_REFUSED - mechanism 'EXTERNAL', only PLAIN is offered": { mechanism: "EXTERNAL" },
    "530 NOT_ALLOWED - vhost other not found": { virtualHost: "other" },
    "530 NOT_ALLOWED - negotiated frame_max = 1000, allowed: 4096 to 131072": {
      frameMaxBytes: 1000,
    },
  };
  for (const [refusal, opening] of Object.entries(openings)) {
    using client = await RawClient.connect(broker.url);
    await client.handshake(opening);
    assertEquals(await client.closeReason(), refusal);
  }
});

Deno.test("Connection answers a stranger with the protocol that it speaks", async () => {
  await using broker = startBroker();
  using client = await RawClient.connect(broker.url);
  await client.bytes("GET / HTTP/1.1\r\n\r\n");
  assertEquals(new TextDecoder().decode(await client.all()), "AMQP\0\0\x09\x01");
});

Deno.test("Connection hears nothing on a channel that it has closed until the client agrees", async () => {
  await using broker = startBroker();
  using client = await RawClient.open(broker.url);
  const get = () => client.method(1, 60, 70, (it) => it.short(0).shortstr("nope").octet(0));
  for (let count = 0; count < 3; count++) await get();
  await client.expect(20, 40);
  await client.method(1, 20, 41);
  await client.method(1, 20, 10, (writer) => writer.shortstr(""));
  await client.expect(20, 11);
});

Deno.test("Connection that breaks off gives its messages back and leaves nothing half done", async () => {
  await using broker = startBroker();
  await using other = await Client.connect(broker.url);
  const channel = await other.channel();
  await channel.assertQueue("q");
  {
    using client = await RawClient.open(broker.url);
    for (let count = 0; count < 2; count++) {
      await client.publish();
      await client.header(3n);
      await client.frame(FrameType.body, 1, new Uint8Array(3));
    }
    await client.method(1, 60, 70, (it) => it.short(0).shortstr("q").octet(0));
    await client.expect(60, 71);
    await client.publish();
    await client.bytes("\x02\0\x01\0\0\0\x0e\0");
  }
  while (broker.connections > 1) await channel.checkQueue("q");
  const back = await channel.get("q");
  assertEquals(back && [back.fields.redelivered, back.fields.messageCount], [true, 1]);
});

Deno.test("Connection survives whatever bytes it is sent", async () => {
  await using broker = startBroker();
  const bytes = fc.uint8Array({ maxLength: 60 });
  // Frames that are well formed get further than noise does.
  const frame = fc.tuple(fc.constantFrom(1, 2, 3, 8), fc.constantFrom(0, 1, 2), bytes);
  const method = fc.tuple(fc.constantFrom(10, 20, 40, 50, 60, 85), fc.nat({ max: 130 }), bytes);
  await fc.assert(
    fc.asyncProperty(fc.array(frame), fc.array(method), bytes, async (frames, methods, noise) => {
      using client = await RawClient.open(broker.url);
      try {
        for (const [classId, methodId, args] of methods) {
          await client.method(1, classId, methodId, (writer) => writer.bytes(args));
        }
        for (const [type, channel, payload] of frames) await client.frame(type, channel, payload);
        await client.bytes(noise);
      } catch {
        // The broker has hung up, as it may.
      }
    }),
    { numRuns: 200 },
  );
  await using client = await Client.connect(broker.url);
  await (await client.channel()).assertQueue("q");
});

/** A connection whose time is held, the client at its other end, and the end of it. */
async function underFakeTime(): Promise<
  Disposable & { clock: FakeClock; client: RawClient; running: Promise<void> }
> {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const [near, far] = await Promise.all([
    Deno.connect({ hostname: "127.0.0.1", port: listener.addr.port }),
    listener.accept(),
  ]);
  const clock = new FakeClock();
  const client = new RawClient(near);
  const running = new Connection(far, new VirtualHost(), clock).run();
  return { clock, client, running, [Symbol.dispose]: () => client[Symbol.dispose]() };
}

Deno.test("Connection beats twice an interval and hangs up on a client silent for two", async () => {
  using scene = await underFakeTime();
  const { clock, client, running } = scene;
  await client.handshake({ heartbeatSeconds: 10 });
  const expectBeat = async () => {
    await clock.advance(5000);
    assertEquals((await client.next()).type, FrameType.heartbeat);
  };
  for (let beat = 0; beat < 3; beat++) await expectBeat();
  await client.frame(FrameType.heartbeat, 0, new Uint8Array());
  // The answer shows that the beat before it has arrived.
  await client.method(1, 20, 10, (writer) => writer.shortstr(""));
  await client.expect(20, 11);
  for (let beat = 0; beat < 4; beat++) await expectBeat();
  await clock.advance(5000);
  await assertRejects(() => client.next(), Disconnected);
  await running;
  assertEquals(clock.pending, 0);
});

Deno.test("Connection hangs up on a client that never opens it", async () => {
  using scene = await underFakeTime();
  const { clock, client, running } = scene;
  await clock.advance(9999);
  await client.bytes("AMQP\0\0\x09\x01");
  await client.expect(10, 10);
  await clock.advance(1);
  await running;
  await assertRejects(() => client.next(), Disconnected);
});
