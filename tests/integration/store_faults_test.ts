import { assert, assertEquals, assertFalse, assertRejects } from "@std/assert";
import { POLICY_ADVICE } from "../../src/broker/policies.ts";
import { BrokerError } from "../../src/broker/fault.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { report } from "../support/report.ts";
import { RabbitMq } from "../support/rabbitmq.ts";
import { TcpProxy } from "../support/tcp_proxy.ts";
import { onBroker, patiently } from "./broker_feed.ts";
import { depth, eventOf, eventsOf, openWatched, prepared, WatchedStore } from "./store_watched.ts";

let rabbit: RabbitMq;
Deno.test.beforeAll(async () => {
  rabbit = await RabbitMq.start();
});
Deno.test.afterAll(() => rabbit[Symbol.asyncDispose]());

/** How long something takes, in milliseconds. */
async function took(promise: Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await promise;
  return Math.round(performance.now() - startedAt);
}

/** What a promise is rejected with. */
async function refusal(promise: Promise<unknown>): Promise<string> {
  const { fault, message } = await assertRejects(() => promise, BrokerError);
  return `${fault}: ${message}`;
}

/** Whether the outbox ever told that it is up while it was, or down while it was not. */
function assertAlternating({ lines }: WatchedStore): void {
  const states = lines.map((line) => line.split(" ")[0] ?? "")
    .filter((word) => word === "up" || word === "down");
  states.forEach((state, index) => assertEquals(state, index % 2 === 0 ? "up" : "down"));
}

Deno.test("What was confirmed survives a broker that is killed, three seconds after the queue was made", async () => {
  await using watched = new WatchedStore(rabbit.url(), { backoff: () => 100 });
  await watched.ready();
  const settlingMs = await took(watched.until("up"));
  const events = eventsOf(300);
  // In one go, as those of many rules are.
  await Promise.all(events.map((event) => watched.outbox.put(event)));
  const checkpoint = { at: Date.UTC(2025, 0, 2), writtenAt: Date.UTC(2025, 0, 3) };
  await watched.checkpoint.write(checkpoint);
  const noticedMs = await took(Promise.all([rabbit.kill9(), watched.until("down")]));
  assertFalse(watched.outbox.isUp || watched.checkpoint.isUp);
  assertEquals(await refusal(watched.outbox.put(eventOf(0))), "lost: RabbitMQ is out of reach");
  assertEquals(await refusal(watched.checkpoint.read()), "lost: RabbitMQ is out of reach");
  const backMs = await took(Promise.all([rabbit.restart(), watched.until("up", 2)]));
  watched.outbox.handOut();
  for (const from of [0, 100, 200]) {
    for (const parcel of await watched.handedOut(from + 100, from)) parcel.ack();
  }
  assertEquals(watched.parcels.map(({ event }) => event), events);
  assert(watched.parcels.every(({ isOwn }) => isOwn));
  assertEquals(await watched.checkpoint.read(), checkpoint);
  assertEquals(watched.told("up"), ["up 0", "up 300"]);
  assertAlternating(watched);
  report(`kill -9: up after ${settlingMs} ms, noticed in ${noticedMs} ms, back in ${backMs} ms`);
});

Deno.test("A broker that hangs is noticed by the first event it does not confirm, and closed in a second", async () => {
  await using watched = await openWatched(rabbit.url());
  const other = await openWatched(rabbit.url());
  await watched.outbox.put(eventOf(1));
  watched.outbox.handOut();
  const [parcel] = await watched.handedOut(1);
  await rabbit.freeze();
  try {
    const put = refusal(watched.outbox.put(eventOf(2)));
    const closedMs = await took(other[Symbol.asyncDispose]());
    // Long before the other one gives up on its event.
    assertEquals(await Promise.race([put, "pending"]), "pending");
    const rejectedMs = closedMs + await took(patiently(put, () => "Not rejected"));
    assertEquals(await put, "lost: The connection ended before it was confirmed");
    assert(rejectedMs > 4000, `Rejected in ${rejectedMs} ms`);
    assertEquals(watched.lines.slice(2), ["down"]);
    assert(parcel?.isVoid);
    await watched.until("lost silent: RabbitMQ did not confirm a message within 5 s");
    report(`SIGSTOP: put rejected in ${rejectedMs} ms, store closed in ${closedMs} ms`);
  } finally {
    await rabbit.thaw();
  }
  await watched.until("up", 2);
  // It may have been stored all the same: nobody could know.
  await watched.until(`take ${eventOf(1).occurrenceId}`, 2);
  await watched.outbox.put(eventOf(3));
  await watched.until(`take ${eventOf(3).occurrenceId}`);
  assertAlternating(watched);
});

Deno.test("A memory alarm blocks the outbox without a loss, and what hung is confirmed after it", async () => {
  const clock = new FakeClock();
  await using watched = await openWatched(rabbit.url(), { clock });
  await rabbit.ctl("set_vm_memory_high_watermark", "0.0001");
  const puts: Promise<void>[] = [];
  try {
    puts.push(watched.outbox.put(eventOf(1)));
    await watched.until("blocked true");
    assertFalse(watched.outbox.isUp || watched.checkpoint.isUp);
    puts.push(watched.outbox.put(eventOf(2)));
    await clock.advance(60_000);
  } finally {
    await rabbit.ctl("set_vm_memory_high_watermark", "0.4");
  }
  await watched.until("blocked false");
  assert(watched.outbox.isUp && watched.checkpoint.isUp);
  await patiently(Promise.all(puts), () => "Not confirmed");
  assertEquals(await depth(rabbit.url(), `${watched.prefix}.outbox`), 2);
  assertEquals(watched.lines, ["up 0", "blocked true", "blocked false"]);
});

