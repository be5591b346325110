import { assert, assertEquals } from "@std/assert";
import { RabbitMq } from "../support/rabbitmq.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { TcpProxy } from "../support/tcp_proxy.ts";
import { Feed, onBroker, patiently, publish, ruleMessage } from "./broker_feed.ts";

let broker: RabbitMq;
Deno.test.beforeAll(async () => {
  broker = await RabbitMq.start();
});
Deno.test.afterAll(() => broker[Symbol.asyncDispose]());

/** The messages of a queue that are ready or not acknowledged. */
async function depth(queue: string): Promise<number> {
  const rows = await broker.ctl("list_queues", "--no-table-headers", "name", "messages");
  const row = rows.split("\n").map((line) => line.split("\t")).find(([name]) => name === queue);
  return Number(row?.[1]);
}

async function consumers(queue: string): Promise<number> {
  return await onBroker(broker.url(), async (channel) => {
    return (await channel.checkQueue(queue)).consumerCount;
  });
}

Deno.test("The rule feed has the exchange and queue that the platform expects", async () => {
  await using feed = new Feed(broker.url());
  await feed.ready();
  assertEquals(feed.told("up").length, 1);
  // As the platform's own declarations, which are refused where anything differs.
  await onBroker(broker.url(), async (channel) => {
    await channel.assertExchange(feed.exchange, "topic", { durable: true });
    await channel.assertQueue(feed.queue, { durable: true });
  });
  const columns = ["queue_name", "consumer_tag", "ack_required", "prefetch_count"];
  const rows = await broker.ctl("list_consumers", "--no-table-headers", ...columns);
  assertEquals(rows.trim(), `${feed.queue}\tattune-core-timer-sensor\ttrue\t20000`);
  const connections = await broker.ctl("list_connections", "timeout", "client_properties");
  assert(connections.includes(`"attune-core-timer-sensor (${feed.queue})"`), connections);
  assert(connections.split("\n").some((row) => row.startsWith("5\t")), connections);
});

Deno.test("The rule feed hears of rules and of nothing else", async () => {
  await using feed = new Feed(broker.url());
  await feed.ready();
  const keys = ["event.created", "rule.created", "rule.enabled", "pack.registered"].concat(
    ["rule.disabled", "rule.deleted", "rule.other", "rule.created.x", "rule.updated"],
  );
  for (const [index, key] of keys.entries()) {
    await publish(broker.url(), feed.exchange, [ruleMessage(index + 1)], { key });
  }
  await feed.until("change 9");
  assertEquals(feed.lines, ["up", "change 2", "change 3", "change 5", "change 6", "change 9"]);
});

Deno.test("An exchange that vanishes is declared again within a minute, told, and all is read", async () => {
  const clock = new FakeClock();
  let snapshots = 0;
  await using feed = new Feed(broker.url(), { clock, up: () => void snapshots++ });
  await feed.ready();
  await onBroker(broker.url(), (channel) => channel.deleteExchange(feed.exchange));
  await clock.advance(30_000);
  const told = await feed.until("warning");
  assert(told.includes(`Exchange '${feed.exchange}' was gone`), told);
  assertEquals(snapshots, 2);
  await publish(broker.url(), feed.exchange, [ruleMessage(1)]);
  await feed.until("change 1");
  assertEquals(feed.told("up").length, 1);
});

Deno.test("A binding that vanishes is made again within a minute", async () => {
  const clock = new FakeClock();
  await using feed = new Feed(broker.url(), { clock });
  await feed.ready();
  const bindings = async () => {
    const rows = await broker.ctl(
      "list_bindings",
      "--no-table-headers",
      "source_name",
      "routing_key",
    );
    return rows.split("\n").filter((row) => row.startsWith(`${feed.exchange}\t`)).length;
  };
  const before = await bindings();
  await onBroker(broker.url(), async (channel) => {
    await channel.unbindQueue(feed.queue, feed.exchange, "rule.created");
    await channel.unbindQueue(feed.queue, feed.exchange, "rule.enabled");
  });
  assertEquals(await bindings(), before - 2);
  await clock.advance(30_000);
  while (await bindings() < before) { /* a call takes its time */ }
  await publish(broker.url(), feed.exchange, [ruleMessage(1)]);
  await feed.until("change 1");
  assertEquals(feed.told("warning"), []);
});

