import { Buffer } from "node:buffer";
import { assert, assertEquals, assertFalse, assertRejects } from "@std/assert";
import { BrokerError } from "../../src/broker/fault.ts";
import { startBroker } from "../../src/dev/amqp/broker.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { RabbitMq } from "../support/rabbitmq.ts";
import { TcpProxy } from "../support/tcp_proxy.ts";
import { onBroker } from "./broker_feed.ts";
import {
  contents,
  depth,
  eventOf,
  eventsOf,
  openWatched,
  prepared,
  WatchedStore,
} from "./store_watched.ts";

let rabbit: RabbitMq;
Deno.test.beforeAll(async () => {
  rabbit = await RabbitMq.start();
});
Deno.test.afterAll(() => rabbit[Symbol.asyncDispose]());

/** The product's own broker, of `deno task dev`, has to do as RabbitMQ does. */
const BROKERS: Readonly<Record<string, () => AsyncDisposable & { readonly url: string }>> = {
  RabbitMQ: () => ({ url: rabbit.url(), [Symbol.asyncDispose]: () => Promise.resolve() }),
  "the double": startBroker,
};

for (const [name, start] of Object.entries(BROKERS)) {
  const test = (sentence: string, body: (url: string) => Promise<void>) =>
    Deno.test(`${sentence} (${name})`, async () => {
      await using broker = start();
      await body(broker.url);
    });

  test("A new outbox is up after three seconds and hands out then, one that is found at once", async (url) => {
    const clock = new FakeClock();
    await using fresh = new WatchedStore(url, { clock });
    await fresh.ready();
    fresh.outbox.handOut();
    // It is a matter of trust only: whoever cannot wait may put.
    await fresh.outbox.put(eventOf(1));
    await clock.advance(2999);
    assertFalse(fresh.outbox.isUp);
    await using found = new WatchedStore(url, { clock, prefix: fresh.prefix });
    await found.ready();
    assert(found.outbox.isUp);
    await clock.advance(1);
    assert(fresh.outbox.isUp);
    await fresh.handedOut(1);
    assertEquals(found.lines, ["up 1"]);
    assertEquals(fresh.lines, ["up 0", `take ${eventOf(1).occurrenceId}`]);
  });

  test("A new outbox is no older for a connection that was lost meanwhile", async (url) => {
    const clock = new FakeClock();
    await using proxy = await TcpProxy.start(Number(new URL(url).port));
    await using watched = new WatchedStore(through(proxy, url), { clock });
    await watched.ready();
    await clock.advance(2000);
    await proxy.reset();
    await watched.until("lost");
    await clock.advance(20);
    await watched.settling(clock);
    await clock.advance(979);
    assertEquals(watched.told("up"), []);
    await clock.advance(1);
    await watched.until("up 0");
    assertEquals(watched.told("down"), []);
  });

  test("Events come out of the outbox in order and as they went in, those of others too", async (url) => {
    await using other = await openWatched(url);
    await other.outbox.put(eventOf(1));
    const clock = new FakeClock(Date.UTC(2025, 0, 3));
    await using watched = await openWatched(url, { clock, prefix: other.prefix });
    for (const number of [2, 3]) await watched.outbox.put(eventOf(number));
    watched.outbox.handOut();
    const parcels = await watched.handedOut(3);
    assertEquals(watched.told("up"), ["up 1"]);
    assertEquals(parcels.map(({ event }) => event), eventsOf(3));
    assertEquals(parcels.map(({ isOwn }) => isOwn), [false, true, true]);
    assertEquals(parcels.slice(1).map(({ parkedAt }) => parkedAt), [clock.now(), clock.now()]);
    for (const parcel of parcels) parcel.ack();
    // A second time is once too often for RabbitMQ, which would end the channel.
    for (const parcel of parcels) parcel.ack();
    await watched.outbox.put(eventOf(4));
    await watched.handedOut(4);
    assertEquals(watched.told("down"), []);
    await watched[Symbol.asyncDispose]();
    assertEquals(await depth(url, `${watched.prefix}.outbox`), 1);
  });

  test("What was not taken out comes again after a reset, and the old parcels are void", async (url) => {
    const prefix = await prepared(url);
    await using proxy = await TcpProxy.start(Number(new URL(url).port));
    await using watched = await openWatched(through(proxy, url), { prefix });
    for (const event of eventsOf(3)) await watched.outbox.put(event);
    watched.outbox.handOut();
    const [first, ...rest] = await watched.handedOut(3);
    first?.ack();
    // Whatever is confirmed after it, RabbitMQ has read it.
    await watched.outbox.holdBack();
    await proxy.reset();
    await watched.until("down");
    assertEquals(rest.map(({ isVoid }) => isVoid), [true, true]);
    for (const parcel of rest) parcel.ack();
    watched.outbox.handOut();
    const again = await watched.handedOut(5, 3);
    assertEquals(again.map(({ event }) => event), [eventOf(2), eventOf(3)]);
    assertEquals(again.map(({ isOwn, isVoid }) => [isOwn, isVoid]), [[true, false], [true, false]]);
    for (const parcel of again) parcel.ack();
    assertEquals(watched.lines.filter((line) => /^(up|down)/.test(line)).length, 3);
    await watched[Symbol.asyncDispose]();
    assertEquals(await depth(url, `${watched.prefix}.outbox`), 0);
  });

  test("An outbox that gives back what it handed out hands it out again, when asked to", async (url) => {
    await using watched = await openWatched(url);
    await using unreached = new WatchedStore(url);
    await assertRejects(() => unreached.outbox.count(), BrokerError, "out of reach");
    await Promise.all(eventsOf(3).map((event) => watched.outbox.put(event)));
    watched.outbox.handOut();
    await watched.handedOut(3);
    watched.outbox.giveBack();
    await watched.until("up", 2);
    assert(watched.parcels.every(({ isVoid }) => isVoid));
    assertEquals([await watched.outbox.count(), watched.parcels.length], [3, 3]);
    watched.outbox.handOut();
    await watched.handedOut(6);
  });

  test("At most a thousand events are handed out at a time", async (url) => {
    await using watched = await openWatched(url);
    await Promise.all(eventsOf(1050).map((event) => watched.outbox.put(event)));
    watched.outbox.handOut();
    const parcels = await watched.handedOut(1000);
    assertEquals(await depth(url, `${watched.prefix}.outbox`), 50);
    assertEquals(watched.parcels.length, 1000);
    for (const parcel of parcels.slice(0, 30)) parcel.ack();
    await watched.handedOut(1030);
    assertEquals(await depth(url, `${watched.prefix}.outbox`), 20);
    assertEquals(watched.parcels.map(({ event }) => event), eventsOf(1030));
  });

  test("An outbox that is held back hands out nothing more, until it hands out again", async (url) => {
    await using watched = await openWatched(url);
    await watched.outbox.put(eventOf(1));
    // However often it is told, and whenever: one consumer.
    watched.outbox.handOut();
    watched.outbox.handOut();
    const [first] = await watched.handedOut(1);
    await watched.outbox.holdBack();
    await watched.outbox.put(eventOf(2));
    await watched.outbox.put(eventOf(3));
    assertEquals(await depth(url, `${watched.prefix}.outbox`), 2);
    first?.ack();
    watched.outbox.handOut();
    const parcels = await watched.handedOut(3);
    assertEquals(parcels.map(({ event }) => event), eventsOf(3));
  });

  test("Who hands out as soon as the outbox is up has one consumer and misses nothing", async (url) => {
    const prefix = await prepared(url);
    const queue = `${prefix}.outbox`;
    await using watched = new WatchedStore(url, { prefix });
    watched.outbox.handOut();
    await watched.until("up");
    watched.outbox.handOut();
    await watched.outbox.put(eventOf(1));
    await watched.handedOut(1);
    const { consumerCount } = await onBroker(url, (channel) => channel.checkQueue(queue));
    assertEquals(consumerCount, 1);
  });

  test("A buried event is kept among the dead letters with the reason", async (url) => {
    await using watched = await openWatched(url);
    await watched.outbox.bury(eventOf(1), "422 no such trigger");
    const [letter] = await contents(url, `${watched.prefix}.dead`, 1);
    assertEquals(letter?.content.toString(), eventOf(1).body);
    const { headers, contentType, messageId, deliveryMode } = letter?.properties ?? {};
    assertEquals(
      [headers?.["reason"], headers?.["rule_ref"], headers?.["occurrence_id"], headers?.["due_at"]],
      ["422 no such trigger", "pack.rule_7", eventOf(1).occurrenceId, "2025-01-02T03:04:06.928Z"],
    );
    assertEquals([contentType, messageId, deliveryMode], [
      "application/json",
      eventOf(1).occurrenceId,
      2,
    ]);
  });

  test("Messages that make no sense go to the dead letters as they came, and hold up nothing", async (url) => {
    await using watched = await openWatched(url);
    await watched.outbox.put(eventOf(1));
    watched.outbox.handOut();
    const [good] = await watched.handedOut(1);
    await watched.outbox.holdBack();
    const queue = `${watched.prefix}.outbox`;
    const senseless = Buffer.of(0x22, 0xff, 0x22);
    await onBroker(url, async (channel) => {
      await channel.checkQueue(queue);
      channel.sendToQueue(queue, Buffer.from("{}"));
      channel.sendToQueue(queue, Buffer.from("{}"), { headers: { rule_id: "7", note: "mine" } });
    });
    await watched.outbox.put(eventOf(2));
    watched.outbox.handOut();
    await watched.handedOut(2);
    const headers = {
      rule_id: 7,
      rule_ref: "pack.rule",
      trigger_ref: "core.timer",
      occurrence_id: "x",
      scheduled_at: "2025-01-02T03:04:05Z",
      due_at: "2025-01-02T03:04:05+01:00",
      parked_at: "2025-01-02T03:04:05.678Z",
      parked_by: "",
    };
    await onBroker(url, async (channel) => {
      await channel.checkQueue(queue);
      channel.sendToQueue(queue, senseless, { headers });
      channel.sendToQueue(queue, Buffer.from('"fine"'), { headers });
    });
    const [, , third] = await watched.handedOut(3);
    assertEquals([third?.event.body, third?.event.dueAt], [
      '"fine"',
      Date.UTC(2025, 0, 2, 2, 4, 5),
    ]);
    const letters = await contents(url, `${watched.prefix}.dead`, 3);
    assertEquals(letters.map(({ content }) => [...content]), [
      [...Buffer.from("{}")],
      [...Buffer.from("{}")],
      [...senseless],
    ]);
    const reasons = letters.map(({ properties }) => properties.headers?.["reason"]);
    assertEquals(watched.told("unreadable"), reasons.map((reason) => `unreadable: ${reason}`));
    assertEquals(letters[1]?.properties.headers?.["note"], "mine");
    for (const parcel of [good, ...watched.parcels.slice(1)]) parcel?.ack();
    await watched[Symbol.asyncDispose]();
    assertEquals(await depth(url, queue), 0);
  });

  test("An outbox that is closed takes nothing and says so", async (url) => {
    const watched = await openWatched(url);
    await watched[Symbol.asyncDispose]();
    assertFalse(watched.outbox.isUp);
    const error = await assertRejects(() => watched.outbox.put(eventOf(1)), BrokerError);
    assertEquals([error.fault, error.message], ["lost", "RabbitMQ is out of reach"]);
    await assertRejects(() => watched.outbox.bury(eventOf(1), "why"), BrokerError);
    assertEquals(watched.lines, ["up 0", "down"]);
  });
}

function through({ port }: TcpProxy, url: string): string {
  return url.replace(/\d+$/, String(port));
}
