import { assertEquals } from "@std/assert";
import { onChannel, openChannel, openSession } from "../../src/broker/session.ts";
import type { Channel } from "../../src/broker/channel.ts";
import { systemChance } from "../../src/ground/chance.ts";
import { systemClock } from "../../src/ground/clock.ts";
import { RabbitMq } from "../support/rabbitmq.ts";
import { TcpProxy } from "../support/tcp_proxy.ts";
import { Feed, onBroker, patiently, publish, ruleMessage } from "./broker_feed.ts";

let broker: RabbitMq;
Deno.test.beforeAll(async () => {
  broker = await RabbitMq.start();
});
Deno.test.afterAll(() => broker[Symbol.asyncDispose]());

interface Fault {
  /** What is told of it, from the beginning of the line. */
  readonly told: string;
  strike(feed: Feed, proxy: TcpProxy): Promise<unknown>;
  undo?(proxy: TcpProxy): Promise<unknown>;
}

const lost = (fault: string) => `down ${fault}: Lost the connection to RabbitMQ at amqp://`;
const FAULTS: Readonly<Record<string, Fault>> = {
  "a broker that is killed and comes back": {
    told: lost("lost"),
    strike: () => broker.kill9(),
    undo: () => broker.restart(),
  },
  "a broker that is stopped and comes back": {
    told: lost("closed_by_broker"),
    strike: () => broker.term(),
    undo: () => broker.restart(),
  },
  "a broker that hangs for a while": {
    told: lost("silent"),
    strike: () => broker.freeze(),
    undo: () => broker.thaw(),
  },
  "a link that swallows everything for a while": {
    told: lost("silent"),
    strike: (_, proxy) => Promise.resolve(proxy.freeze()),
    undo: (proxy) => Promise.resolve(proxy.thaw()),
  },
  "a reset": { told: lost("lost"), strike: (_, proxy) => proxy.reset() },
  "an operator who closes all connections": {
    told: lost("closed_by_broker"),
    strike: () => broker.ctl("close_all_connections", "maintenance"),
  },
  "a queue that is deleted": {
    told: "down cancelled: RabbitMQ cancelled the consumer of queue 'sensor.",
    strike: (feed) => onBroker(broker.url(), (channel) => channel.deleteQueue(feed.queue)),
  },
};

for (const [name, fault] of Object.entries(FAULTS)) {
  Deno.test(`The rule feed survives ${name}`, async () => {
    await using proxy = await TcpProxy.start(broker.port);
    await using feed = new Feed(`${broker.url(proxy.port)}?heartbeat=1`);
    await feed.ready();
    await fault.strike(feed, proxy);
    await feed.until(fault.told);
    await fault.undo?.(proxy);
    await feed.until("up", 2);
    await publish(broker.url(), feed.exchange, [ruleMessage(1)]);
    await feed.until("change 1");
    assertEquals(feed.told("unreadable"), []);
  });
}

Deno.test("A channel that the broker closes ends the session, and a new one begins", async () => {
  const channels: Channel[] = [];
  const told = Promise.withResolvers<string>();
  const again = Promise.withResolvers<void>();
  await using session = openSession({
    url: broker.url(),
    name: "test",
    clock: systemClock,
    chance: systemChance,
    backoff: () => 0,
    signal: new AbortController().signal,
    async begin(context) {
      channels.push(await openChannel(context));
      if (channels.length === 2) again.resolve();
    },
    down: ({ fault, message }) => told.resolve(`${fault}: ${message}`),
  });
  await patiently(session.ready, () => "Not ready");
  channels[0]?.checkExchange("missing").catch(() => {/* the session ends by it */});
  await patiently(again.promise, () => "No second session");
  assertEquals(
    await told.promise,
    `refused: RabbitMQ at amqp://127.0.0.1:${broker.port}/ refused an operation: ` +
      "NOT_FOUND - no exchange 'missing' in vhost '/'",
  );
});

