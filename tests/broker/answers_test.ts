import { assertEquals, assertRejects } from "@std/assert";
import { AnsweredConnection } from "../../src/broker/answers.ts";
import type { Channel, ConfirmChannel } from "../../src/broker/channel.ts";
import { Buffer } from "node:buffer";
import { patiently } from "../integration/broker_feed.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { MemoryBroker } from "../support/memory_broker.ts";
import { MemoryConnection } from "../support/memory_connection.ts";

/** A connection over which nothing passes from now on, and what it told of. */
async function frozen() {
  const broker = new MemoryBroker();
  const model = new MemoryConnection(broker);
  const clock = new FakeClock();
  const told: string[] = [];
  const connection = new AnsweredConnection(model, clock, (about) => {
    told.push(about);
    return new Error(`late: ${about}`);
  });
  const channel = await connection.createConfirmChannel();
  await channel.assertQueue("queue", {});
  model.freeze();
  return { broker, model, clock, told, connection, channel };
}

const OPERATIONS: Readonly<
  Record<string, readonly [(channel: Channel) => Promise<unknown>, string]>
> = {
  "a queue is declared": [(it) => it.assertQueue("queue", {}), "queue 'queue'"],
  "a queue is looked at": [(it) => it.checkQueue("queue"), "queue 'queue'"],
  "a queue is bound": [(it) => it.bindQueue("queue", "to", "key"), "queue 'queue'"],
  "a queue is unbound": [(it) => it.unbindQueue("queue", "to", "key"), "queue 'queue'"],
  "a queue is emptied": [(it) => it.purgeQueue("queue"), "queue 'queue'"],
  "a queue is deleted": [
    (it) => it.deleteQueue("queue", { ifUnused: true, ifEmpty: true }),
    "queue 'queue'",
  ],
  "a queue is consumed": [(it) => it.consume("queue", () => {}), "queue 'queue'"],
  "a message is asked for": [(it) => it.get("queue"), "queue 'queue'"],
  "a consumer is cancelled": [(it) => it.cancel("tag"), "a consumer"],
  "an exchange is declared": [
    (it) => it.assertExchange("events", "topic", { durable: true }),
    "exchange 'events'",
  ],
  "an exchange is looked at": [(it) => it.checkExchange("events"), "exchange 'events'"],
  "a channel is set up": [(it) => it.prefetch(1), "a channel"],
  "a channel is closed": [(it) => it.close(), "a channel"],
};

for (const [name, [operate, about]] of Object.entries(OPERATIONS)) {
  Deno.test(`What is not answered within five seconds is told of as such when ${name}`, async () => {
    const { clock, told, channel } = await frozen();
    const rejected = patiently(assertRejects(() => operate(channel), Error), () => "Not rejected");
    await clock.advance(4999);
    assertEquals(told, []);
    await clock.advance(1);
    assertEquals([(await rejected).message, told], [`late: ${about}`, [about]]);
    assertEquals(clock.pending, 0);
  });
}

Deno.test("A channel that is not opened within five seconds is told of as well", async () => {
  const { clock, told, connection } = await frozen();
  const rejected = patiently(assertRejects(() => connection.createChannel()), () => "Not rejected");
  await clock.advance(5000);
  await rejected;
  assertEquals(told, ["a channel"]);
});

Deno.test("Whoever waits gives up when the connection ends", async () => {
  const { clock, told, model, channel } = await frozen();
  const rejected = patiently(
    assertRejects(() => channel.checkQueue("queue")),
    () => "Not rejected",
  );
  model.on("error", () => {});
  model.breakOff(new Error("cut"));
  await rejected;
  assertEquals([clock.pending, told], [0, []]);
});

Deno.test("What is answered leaves nothing behind", async () => {
  const { clock, told, model, channel } = await frozen();
  const state = channel.checkQueue("queue");
  await clock.advance(4000);
  model.thaw();
  assertEquals(await state, { messageCount: 0, consumerCount: 0 });
  assertEquals([clock.pending, told], [0, []]);
});

Deno.test("A broker that is short of memory answers once it has enough again, however late", async () => {
  const { broker, clock, told, model, channel } = await frozen();
  model.thaw();
  broker.block();
  const stored = Promise.withResolvers<unknown>();
  publish(channel, stored.resolve);
  const state = channel.checkQueue("queue");
  await clock.advance(60_000);
  assertEquals(told, []);
  broker.unblock();
  assertEquals([await stored.promise, (await state).messageCount], [null, 1]);
  assertEquals(clock.pending, 0);
});

function publish(channel: ConfirmChannel, done: (error: unknown) => void): void {
  channel.sendToQueue("queue", Buffer.from("text"), {}, done);
}
