import { assertEquals } from "@std/assert";
import { POLICY_ADVICE } from "../../../src/broker/policies.ts";
import type { OutboundEvent } from "../../../src/domain/event.ts";
import { Counters } from "../../../src/observe/counters.ts";
import { DropTally } from "../../../src/observe/drop_tally.ts";
import * as news from "../../support/news.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { recorder } from "../../support/log_recorder.ts";
import { ruleId, START } from "../../support/rules.ts";
import { written } from "../written.ts";

function eventOf(rule: number): OutboundEvent {
  return {
    ruleId: ruleId(rule),
    ruleRef: `mypack.x${rule}`,
    triggerRef: "core.timer",
    occurrenceId: `rule_${rule}@2025-01-01T00:00:10.000Z`,
    scheduledAt: START + 10_000,
    dueAt: START + 10_000,
    coversFrom: START + 10_000,
    body: '{"a":1}',
  };
}

const event = eventOf(123);

Deno.test("The log tells and counts what becomes of events", () => {
  const told = [
    news.stored(event, { kind: "stored", eventId: 456, ruleGone: false }, null),
    news.stored(event, { kind: "stored", eventId: 457, ruleGone: true }, START + 11_000),
    news.retrying(event, "503: down", 250.4),
    news.spent(event, "503: down"),
    news.failed("unparked")(event, new Error("full")),
    news.failed("unparked")(event, new Error("full")),
    news.about("parked")(event),
    news.failed("unparked")(event, new Error("full")),
    news.refused(event, { status: 422, reason: "422: no" }),
    news.failed("unburied")(event, new Error("full")),
    news.expired(event, START),
    news.about("discarded")(event),
    news.about("duplicate")(event),
  ];
  const { lines, messages } = written(...told);
  const counters = new Counters();
  for (const it of told) counters.listen(it);
  assertEquals(messages, [
    "info: Timer fired for rule 123, created event 456",
    "error: Rule 123 is gone: event 457 was stored without it and may run other rules",
    "debug: Failed to create event for rule 123, trying again: 503: down",
    "warn: Failed to create event for rule 123, it waits in the outbox: 503: down",
    "warn: Failed to put an event of rule 123 into the outbox, it waits: full",
    "debug: Failed to put an event of rule 123 into the outbox, it waits: full",
    "debug: Put an event of rule 123 into the outbox",
    "warn: Failed to put an event of rule 123 into the outbox, it waits: full",
    "error: Failed to create event for rule 123, it goes to the dead letters: 422: no",
    "error: Failed to keep an event of rule 123 among the dead letters: full",
    "error: Failed to create event for rule 123, it is lost: it was in the outbox for too long",
    "info: Discarded an event of rule 123: the rule is gone",
    "debug: Passed over an event of rule 123 that the outbox had twice",
  ]);
  assertEquals(counters.events, {
    stored: 2,
    refused: 1,
    parked: 1,
    dropped: 0,
    expired: 1,
    discarded: 1,
    duplicate: 1,
    lost: 0,
  });
  assertEquals(lines.map((it) => it.fields["occurrence_id"]), Array(13).fill(event.occurrenceId));
  assertEquals(lines[1]?.fields["parked_at"], "2025-01-01T00:00:11.000Z");
  assertEquals([lines[8]?.fields["status"], lines[9]?.fields["body"]], [422, '{"a":1}']);
});

Deno.test("The log tells when the platform is down, and for how long it was", () => {
  const { messages } = written(
    news.opened("503: no"),
    news.closed(34_567),
    news.outboxLost(3),
  );
  assertEquals(messages, [
    "warn: Attune API is down, events wait in the outbox until it answers: 503: no",
    "info: Attune API answers again after 34.6 s",
    `error: RabbitMQ lost 3 events of the outbox that it had confirmed. ${POLICY_ADVICE}`,
  ]);
});

Deno.test("Dropped events are told at once, then by rule each minute and at the end", async () => {
  const clock = new FakeClock();
  const { log, lines, messages } = recorder();
  const drops = new DropTally(log, clock);
  const drop = (rule: number) => drops.listen(news.about("dropped")(eventOf(rule)));
  for (const rule of [1, 2, 1]) drop(rule);
  const first = "error: Too many events wait, the oldest are lost: a line for each rule follows";
  assertEquals(messages(), [first]);
  await clock.advance(60_000);
  drop(2);
  drops[Symbol.dispose]();
  drops[Symbol.dispose]();
  assertEquals(messages(), [
    first,
    "error: Failed to create 2 events for rule 1, they are lost",
    "error: Failed to create 1 events for rule 2, they are lost",
    first,
    "error: Failed to create 1 events for rule 2, they are lost",
  ]);
  assertEquals([lines[1]?.fields["rule_ref"], clock.pending], ["mypack.x1", 0]);
});