Deno.test("Both forms of messages arrive, in order, with the time of sending from wherever it is", async () => {
  await using feed = new Feed(broker.url());
  await feed.ready();
  const envelope = {
    message_type: "RuleDisabled",
    timestamp: "2025-01-02T03:04:05Z",
    payload: { rule_id: 1, rule_ref: "pack.rule", trigger_ref: "core.crontimer" },
  };
  const native = { event_type: "RuleDeleted", rule_id: 2, trigger_type: "other.trigger" };
  await publish(broker.url(), feed.exchange, [JSON.stringify(envelope)], {
    key: "rule.disabled",
    timestamp: 1_700_000_000,
  });
  await publish(broker.url(), feed.exchange, [JSON.stringify(native)], {
    key: "rule.deleted",
    timestamp: 1_700_000_000,
  });
  await feed.until("change 2");
  const told = feed.changes.map(({ kind, ruleId, triggerRef, sentAt }) =>
    `${kind} ${ruleId} of ${triggerRef} at ${sentAt}`
  );
  assertEquals(told, [
    `disabled 1 of core.crontimer at ${Date.UTC(2025, 0, 2, 3, 4, 5)}`,
    "deleted 2 of other.trigger at 1700000000000",
  ]);
});

Deno.test("What is published as soon as the feed is up is not missed", async () => {
  const published = Promise.withResolvers<void>();
  await using feed: Feed = new Feed(broker.url(), {
    up: () => published.resolve(publish(broker.url(), feed.exchange, [ruleMessage(1)])),
  });
  await patiently(published.promise, () => "Never up");
  await feed.until("change 1");
  assertEquals(feed.lines, ["up", "change 1"]);
});

Deno.test("Ten thousand messages in a burst are each handled and acknowledged once", async () => {
  await using feed = new Feed(broker.url());
  await feed.ready();
  const messages = Array.from({ length: 10_000 }, (_, index) => ruleMessage(index + 1));
  await publish(broker.url(), feed.exchange, messages);
  await feed.until("change", 10_000);
  await feed.listener.stop();
  assertEquals(feed.lines.length, 10_001);
  assertEquals(new Set(feed.lines).size, 10_001);
  assertEquals(await depth(feed.queue), 0);
});

Deno.test("Messages that make no sense are told once, counted and gone", async () => {
  await using feed = new Feed(broker.url());
  await feed.ready();
  const senseless = [
    "",
    "hello\nworld",
    "null",
    '{"message_type":"EventCreated","payload":{}}',
    '{"event_type":"RuleCreated","rule_id":"x","trigger_type":"core.timer"}',
    Uint8Array.of(0xff, 0x00),
    "[".repeat(1_000_000),
    `"${"x".repeat(5_000_000)}"`,
  ];
  await publish(broker.url(), feed.exchange, [...senseless, ruleMessage(1)]);
  await feed.until("change 1");
  assertEquals(feed.told("unreadable").map((line) => line.slice(12, 60)), [
    "it is no JSON: ",
    "it is no JSON: hello\u{fffd}world",
    "Invalid input: expected object, received null: n",
    "rule_id: Invalid input: expected number, receive",
    "rule_id: Invalid input: expected number, receive",
    "it is no UTF-8: \u{fffd}\u{fffd}",
    "it is no JSON: [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
    'it is longer than 4194304 bytes (5000002): "xxxx',
  ]);
  assertEquals([feed.told("unreadable").length, feed.missed], [senseless.length, senseless.length]);
  await feed.listener.stop();
  assertEquals(await depth(feed.queue), 0);
});