Deno.test("An operation that is refused when a session begins ends it, and the pauses grow", async () => {
  const told: string[] = [];
  const attempts: number[] = [];
  const enough = Promise.withResolvers<void>();
  await using _session = openSession({
    url: broker.url(),
    name: "test",
    clock: systemClock,
    chance: systemChance,
    backoff: (attempt) => attempts.push(attempt),
    signal: new AbortController().signal,
    async begin({ link }) {
      await onChannel(link.model, (channel) => channel.checkQueue("missing"));
    },
    down({ message }) {
      told.push(message);
      if (told.length === 3) enough.resolve();
    },
  });
  await patiently(enough.promise, () => `Told ${told}`);
  assertEquals(attempts, [1, 2, 3]);
  const refusal = `RabbitMQ at amqp://127.0.0.1:${broker.port}/ refused an operation: ` +
    "NOT_FOUND - no queue 'missing' in vhost '/'";
  assertEquals(told, [refusal, refusal, refusal]);
});

Deno.test("An exchange and a queue made otherwise are used as found, with one warning each", async () => {
  const [exchange, queue] = ["foreign.exchange", "foreign.queue"];
  await onBroker(broker.url(), async (channel) => {
    await channel.assertExchange(exchange, "direct", { durable: true });
    await channel.assertQueue(queue, { durable: true, maxLength: 6 });
  });
  await using proxy = await TcpProxy.start(broker.port);
  await using feed = new Feed(broker.url(proxy.port), { exchange, queue });
  await feed.ready();
  await proxy.reset();
  await feed.until("up", 2);
  await publish(broker.url(), exchange, [ruleMessage(1)]);
  await feed.until("change 1");
  assertEquals(feed.told("warning"), [
    "warning: Using exchange 'foreign.exchange' as found: PRECONDITION_FAILED - inequivalent arg " +
    "'type' for exchange 'foreign.exchange' in vhost '/': received 'topic' but current is 'direct'",
    "warning: Using queue 'foreign.queue' as found: PRECONDITION_FAILED - inequivalent arg " +
    "'x-max-length' for queue 'foreign.queue' in vhost '/': received none but current is the value " +
    "'6' of type 'byte'",
  ]);
});

Deno.test("A user who may only read uses what is there, and waits for it where it is not", async () => {
  const [exchange, queue] = ["given.exchange", "given.queue"];
  await broker.ctl("add_user", "reader", "secret");
  await broker.ctl("set_permissions", "reader", "^$", "^$", ".*");
  await using feed = new Feed(`amqp://reader:secret@127.0.0.1:${broker.port}`, { exchange, queue });
  assertEquals(
    await feed.until("down"),
    `down refused: RabbitMQ at amqp://127.0.0.1:${broker.port}/ refused an operation: ACCESS_REFUSED - ` +
      "access to exchange 'given.exchange' in vhost '/' refused for user 'reader'",
  );
  await onBroker(broker.url(), async (channel) => {
    await channel.assertExchange(exchange, "topic", { durable: true });
    await channel.assertQueue(queue, { durable: true });
    await channel.bindQueue(queue, exchange, "rule.*");
  });
  await feed.ready();
  await publish(broker.url(), exchange, [ruleMessage(1)]);
  await feed.until("change 1");
  const refused = (thing: string) => `ACCESS_REFUSED - access to ${thing} in vhost '/' refused`;
  assertEquals(feed.told("warning"), [
    `warning: Using exchange '${exchange}' as found: ${
      refused(`exchange '${exchange}'`)
    } for user 'reader'`,
    `warning: Using queue '${queue}' as found: ${refused(`queue '${queue}'`)} for user 'reader'`,
    `warning: Using the bindings of queue '${queue}' as found: ${
      refused(`queue '${queue}'`)
    } for user 'reader'`,
  ]);
  assertEquals(feed.lines.filter((line) => /^(up|down)/.test(line)).at(-1), "up");
});

Deno.test("A feed on a link that swallows everything is stopped in bounded time", async () => {
  await using proxy = await TcpProxy.start(broker.port);
  await using feed = new Feed(broker.url(proxy.port));
  await feed.ready();
  proxy.freeze();
  await feed.listener.stop();
  assertEquals(feed.lines, ["up"]);
});
