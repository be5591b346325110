import { assert, assertEquals } from "@std/assert";
import type { Entry } from "../../../src/dev/amqp/backlog.ts";
import { type FieldTable, Timestamp } from "../../../src/dev/amqp/field_table.ts";
import { VirtualHost } from "../../../src/dev/amqp/virtual_host.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { messageOf, textOf } from "./messages.ts";

const OWNER = Symbol("owner");

/** Queues whose dead letters go to each other through the default exchange. */
function hostOf(clock: FakeClock, queues: Readonly<Record<string, FieldTable>>) {
  const host = new VirtualHost(clock);
  const open = (name: string) => host.queue(name, OWNER);
  for (const [name, args] of Object.entries(queues)) {
    host.declareQueue(name, { durable: true, autoDelete: false, owner: null, args }, OWNER);
  }
  return { host, open };
}

function deathsOf({ message }: Entry): unknown {
  return message.properties.headers?.["x-death"];
}

function to(routingKey: string, args: FieldTable = {}): FieldTable {
  return { "x-dead-letter-exchange": "", "x-dead-letter-routing-key": routingKey, ...args };
}

Deno.test("A message rejected again and again goes round through its retry queue and is counted", async () => {
  const clock = new FakeClock(1_700_000_000_999);
  const { host, open } = hostOf(clock, {
    work: to("retry"),
    retry: to("work", { "x-message-ttl": 100 }),
  });
  using _ = host;
  host.publish(messageOf("job", { routingKey: "work" }), null);
  for (let round = 1; round <= 3; round++) {
    const entry = open("work").take();
    assert(entry);
    open("work").reject(entry);
    await clock.advance(100);
  }
  const entry = open("work").take();
  assert(entry);
  assertEquals(textOf(entry.message), "job");
  const common = { exchange: "", count: 3 };
  assertEquals(deathsOf(entry), [
    {
      ...common,
      reason: "expired",
      queue: "retry",
      time: new Timestamp(1_700_000_001n),
      "routing-keys": ["retry"],
    },
    {
      ...common,
      reason: "rejected",
      queue: "work",
      time: new Timestamp(1_700_000_000n),
      "routing-keys": ["work"],
    },
  ]);
  assertEquals(entry.message.properties.headers?.["x-first-death-reason"], "rejected");
});

Deno.test("A message that would go round without anyone's doing is dropped", async () => {
  const clock = new FakeClock();
  const { host, open } = hostOf(clock, {
    a: to("b", { "x-message-ttl": 10 }),
    b: to("a", { "x-message-ttl": 10 }),
  });
  using _ = host;
  host.publish(messageOf("restless", { routingKey: "a" }), null);
  await clock.advance(10);
  assertEquals([open("a").depth, open("b").depth], [0, 1]);
  await clock.advance(10);
  assertEquals([open("a").depth, open("b").depth], [0, 0]);
});

Deno.test("A message that overflows into its own queue is dropped", () => {
  const { host, open } = hostOf(new FakeClock(), { a: to("a", { "x-max-length": 1 }) });
  using _ = host;
  for (const text of ["old", "new"]) host.publish(messageOf(text, { routingKey: "a" }), null);
  const entry = open("a").take();
  assertEquals(entry && textOf(entry.message), "new");
  assertEquals(open("a").depth, 0);
});

Deno.test("A dead letter keeps its key where no other is named and loses its expiration", async () => {
  const clock = new FakeClock();
  const { host, open } = hostOf(clock, { a: { "x-dead-letter-exchange": "dead" }, grave: {} });
  using _ = host;
  host.declareExchange("dead", { type: "topic", durable: true, autoDelete: false });
  host.exchange("dead").bind(open("grave"), "#");
  const message = messageOf("late", { routingKey: "a", headers: { "x-death": "not a list" } });
  const properties = { ...message.properties, expiration: "10" };
  host.publish({ ...message, properties }, 10);
  await clock.advance(10);
  const entry = open("grave").take();
  assert(entry);
  assertEquals([entry.message.exchange, entry.message.routingKey], ["dead", "a"]);
  assertEquals(entry.message.properties.expiration, undefined);
  assertEquals(deathsOf(entry), [{
    count: 1,
    reason: "expired",
    queue: "a",
    time: new Timestamp(BigInt(Math.trunc(clock.now() / 1000))),
    exchange: "",
    "routing-keys": ["a"],
    "original-expiration": "10",
  }]);
});

Deno.test("A dead letter whose exchange is not there is dropped", () => {
  const { host, open } = hostOf(new FakeClock(), {
    a: { "x-dead-letter-exchange": "nope", "x-max-length": 1 },
  });
  using _ = host;
  for (const text of ["old", "new"]) host.publish(messageOf(text, { routingKey: "a" }), null);
  assertEquals(open("a").depth, 1);
});
