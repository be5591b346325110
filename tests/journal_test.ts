import { assertEquals } from "@std/assert";
import type { OutboundEvent } from "../src/event.ts";
import { deliveryJournal, missedJournal, ruleJournal, syncJournal } from "../src/journal.ts";
import type { Log, LogFields, LogLevel } from "../src/log.ts";
import { ruleId, ruleOf, START, timerOf } from "./support/rules.ts";

interface Line {
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: LogFields;
}

function recorder(): { log: Log; lines: Line[]; messages: () => string[] } {
  const lines: Line[] = [];
  const at = (level: LogLevel) => (message: string, fields: LogFields = {}) =>
    void lines.push({ level, message, fields });
  const log: Log = {
    enabled: () => true,
    trace: at("trace"),
    debug: at("debug"),
    info: at("info"),
    warn: at("warn"),
    error: at("error"),
  };
  return { log, lines, messages: () => lines.map((it) => `${it.level}: ${it.message}`) };
}

const event: OutboundEvent = {
  ruleId: ruleId(123),
  ruleRef: "mypack.x",
  triggerRef: "core.timer",
  occurrenceId: "rule_123@2025-01-01T00:00:10.000Z",
  scheduledAt: START + 10_000,
  body: "{}",
};

Deno.test("The journal says when a timer started, and when it fires next", () => {
  const { log, lines } = recorder();
  ruleJournal(log).started(ruleOf(123), timerOf({ interval: 10 }), START + 10_000, false);
  assertEquals(lines, [{
    level: "info",
    message: "Timer started for rule 123",
    fields: {
      rule_id: 123,
      rule_ref: "test.rule123",
      trigger_ref: "core.timer",
      kind: "interval",
      next_fire_at: "2025-01-01T00:00:10.000Z",
    },
  }]);
});

Deno.test("The journal tells a one-shot that is over from one that was never to come", () => {
  const { log, messages } = recorder();
  const journal = ruleJournal(log);
  const once = (seconds: number) =>
    timerOf({ type: "date_time", fire_at: new Date(START + seconds * 1000).toISOString() });
  journal.started(ruleOf(1), once(60), null, false);
  journal.started(ruleOf(2), once(-9), null, false);
  journal.started(ruleOf(3), once(-10), null, false);
  assertEquals(messages(), [
    "info: Timer for rule 1 has no occurrence left",
    "info: Timer for rule 2 has no occurrence left",
    "warn: Timer for rule 3 never fires: it was past when it was made",
  ]);
});

Deno.test("The journal tells what becomes of rules", () => {
  const { log, messages } = recorder();
  const journal = ruleJournal(log);
  journal.stopped(ruleId(7), "mypack.x", "disabled");
  journal.refused(ruleOf(7), ["a: 1 is wrong", "b: missing"]);
  journal.notAllowed(ruleOf(7));
  journal.warned(ruleOf(7), ["colour is not known"]);
  missedJournal(log)({
    ruleId: ruleId(7),
    ruleRef: "r",
    triggerRef: "t",
    timer: timerOf({ interval: 1 }),
  }, 3);
  assertEquals(messages(), [
    "info: Timer stopped for rule 7: disabled",
    "error: Refused rule 7 (test.rule7): a: 1 is wrong; b: missing",
    "warn: Refused rule 7 (test.rule7): the token does not cover trigger type 'core.timer'",
    "warn: Rule 7 (test.rule7): colour is not known",
    "warn: Missed 3 occurrences of rule 7",
  ]);
});

Deno.test("The journal tells and counts what becomes of events", () => {
  const { log, lines, messages } = recorder();
  const counts = { stored: 0, refused: 0, lost: 0, discarded: 0 };
  const journal = deliveryJournal(log, counts);
  journal.stored(event, { kind: "stored", eventId: 456, ruleGone: false });
  journal.stored(event, { kind: "stored", eventId: null, ruleGone: false });
  journal.stored(event, { kind: "stored", eventId: 457, ruleGone: true });
  journal.retrying(event, "503: down", 250.4);
  journal.refused(event, { kind: "refused", status: 422, reason: "422: no" });
  journal.refused(event, { kind: "unauthorized", reason: "401: no" });
  journal.lost(event, "503: down");
  journal.discarded(event);
  assertEquals(messages(), [
    "info: Timer fired for rule 123, created event 456",
    "info: Timer fired for rule 123, created an event",
    "error: Rule 123 is gone: event 457 was stored without it and may run other rules",
    "debug: Failed to create event for rule 123, trying again: 503: down",
    "error: Failed to create event for rule 123: 422: no",
    "error: Failed to create event for rule 123: 401: no",
    "error: Failed to create event for rule 123, it is lost: 503: down",
    "info: Discarded an event of rule 123: the rule is gone",
  ]);
  assertEquals(counts, { stored: 3, refused: 2, lost: 1, discarded: 1 });
  assertEquals(lines.map((it) => it.fields["occurrence_id"]), Array(8).fill(event.occurrenceId));
  assertEquals(lines.map((it) => it.fields["status"]).slice(4, 6), [422, 401]);
});

Deno.test("The journal tells of a missing trigger and of an unreadable rule once each", () => {
  const { log, messages } = recorder();
  const journal = syncJournal(log);
  for (let n = 0; n < 3; n++) {
    journal.notInstalled("core.timer");
    journal.unreadable("core.timer", ruleId(9), "created: missing");
    journal.unreadable("core.timer", null, "id: missing");
  }
  assertEquals(messages(), [
    "warn: Trigger core.timer is not installed on the platform: it has no rules here",
    "error: Rule 9 of core.timer cannot be read: created: missing",
    "error: A rule of core.timer cannot be read: id: missing",
  ]);
});
