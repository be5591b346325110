import { assertEquals } from "@std/assert";
import { POLICY_ADVICE } from "../../../src/broker/policies.ts";
import { BrokerError } from "../../../src/broker/fault.ts";
import * as news from "../../support/news.ts";
import { START } from "../../support/rules.ts";
import { written } from "../written.ts";

const LOST = new BrokerError("lost", "Lost the connection");
const REFUSED = new BrokerError("unreachable", "Failed to connect");

Deno.test("The log tells once in a row that the outbox is out of reach", () => {
  const { messages } = written(
    news.storeLost(LOST, 10, false),
    news.storeLost(LOST, 10, false),
    news.storeUp(0),
    news.storeLost(LOST, 10),
    news.storeLost(LOST, 20),
    news.storeUp(3),
    news.storeLost(LOST, 30),
  );
  assertEquals(messages, [
    "warn: Lost the connection",
    "warn: Lost the connection",
    "info: The outbox is ready",
    "warn: The outbox is out of reach: Lost the connection",
    "debug: The outbox is out of reach: Lost the connection",
    "info: The outbox is ready, 3 events wait in it",
    "warn: The outbox is out of reach: Lost the connection",
  ]);
});

Deno.test("The log tells what is odd about the sensor's own queues", () => {
  const { messages } = written(
    news.storeBlocked(true),
    news.storeBlocked(false),
    { kind: "outbox_unreadable", reason: "rule_id: missing" },
    { kind: "store_warning", text: "Cannot use queue 'x'" },
    { kind: "kept_message_lost", queue: "x.layout" },
    { kind: "checkpoint_unwritten", error: new Error("full") },
    { kind: "checkpoint_unread", error: new Error("gone") },
  );
  assertEquals(messages, [
    "warn: RabbitMQ is short of memory or disk: the outbox takes nothing",
    "info: RabbitMQ has memory and disk again: the outbox takes events",
    "error: A message of the outbox cannot be read, it goes to the dead letters: rule_id: missing",
    "warn: Cannot use queue 'x'",
    `error: The message of queue 'x.layout' was gone, and is written again. ${POLICY_ADVICE}`,
    "debug: Failed to write the checkpoint: full",
    "warn: Failed to read the checkpoint: gone",
  ]);
});

Deno.test("The log tells where this process takes over", () => {
  const resumed = (kind: "first" | "gap" | "future", byMs: number) =>
    ({
      kind: "timers_resumed",
      resumption: { since: START, kind, byMs },
      windowMs: 3_600_000,
    }) as const;
  const { lines, messages } = written(
    resumed("first", 0),
    resumed("gap", 1234),
    resumed("gap", 3_600_001),
    resumed("future", 60_000),
  );
  assertEquals(messages, [
    "info: No checkpoint yet: nothing is made up for",
    "info: Resuming from the checkpoint, 1.2 s ago",
    "warn: Resuming from the checkpoint, 3600.0 s ago: what fell due before the catch-up window is not made up for",
    "warn: The checkpoint lies 60.0 s ahead, the clock was set back: going on from now",
  ]);
  assertEquals(lines[0]?.fields["since"], "2025-01-01T00:00:00.000Z");
});

Deno.test("The log tells which instance fires", () => {
  const { lines, messages } = written(
    { kind: "lease_acquired" },
    { kind: "instances_counted", count: 3 },
    news.leaseLost("RabbitMQ does not answer"),
    news.leaseDisconnected(LOST, 10),
    news.leaseDisconnected(LOST, 20),
    { kind: "lease_warning", text: "Cannot use queue 'x'" },
  );
  assertEquals(messages, [
    "info: Holding the lease: this instance fires now",
    "info: 2 other instances stand by",
    "warn: Lost the lease, standing by: RabbitMQ does not answer",
    "warn: The lease is out of reach: Lost the connection",
    "debug: The lease is out of reach: Lost the connection",
    "warn: Cannot use queue 'x'",
  ]);
  assertEquals(lines.map(({ fields }) => fields["role"]).slice(0, 3), [
    "leader",
    undefined,
    "standby",
  ]);
});

Deno.test("The log takes a failure for a repetition only where nothing worked in between", () => {
  const { lines } = written(
    news.listenerDown(REFUSED, 10),
    news.listenerDown(REFUSED, 10),
    news.listenerUp(),
    news.listenerDown(LOST, 10),
    news.listenerDown(REFUSED, 10),
    news.listenerUp(),
    news.listenerDown(LOST, 10),
    news.listenerDown(REFUSED, 10),
  );
  assertEquals(lines.map(({ message, fields }) => [message, fields["cause"]]), [
    ["Failed to connect", "0 Failed to connect"],
    ["Failed to connect", "0 Failed to connect"],
    ["Connected to RabbitMQ at amqp://h:1/", undefined],
    ["Lost the connection", "1 Lost the connection"],
    ["Failed to connect", "1 Failed to connect"],
    ["Connected to RabbitMQ at amqp://h:1/", undefined],
    ["Lost the connection", "2 Lost the connection"],
    ["Failed to connect", "2 Failed to connect"],
  ]);
});

Deno.test("The log tells each time of a queue that is out of reach: nobody else does", () => {
  const away = new BrokerError("queue_out_of_reach", "home node is down");
  const { messages } = written(
    news.storeLost(LOST, 10),
    news.storeLost(away, 10),
    news.leaseDisconnected(LOST, 10),
    news.leaseDisconnected(away, 10),
    { kind: "lease_in_reach" },
    { kind: "lease_in_reach" },
  );
  assertEquals(messages, [
    "warn: The outbox is out of reach: Lost the connection",
    "warn: The outbox is out of reach: home node is down",
    "warn: The lease is out of reach: Lost the connection",
    "warn: The lease is out of reach: home node is down",
    "info: The lease is within reach again",
  ]);
});