Deno.test("A change that could not be applied is offered again and holds up no other", async () => {
  let attempts = 0;
  await using feed = new Feed(broker.url(), {
    change({ ruleId }) {
      const works = ruleId === 2 || ++attempts === 3;
      return works ? Promise.resolve() : Promise.reject(new Error("API down"));
    },
  });
  await feed.ready();
  await publish(broker.url(), feed.exchange, [ruleMessage(1), ruleMessage(2)]);
  await feed.until("change 1", 3);
  await feed.listener.stop();
  assertEquals(feed.lines.filter((line) => line.includes("1")), [
    "change 1",
    "retrying 1: Error: API down",
    "change 1",
    "retrying 1: Error: API down",
    "change 1",
  ]);
  assertEquals(feed.lines.filter((line) => line === "change 2").length, 1);
  assert(feed.lines.indexOf("change 2") < feed.lines.lastIndexOf("change 1"));
  assertEquals(await depth(feed.queue), 0);
});

Deno.test("What was not acknowledged comes again after a reset", async () => {
  await using proxy = await TcpProxy.start(broker.port);
  const firstRound = Promise.withResolvers<void>();
  await using feed: Feed = new Feed(broker.url(proxy.port), {
    change: () => feed.changes.length > 3 ? Promise.resolve() : firstRound.promise,
  });
  await feed.ready();
  await publish(broker.url(), feed.exchange, [1, 2, 3].map(ruleMessage));
  await feed.until("change 3");
  await proxy.reset();
  await feed.until("change 3", 2);
  firstRound.resolve();
  await feed.listener.stop();
  const [, , , , down, ...rest] = feed.lines;
  assert(down?.startsWith("down lost: Lost the connection to RabbitMQ at amqp://"), down);
  assertEquals(rest, ["up", "change 1", "change 2", "change 3"]);
  assertEquals(await depth(feed.queue), 0);
});

Deno.test("Stopping takes no more and acknowledges what is being handled", async () => {
  const clock = new FakeClock();
  const handled = Promise.withResolvers<void>();
  await using feed = new Feed(broker.url(), { clock, change: () => handled.promise });
  await feed.ready();
  await publish(broker.url(), feed.exchange, [ruleMessage(1)]);
  await feed.until("change 1");
  const stopped = feed.listener.stop();
  // Until the consumer is gone; the one message that is ready then is this one.
  while (await consumers(feed.queue) > 0);
  await publish(broker.url(), feed.exchange, [ruleMessage(2)]);
  handled.resolve();
  await stopped;
  assertEquals([feed.lines, await depth(feed.queue)], [["up", "change 1"], 1]);
  assertEquals(clock.pending, 0);
});

Deno.test("Stopping waits one second at most, and what is not done by then stays in the queue", async () => {
  const clock = new FakeClock();
  await using feed = new Feed(broker.url(), { clock, change: () => new Promise(() => {}) });
  await feed.ready();
  await publish(broker.url(), feed.exchange, [ruleMessage(1)]);
  await feed.until("change 1");
  const stopped = feed.listener.stop();
  await clock.advance(1000);
  await stopped;
  assertEquals(await depth(feed.queue), 1);
});

Deno.test("The signal ends the feed at once and leaves what is not acknowledged in the queue", async () => {
  const stop = new AbortController();
  await using feed = new Feed(broker.url(), {
    signal: stop.signal,
    change: () => new Promise(() => {}),
  });
  await feed.ready();
  await publish(broker.url(), feed.exchange, [ruleMessage(1)]);
  await feed.until("change 1");
  stop.abort(new Error("Received SIGTERM"));
  await feed.listener.stop();
  assertEquals(feed.lines, ["up", "change 1"]);
  assertEquals(await depth(feed.queue), 1);
});
