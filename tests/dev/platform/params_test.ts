import { assertEquals } from "@std/assert";
import { startPlatform } from "../../../src/dev/platform/platform.ts";
import { ask } from "./ask.ts";

const SECONDS = { unit: "seconds" };
const DTSTART = { dtstart: "2026-01-01T00:00:00Z" };

/** Parameters of rules and what the API finds in them; `null`: they pass. */
const PARAMS: readonly (readonly [string, unknown, string | null])[] = [
  ["core.intervaltimer", { unit: "seconds", interval: 5 }, null],
  ["core.intervaltimer", { unit: "seconds", interval: 0 }, null],
  ["core.intervaltimer", { unit: "seconds", interval: -3 }, null],
  ["core.intervaltimer", { unit: "seconds", interval: 5, jitter_seconds: "what" }, null],
  ["core.intervaltimer", { unit: "{{ config.unit }}", interval: "{{ x }}" }, null],
  [
    "core.intervaltimer",
    { unit: "days", interval: 1 },
    '"days" is not one of "seconds" or "minutes" or "hours" at /unit',
  ],
  [
    "core.intervaltimer",
    { unit: "seconds", interval: 1.5 },
    '1.5 is not of type "integer" at /interval',
  ],
  [
    "core.intervaltimer",
    { unit: "seconds", interval: "{ x }" },
    '"{ x }" is not of type "integer" at /interval',
  ],
  ["core.intervaltimer", SECONDS, '"interval" is a required property'],
  [
    "core.intervaltimer",
    {},
    '"unit" is a required property, "interval" is a required property',
  ],
  ["core.intervaltimer", [SECONDS], '[{"unit":"seconds"}] is not of type "object"'],
  ["core.crontimer", { expression: "not a cron expression" }, null],
  [
    "core.crontimer",
    { expression: "* * * * * *", timezone: null },
    'null is not of type "string" at /timezone',
  ],
  ["core.datetimetimer", { fire_at: "tomorrow" }, null],
  ["core.datetimetimer", { timezone: "UTC" }, '"fire_at" is a required property'],
  ["core.rruletimer", { ...DTSTART, by_day: ["MO", "{{ day }}"], by_month: [13] }, null],
  [
    "core.rruletimer",
    { ...DTSTART, by_month: [1, "2"] },
    '"2" is not of type "integer" at /by_month/1',
  ],
  ["core.rruletimer", { ...DTSTART, by_hour: 9 }, '9 is not of type "array" at /by_hour'],
  ["core.rruletimer", { ...DTSTART, interval: 0 }, "0 is less than the minimum of 1 at /interval"],
  ["core.timer", { type: "interval", interval: 1, unit: "days" }, null],
  ["core.timer", { anything: true }, null],
];

for (const [triggerRef, params, problem] of PARAMS) {
  const verdict = problem === null ? "pass" : "are refused";
  Deno.test(`Parameters of ${triggerRef} ${verdict}: ${JSON.stringify(params)}`, async () => {
    await using platform = await startPlatform({ older: true });
    const body = {
      ref: "tests.a",
      pack_ref: "tests",
      label: "A",
      action_ref: "core.echo",
      trigger_ref: triggerRef,
      trigger_params: params,
    };
    const token = await platform.adminToken();
    platform.rules.silently.install({ pack_ref: "tests", action_ref: "core.echo" });
    const reply = await ask(platform, "POST /api/v1/rules", { token, body });
    assertEquals(reply.status, problem === null ? 201 : 422);
    if (problem === null) return;
    const error = `Invalid parameters for trigger '${triggerRef}': ${problem}`;
    assertEquals(JSON.parse(reply.text), { error, code: "VALIDATION_ERROR" });
  });
}

Deno.test("An update checks parameters against the trigger that the rule will have", async () => {
  await using platform = await startPlatform({ older: true });
  const token = await platform.adminToken();
  const update = async (body: object) =>
    (await ask(platform, "PUT /api/v1/rules/tests.a", { token, body })).status;
  platform.rules.silently.create({ ref: "tests.a", trigger_ref: "core.timer" });
  assertEquals(await update({ trigger_ref: "core.intervaltimer" }), 422);
  assertEquals(await update({ trigger_ref: "no.trigger" }), 404);
  const trigger_params = { unit: "hours", interval: 1 };
  assertEquals(await update({ trigger_ref: "core.intervaltimer", trigger_params }), 200);
  assertEquals(await update({ trigger_params: { unit: "days", interval: 1 } }), 422);
});

Deno.test("A pack's loader writes parameters that the API would refuse", async () => {
  await using platform = await startPlatform({ older: true });
  const draft = {
    ref: "tests.a",
    trigger_ref: "core.intervaltimer",
    trigger_params: { unit: "days" },
  };
  assertEquals(platform.rules.silently.create(draft).trigger_params, { unit: "days" });
});
