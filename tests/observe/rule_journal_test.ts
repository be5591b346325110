import { assertEquals } from "@std/assert";
import { missedJournal, ruleJournal, syncJournal } from "../../src/observe/rule_journal.ts";
import { recorder } from "../support/log_recorder.ts";
import { ruleId, ruleOf, START, timerOf } from "../support/rules.ts";

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
  missedJournal(log)(
    {
      ruleId: ruleId(7),
      ruleRef: "r",
      timer: timerOf({ interval: 1 }),
    },
    3,
    false,
  );
  const entry = {
    ruleId: ruleId(8),
    ruleRef: "r",
    triggerRef: "t",
    timer: timerOf({ interval: 1 }),
  };
  missedJournal(log)(entry, 100, true);
  assertEquals(messages(), [
    "info: Timer stopped for rule 7: disabled",
    "error: Refused rule 7 (test.rule7): a: 1 is wrong; b: missing",
    "warn: Refused rule 7 (test.rule7): the token does not cover trigger type 'core.timer'",
    "warn: Rule 7 (test.rule7): colour is not known",
    "warn: Missed 3 occurrences of rule 7",
    "warn: Missed 100 or more occurrences of rule 8",
  ]);
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

Deno.test("The journal takes a failed snapshot for a repetition only where none succeeded in between", () => {
  const { log, lines } = recorder();
  const journal = syncJournal(log);
  const error = new Error("503");
  journal.snapshotDone(1, 5);
  for (let n = 0; n < 2; n++) {
    journal.snapshotFailed(error, 10);
    journal.snapshotFailed(error, 10);
    journal.snapshotDone(2, 5);
    journal.snapshotDone(2, 5);
  }
  const told = lines.filter(({ level }) => level !== "debug");
  assertEquals(told.map(({ message, fields }) => [message, fields["cause"]]), [
    ["Failed to read the rules: 503", "0 Failed to read the rules: 503"],
    ["Failed to read the rules: 503", "0 Failed to read the rules: 503"],
    ["The rules can be read again", undefined],
    ["Failed to read the rules: 503", "1 Failed to read the rules: 503"],
    ["Failed to read the rules: 503", "1 Failed to read the rules: 503"],
    ["The rules can be read again", undefined],
  ]);
});