Deno.test("An event that waits in a memory alarm is given up with its connection, which blocks no more", async () => {
  await using watched = await openWatched(rabbit.url());
  await rabbit.ctl("set_vm_memory_high_watermark", "0.0001");
  try {
    const put = refusal(watched.outbox.put(eventOf(1)));
    await watched.until("blocked true");
    await rabbit.ctl("close_all_connections", "maintenance");
    assertEquals(
      await patiently(put, () => "Not rejected"),
      "lost: The connection ended before it was confirmed",
    );
    await watched.until("lost closed_by_broker: ");
    await watched.until("up", 2);
    assert(watched.outbox.isUp);
  } finally {
    await rabbit.ctl("set_vm_memory_high_watermark", "0.4");
  }
  await watched.outbox.put(eventOf(2));
  assertAlternating(watched);
});

Deno.test("An outbox that is full refuses events and drops none", async () => {
  await using watched = await openWatched(rabbit.url());
  const stored = eventsOf(5);
  for (const event of stored) await watched.outbox.put(event);
  const pattern = `^${watched.prefix}\\.outbox$`;
  await rabbit.ctl("set_policy", "tight", pattern, '{"max-length":3}', "--apply-to", "queues");
  // The policy reaches the queue a moment later.
  const refused = async () => {
    for (;;) {
      const event = eventOf(stored.length + 1);
      try {
        await watched.outbox.put(event);
        stored.push(event);
      } catch (error) {
        return error;
      }
    }
  };
  const error = await patiently(refused(), () => "Never full");
  assert(error instanceof BrokerError);
  assertEquals(
    `${error.fault}: ${error.message}`,
    `refused: RabbitMQ takes nothing more for '${watched.prefix}.outbox'`,
  );
  assert(watched.outbox.isUp);
  await rabbit.ctl("clear_policy", "tight");
  const next = eventOf(stored.length + 1);
  const accepted = async () => {
    while (!await watched.outbox.put(next).then(() => true, () => false));
  };
  await patiently(accepted(), () => "Full for ever");
  watched.outbox.handOut();
  const parcels = await watched.handedOut(stored.length + 1);
  assertEquals(parcels.map(({ event }) => event), [...stored, next]);
  assertEquals(watched.told("lost"), []);
});

Deno.test("An outbox whose queue is deleted refuses events, and makes a new one", async () => {
  const clock = new FakeClock();
  await using watched = await openWatched(rabbit.url(), { clock });
  const { prefix } = watched;
  await watched.outbox.put(eventOf(1));
  await onBroker(rabbit.url(), (channel) => channel.deleteQueue(`${prefix}.outbox`));
  assertEquals(
    await refusal(watched.outbox.put(eventOf(2))),
    `refused: There is no queue '${prefix}.outbox'`,
  );
  await watched.until("lost");
  await clock.advance(20);
  await watched.settling(clock);
  await clock.advance(3000);
  assertEquals(watched.lines, [
    "up 0",
    "down",
    `lost refused: There is no queue '${prefix}.outbox' any more. ${POLICY_ADVICE}`,
    "up 0",
  ]);
  await watched.outbox.put(eventOf(3));
  watched.outbox.handOut();
  const [parcel] = await watched.handedOut(1);
  assertEquals(parcel?.event, eventOf(3));
});

Deno.test("An outbox whose queue is deleted while it hands out begins anew without being asked", async () => {
  const clock = new FakeClock();
  await using watched = await openWatched(rabbit.url(), { clock });
  await watched.outbox.put(eventOf(1));
  watched.outbox.handOut();
  const [parcel] = await watched.handedOut(1);
  await onBroker(rabbit.url(), (channel) => channel.deleteQueue(`${watched.prefix}.outbox`));
  const text = `RabbitMQ cancelled the consumer of queue '${watched.prefix}.outbox'`;
  await watched.until(`lost cancelled: ${text}`);
  assert(parcel?.isVoid);
  await clock.advance(20);
  await watched.settling(clock);
  await clock.advance(3000);
  await watched.outbox.put(eventOf(2));
  const [, second] = await watched.handedOut(2);
  assertEquals(second?.event, eventOf(2));
  assertAlternating(watched);
});

Deno.test("Lost connections in a row leave one consumer and alternate between up and down", async () => {
  const prefix = await prepared(rabbit.url());
  await using proxy = await TcpProxy.start(rabbit.port);
  await using watched = await openWatched(rabbit.url(proxy.port), { prefix, backoff: () => 0 });
  watched.outbox.handOut();
  for (const event of eventsOf(20)) await watched.outbox.put(event);
  for (let round = 1; round <= 10; round++) {
    // Not only when all is well: at whatever point the new session has come to.
    if (round % 2 === 0) await watched.until("up", round / 2);
    await proxy.reset();
  }
  const queue = `${prefix}.outbox`;
  const held = () => watched.parcels.filter(({ isVoid }) => !isVoid);
  // What is confirmed now, is so on a connection that lasts.
  const last = async () => {
    const isPut = () => watched.outbox.put(eventOf(21)).then(() => true, () => false);
    while (!await isPut()) await depth(rabbit.url(), queue);
    while (held().length < 21) await depth(rabbit.url(), queue);
  };
  await patiently(last(), () => `Not up again:\n${watched.lines.join("\n")}`);
  assertEquals(held().map(({ event }) => event).slice(0, 21), eventsOf(21));
  const { consumerCount } = await onBroker(rabbit.url(), (channel) => channel.checkQueue(queue));
  assertEquals(consumerCount, 1);
  assertAlternating(watched);
});
