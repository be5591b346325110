import { assert, assertEquals } from "@std/assert";
import { startBroker } from "../../../src/dev/amqp/broker.ts";
import { Client, confirmed, failure, Inbox } from "./client.ts";

Deno.test("Consuming: the broker gives a consumer no more than the prefetch allows until it acknowledges", async () => {
  await using broker = startBroker();
  await using client = await Client.connect(broker.url);
  const channel = await client.confirmChannel();
  await channel.assertQueue("q");
  for (const text of ["a", "b", "c", "d", "e"]) await confirmed(channel, "", "q", text);
  await channel.prefetch(2);
  const inbox = new Inbox();
  await channel.consume("q", inbox.take);
  const first = await inbox.next();
  const second = await inbox.next();
  assertEquals(await channel.checkQueue("q"), { queue: "q", messageCount: 3, consumerCount: 1 });
  assertEquals(inbox.size, 0);
  channel.ack(first);
  assertEquals((await inbox.next()).content.toString(), "c");
  channel.ack(second, true);
  assertEquals(await inbox.texts(1), ["d"]);
});

Deno.test("Consuming: the broker counts a prefetch for the whole channel over all of its consumers", async () => {
  await using broker = startBroker();
  await using client = await Client.connect(broker.url);
  const channel = await client.confirmChannel();
  await channel.prefetch(3, true);
  const inbox = new Inbox();
  for (const queue of ["p", "q"]) {
    await channel.assertQueue(queue);
    for (const text of ["a", "b"]) await confirmed(channel, "", queue, text);
    await channel.consume(queue, inbox.take);
  }
  const messages = [await inbox.next(), await inbox.next(), await inbox.next()];
  assertEquals((await channel.checkQueue("q")).messageCount, 1);
  assertEquals(inbox.size, 0);
  channel.ackAll();
  assertEquals(messages.map(({ content }) => content.toString()), ["a", "b", "a"]);
  assertEquals(await inbox.texts(1), ["b"]);
});

Deno.test("Consuming: the broker takes a message back to the head of its queue and marks it redelivered", async () => {
  await using broker = startBroker();
  await using client = await Client.connect(broker.url);
  const channel = await client.confirmChannel();
  await channel.assertQueue("q");
  for (const text of ["a", "b", "c"]) await confirmed(channel, "", "q", text);
  const [a, b] = [await channel.get("q"), await channel.get("q")];
  assert(a && b);
  channel.nack(b, true);
  const again = await channel.get("q");
  assert(again);
  assertEquals([again.content.toString(), again.fields.redelivered], ["a", true]);
  channel.reject(again, false);
  const inbox = new Inbox();
  await channel.consume("q", inbox.take, { noAck: true });
  assertEquals(await inbox.texts(2), ["b", "c"]);
});

Deno.test("Consuming: the broker delivers anew, in order, what a closed channel or a lost socket left", async () => {
  await using broker = startBroker();
  await using client = await Client.connect(broker.url);
  const channel = await client.confirmChannel();
  await channel.assertQueue("q");
  for (const text of ["a", "b", "c", "d"]) await confirmed(channel, "", "q", text);
  {
    const passing = await client.channel();
    assert(await passing.get("q"));
    assert(await passing.get("q"));
    await passing.close();
  }
  {
    await using other = await Client.connect(broker.url);
    const inbox = new Inbox();
    await (await other.channel()).consume("q", inbox.take);
    assertEquals(await inbox.texts(4), ["a", "b", "c", "d"]);
  }
  const inbox = new Inbox();
  await channel.consume("q", inbox.take);
  const messages = [await inbox.next(), await inbox.next(), await inbox.next(), await inbox.next()];
  assertEquals(messages.map(({ content }) => content.toString()), ["a", "b", "c", "d"]);
  assert(messages.every(({ fields }) => fields.redelivered));
});

Deno.test("Consuming: the broker lets consumers of a queue take turns", async () => {
  await using broker = startBroker();
  await using client = await Client.connect(broker.url);
  const channel = await client.confirmChannel();
  await channel.assertQueue("q");
  const inboxes = [new Inbox(), new Inbox(), new Inbox()];
  for (const inbox of inboxes) await channel.consume("q", inbox.take);
  for (const text of ["a", "b", "c", "d", "e", "f"]) await confirmed(channel, "", "q", text);
  const taken = await Promise.all(inboxes.map((inbox) => inbox.texts(2)));
  assertEquals(taken, [["a", "d"], ["b", "e"], ["c", "f"]]);
});

Deno.test("Consuming: the broker keeps an exclusive consumer alone on its queue", async () => {
  await using broker = startBroker();
  await using client = await Client.connect(broker.url);
  const channel = await client.channel();
  await channel.assertQueue("q");
  const { consumerTag } = await channel.consume("q", () => {}, { exclusive: true });
  const refused = {
    code: 403,
    message: "ACCESS_REFUSED - queue 'q' in vhost '/' in exclusive use",
  };
  assertEquals(await failure((await client.channel()).consume("q", () => {})), refused);
  await channel.cancel(consumerTag);
  await channel.consume("q", () => {});
  const late = (await client.channel()).consume("q", () => {}, { exclusive: true });
  assertEquals(await failure(late), refused);
});
