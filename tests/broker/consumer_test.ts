import { Buffer } from "node:buffer";
import { assertEquals, assertRejects } from "@std/assert";
import { Consumer, type ConsumerChannel } from "../../src/broker/consumer.ts";
import { BrokerError } from "../../src/broker/fault.ts";
import type { Message } from "../../src/broker/channel.ts";
import { settle } from "../support/fake_clock.ts";

/** A consumer whose messages are numbers, handled when the test says so. */
async function setUp() {
  const lines: string[] = [];
  const failures: unknown[] = [];
  const handling = new Map<number, PromiseWithResolvers<void>>();
  const inbox = Promise.withResolvers<(message: Message | null) => void>();
  const tell = (line: string) => Promise.resolve(void lines.push(line));
  const channel: ConsumerChannel = {
    prefetch: (count) => tell(`prefetch ${count}`),
    consume(queue, take, { consumerTag }) {
      inbox.resolve(take);
      return tell(`consume ${queue} as ${consumerTag}`);
    },
    cancel: (consumerTag) => tell(`cancel ${consumerTag}`),
    ack: (message) => void lines.push(`ack ${message.fields.deliveryTag}`),
  };
  const consumer = await Consumer.start({
    channel,
    queue: "q",
    consumerTag: "me",
    prefetch: 7,
    handle({ fields: { deliveryTag } }) {
      lines.push(`handle ${deliveryTag}`);
      const done = Promise.withResolvers<void>();
      handling.set(deliveryTag, done);
      return done.promise;
    },
    fail: (reason) => failures.push(reason),
  });
  const take = await inbox.promise;
  const deliver = (...tags: number[]) => tags.forEach((tag) => take(messageOf(tag)));
  const settled = (tag: number, how: (done: PromiseWithResolvers<void>) => void) => {
    const done = handling.get(tag);
    if (done === undefined) throw new Error(`${tag} was not handled`);
    how(done);
    return settle();
  };
  const resolve = (tag: number) => settled(tag, (done) => done.resolve());
  const reject = (tag: number, reason: string) => settled(tag, (done) => done.reject(reason));
  lines.length = 0;
  return { lines, failures, channel, consumer, take, deliver, resolve, reject };
}

function messageOf(deliveryTag: number): Message {
  return {
    fields: { deliveryTag },
    content: Buffer.alloc(0),
    properties: { headers: undefined, correlationId: undefined, timestamp: undefined },
  };
}

Deno.test("Consumer limits what is in flight before it asks for messages", async () => {
  const lines: string[] = [];
  const tell = (line: string) => Promise.resolve(void lines.push(line));
  await Consumer.start({
    channel: {
      prefetch: (count) => tell(`prefetch ${count}`),
      consume: (queue, _take, { consumerTag }) => tell(`consume ${queue} as ${consumerTag}`),
      cancel: () => Promise.resolve(),
      ack: () => {},
    },
    queue: "q",
    consumerTag: "me",
    prefetch: 7,
    handle: () => Promise.resolve(),
    fail: () => {},
  });
  assertEquals(lines, ["prefetch 7", "consume q as me"]);
});

Deno.test("Messages are handled in order, together, and acknowledged each when it is done", async () => {
  const { lines, deliver, resolve } = await setUp();
  deliver(1, 2, 3);
  assertEquals(lines, ["handle 1", "handle 2", "handle 3"]);
  await resolve(2);
  await resolve(1);
  assertEquals(lines.slice(3), ["ack 2", "ack 1"]);
});

Deno.test("A message that could not be handled is not acknowledged and ends the session", async () => {
  const { lines, failures, deliver, reject } = await setUp();
  deliver(1);
  await reject(1, "over");
  assertEquals(lines, ["handle 1"]);
  assertEquals(failures, ["over"]);
});

Deno.test("An acknowledgement that comes too late for its channel is dropped without a word", async () => {
  const { failures, channel, deliver, resolve } = await setUp();
  channel.ack = () => {
    throw new Error("Channel closed");
  };
  deliver(1);
  await resolve(1);
  assertEquals(failures, []);
});

Deno.test("A consumer that the broker cancels ends the session", async () => {
  const { failures, take } = await setUp();
  take(null);
  const [error] = failures;
  assertEquals(
    error instanceof BrokerError && [error.fault, error.message],
    ["cancelled", "RabbitMQ cancelled the consumer of queue 'q'"],
  );
});

Deno.test("Draining takes no more and waits for what is in flight", async () => {
  const { lines, consumer, deliver, resolve } = await setUp();
  deliver(1, 2);
  await resolve(1);
  let isDrained = false;
  const drained = consumer.drain().then(() => isDrained = true);
  await settle();
  assertEquals([lines.at(-1), isDrained], ["cancel me", false]);
  await resolve(2);
  await drained;
  assertEquals(lines.at(-1), "ack 2");
});

Deno.test("Draining rejects when the channel is closed", async () => {
  const { channel, consumer } = await setUp();
  channel.cancel = () => Promise.reject(new Error("Channel closed"));
  await assertRejects(() => consumer.drain(), Error, "Channel closed");
});
