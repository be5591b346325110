import { assertEquals, assertMatch } from "@std/assert";
import type { StoredEvent } from "../../src/dev/platform/event_table.ts";
import { Arrivals } from "./arrivals.ts";

const ID = "rule_7@2026-01-01T00:00:05.000Z";

const PAYLOAD = {
  type: "interval",
  rule_id: 7,
  scheduled_at: "2026-01-01T00:00:05.000Z",
  fired_at: "2026-01-01T00:00:05.002Z",
  occurrence_id: ID,
};

function event(parts: Partial<StoredEvent> = {}): StoredEvent {
  return {
    id: 1,
    triggerId: 1,
    triggerRef: "core.intervaltimer",
    payload: PAYLOAD,
    config: null,
    sourceId: 1,
    sourceRef: "core.timer_sensor",
    ruleId: 7,
    ruleRef: "chaos.interval0",
    created: "2026-01-01T00:00:05.004Z",
    receivedAt: Date.UTC(2026, 0, 1, 0, 0, 5, 4),
    headers: { "idempotency-key": ID },
    matchedRuleIds: [7],
    ...parts,
  };
}

Deno.test("Arrivals.take() reads what events tell of their occurrences", () => {
  const payload = { ...PAYLOAD, missed_count: 3 };
  const { all, malformed } = taken(event(), event({ payload }));
  assertEquals(malformed, []);
  assertEquals(all.map((it) => it.missedCount), [0, 3]);
  assertEquals(all[0], {
    ruleId: 7,
    scheduledAt: Date.UTC(2026, 0, 1, 0, 0, 5),
    firedAt: Date.UTC(2026, 0, 1, 0, 0, 5, 2),
    receivedAt: Date.UTC(2026, 0, 1, 0, 0, 5, 4),
    occurrenceId: ID,
    missedCount: 0,
  });
});

function taken(...events: readonly StoredEvent[]): Arrivals {
  const arrivals = new Arrivals();
  for (const it of events) arrivals.take(it);
  return arrivals;
}

const MALFORMED: Record<string, [Partial<StoredEvent>, RegExp]> = {
  "has no payload": [{ payload: null }, /^event 1: .*expected object/s],
  "lacks a member": [{ payload: { ...PAYLOAD, fired_at: undefined } }, /^event 1: .*fired_at/s],
  "was stored without its rule": [{ ruleId: null }, /^rule_7@.*: stored for rule null$/],
  "was stored for another rule": [{ ruleId: 8 }, /^rule_7@.*: stored for rule 8$/],
  "has a key that is not its occurrence": [
    { headers: { "idempotency-key": "rule_7@other" } },
    /Idempotency-Key is rule_7@other$/,
  ],
  "has no key": [{ headers: {} }, /Idempotency-Key is undefined$/],
  "names its occurrence by another instant": [
    { payload: { ...PAYLOAD, occurrence_id: "rule_7@2026-01-01T00:00:06.000Z" } },
    /its occurrence_id is rule_7@2026-01-01T00:00:06.000Z/,
  ],
};

for (const [name, [parts, problem]] of Object.entries(MALFORMED)) {
  Deno.test(`Arrivals.take() finds an event that ${name}`, () => {
    assertMatch(taken(event(parts)).malformed.join("\n"), problem);
  });
}
