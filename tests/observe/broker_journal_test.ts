import { assertEquals } from "@std/assert";
import { BrokerError } from "../../src/broker/fault.ts";
import {
  checkpointJournal,
  leaseJournal,
  listenerJournal,
  resumeJournal,
  storeJournal,
} from "../../src/observe/broker_journal.ts";
import { recorder } from "../support/log_recorder.ts";
import { START } from "../support/rules.ts";

Deno.test("The journal tells once in a row that the outbox is out of reach", () => {
  const { log, messages } = recorder();
  const journal = storeJournal(log);
  const error = new BrokerError("lost", "Lost the connection");
  journal.lost(error, 10);
  journal.lost(error, 10);
  journal.up(0);
  journal.lost(error, 10);
  journal.lost(error, 20);
  journal.up(3);
  journal.lost(error, 30);
  assertEquals(messages(), [
    "warn: Lost the connection",
    "warn: Lost the connection",
    "info: The outbox is ready",
    "warn: The outbox is out of reach: Lost the connection",
    "debug: The outbox is out of reach: Lost the connection",
    "info: The outbox is ready, 3 events wait in it",
    "warn: The outbox is out of reach: Lost the connection",
  ]);
});

Deno.test("The journal tells what is odd about the sensor's own queues", () => {
  const { log, messages } = recorder();
  const journal = storeJournal(log);
  journal.blocked(true);
  journal.blocked(false);
  journal.unreadable("rule_id: missing");
  journal.warning("Cannot use queue 'x'");
  checkpointJournal(log)(new Error("full"));
  assertEquals(messages(), [
    "warn: RabbitMQ is short of memory or disk: the outbox takes nothing",
    "info: RabbitMQ has memory and disk again: the outbox takes events",
    "error: A message of the outbox cannot be read, it goes to the dead letters: rule_id: missing",
    "warn: Cannot use queue 'x'",
    "debug: Failed to write the checkpoint: full",
  ]);
});

Deno.test("The journal tells where this process takes over", () => {
  const { log, messages, lines } = recorder();
  const tell = resumeJournal(log, 3_600_000);
  tell({ since: START, kind: "first", byMs: 0 });
  tell({ since: START, kind: "gap", byMs: 1234 });
  tell({ since: START, kind: "gap", byMs: 3_600_001 });
  tell({ since: START, kind: "future", byMs: 60_000 });
  assertEquals(messages(), [
    "info: No checkpoint yet: nothing is made up for",
    "info: Resuming from the checkpoint, 1.2 s ago",
    "warn: Resuming from the checkpoint, 3600.0 s ago: what fell due before the catch-up window is not made up for",
    "warn: The checkpoint lies 60.0 s ahead, the clock was set back: going on from now",
  ]);
  assertEquals(lines[0]?.fields["since"], "2025-01-01T00:00:00.000Z");
});

Deno.test("The journal tells which instance fires", () => {
  const { log, messages, lines } = recorder();
  const journal = leaseJournal(log);
  const error = new BrokerError("lost", "Lost the connection");
  journal.acquired();
  journal.instances(3);
  journal.lost("RabbitMQ does not answer");
  journal.disconnected(error, 10);
  journal.disconnected(error, 20);
  journal.warning("Cannot use queue 'x'");
  assertEquals(messages(), [
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

Deno.test("The journal takes a failure for a repetition only where nothing worked in between", () => {
  const { log, lines } = recorder();
  const journal = listenerJournal(log);
  const refused = new BrokerError("unreachable", "Failed to connect");
  const lost = new BrokerError("lost", "Lost the connection");
  journal.down(refused, 10);
  journal.down(refused, 10);
  for (let n = 0; n < 2; n++) {
    journal.up("amqp://h:1/");
    journal.down(lost, 10);
    journal.down(refused, 10);
  }
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
