import { assertEquals } from "@std/assert";
import type { News } from "../../../src/observe/news.ts";
import * as news from "../../support/news.ts";
import { ruleId, ruleOf, START, timerOf } from "../../support/rules.ts";
import { written } from "../written.ts";

function started(id: number, nextAt: number | null, wasPast = false): News {
  const timer = timerOf({ interval: 10 });
  return { kind: "timer_started", rule: ruleOf(id), timer, nextAt, isChange: false, wasPast };
}

Deno.test("The log says when a timer started, and when it fires next", () => {
  assertEquals(written(started(123, START + 10_000)).lines, [{
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

Deno.test("The log tells a one-shot that is over from one that was never to come", () => {
  assertEquals(written(started(1, null), started(3, null, true)).messages, [
    "info: Timer for rule 1 has no occurrence left",
    "warn: Timer for rule 3 never fires: it was past when it was made",
  ]);
});

Deno.test("The log tells what becomes of rules", () => {
  const timer = timerOf({ interval: 1 });
  const { messages } = written(
    { kind: "timer_stopped", ruleId: ruleId(7), ruleRef: "mypack.x", reason: "disabled" },
    { kind: "rule_refused", rule: ruleOf(7), problems: ["a: 1 is wrong", "b: missing"] },
    { kind: "rule_not_allowed", rule: ruleOf(7) },
    { kind: "rule_warned", rule: ruleOf(7), warnings: ["colour is not known"] },
    news.missed({ ruleId: ruleId(7), ruleRef: "r", timer }, 3, false),
    news.missed({ ruleId: ruleId(8), ruleRef: "r", timer }, 100, true),
    news.gone(ruleId(7)),
  );
  assertEquals(messages, [
    "info: Timer stopped for rule 7: disabled",
    "error: Refused rule 7 (test.rule7): a: 1 is wrong; b: missing",
    "warn: Refused rule 7 (test.rule7): the token does not cover trigger type 'core.timer'",
    "warn: Rule 7 (test.rule7): colour is not known",
    "warn: Missed 3 occurrences of rule 7 from 2025-01-01T00:00:00.000Z to " +
    "2025-01-01T00:01:00.000Z: older than the catch-up window",
    "warn: Missed 100 or more occurrences of rule 8 from 2025-01-01T00:00:00.000Z to " +
    "2025-01-01T00:01:00.000Z: older than the catch-up window",
  ]);
});

Deno.test("The log tells of a missing trigger and of an unreadable rule once each", () => {
  const triggerRef = "core.timer";
  const once: News[] = [
    { kind: "trigger_not_installed", triggerRef },
    { kind: "trigger_not_installed", triggerRef: "core.crontimer" },
    { kind: "rule_unreadable", triggerRef, id: ruleId(9), reason: "created: missing" },
    { kind: "rule_unreadable", triggerRef, id: null, reason: "id: missing" },
  ];
  assertEquals(written(...once, ...once, ...once).messages, [
    "debug: Trigger core.timer is not installed on the platform: it has no rules here",
    "warn: Trigger core.crontimer is not installed on the platform: it has no rules here",
    "error: Rule 9 of core.timer cannot be read: created: missing",
    "error: A rule of core.timer cannot be read: id: missing",
  ]);
});

Deno.test("The log tells of a list that is not to be relied on, and what was read of it", () => {
  const odd = { kind: "rule_list_odd", triggerRef: "core.timer", found: 100 } as const;
  const told: News[] = [
    { ...odd, oddity: "repeated", told: 5 },
    { ...odd, oddity: "endless", told: null },
    { ...odd, oddity: "miscounted", told: 120 },
  ];
  const start = "warn: The list of rules of core.timer is odd,";
  assertEquals(written(...told).messages, [
    `${start} the API gave a page twice: 100 of 5 read`,
    `${start} the API tells of more pages than are read: 100 read`,
    `${start} it has not as many rules as the API says: 100 of 120 read`,
  ]);
});

Deno.test("The log takes a failed snapshot for a repetition only where none succeeded in between", () => {
  const failed = news.snapshotFailed(new Error("503"), 10);
  const done = news.snapshotDone(2, 5);
  const outage = [failed, failed, done, done];
  const { lines } = written(done, ...outage, ...outage);
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
