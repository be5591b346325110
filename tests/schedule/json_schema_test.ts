import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { Ajv2020, type ValidateFunction } from "ajv";
import { default as addFormats } from "ajv-formats";
import type { TriggerParams } from "../../src/domain/rule.ts";
import { compile, schemaOf, TIMER_TRIGGERS } from "../../src/schedule/kinds.ts";
import { FENCES, README, sectionOf } from "../readme/readme.ts";
import { ANCHOR } from "./support.ts";
import { rules } from "./rrule_arbitrary.ts";

const INSTANT = "2026-01-05T09:00:00Z";
const LOCAL = "2026-01-05T09:00:00";
const RRULE = { type: "rrule", dtstart: INSTANT };

/** Whether parameters are those of a trigger's rules, as far as its schema can say. */
const validators = new Map([...TIMER_TRIGGERS].map((trigger) => [trigger, validatorOf(trigger)]));

function validatorOf(trigger: string): ValidateFunction {
  const ajv = new Ajv2020({ strict: true, strictTypes: true, allowUnionTypes: true });
  addFormats.default(ajv);
  return ajv.compile(schemaOf(trigger) ?? false);
}

function isValid(params: TriggerParams, trigger = "core.timer"): boolean {
  return validators.get(trigger)?.(params) === true;
}

function isAccepted(params: TriggerParams, trigger = "core.timer"): boolean {
  return compile(trigger, params, ANCHOR).ok;
}

Deno.test("Each trigger has a schema of the dialect of 2020-12, whose examples are rules", () => {
  for (const trigger of TIMER_TRIGGERS) {
    const schema = schemaOf(trigger);
    assertEquals(schema?.["$schema"], "https://json-schema.org/draft/2020-12/schema");
    const examples = schema?.["examples"];
    assert(Array.isArray(examples) && examples.length > 0);
    for (const example of examples) {
      const compiled = compile(trigger, example, ANCHOR);
      assert(compiled.ok && isValid(example, trigger), JSON.stringify(example));
      assertEquals(compiled.warnings, []);
    }
  }
  assertEquals(schemaOf("core.webhook"), null);
});

Deno.test("Every member of a schema says what it is for", () => {
  for (const trigger of TIMER_TRIGGERS) {
    const members = membersOf(schemaOf(trigger));
    assert(members.length > 8, trigger);
    for (const [name, member] of members) {
      assert(
        typeof member === "object" && member !== null && "description" in member,
        `${trigger} ${name}`,
      );
    }
  }
});

/** The members of the objects that a schema allows. */
function membersOf(schema: unknown): [string, unknown][] {
  if (typeof schema !== "object" || schema === null) return [];
  const forms: unknown = Reflect.get(schema, "anyOf");
  if (Array.isArray(forms)) return forms.flatMap(membersOf);
  return Object.entries(Object(Reflect.get(schema, "properties")));
}

Deno.test("Every example of the README is valid", () => {
  const configured = FENCES.filter(({ language, text, heading }) =>
    language === "json" && heading !== "The event" &&
    sectionOf("Timer configuration").includes(text)
  ).map(({ text }) => text);
  const previewed = [...README.matchAll(/'(\{"(?:expression|dtstart|interval|rule).*\})'/g)]
    .map(([, text = ""]) => text);
  assertEquals([configured.length > 4, previewed.length > 1], [true, true]);
  for (const text of [...configured, ...previewed]) assert(isValid(JSON.parse(text)), text);
});

/** Shapes that are refused, of which a schema can say so. */
const refused: readonly TriggerParams[] = [
  {},
  { type: "one_shot" },
  { type: "interval" },
  ...[0, -5, 0.5, "5", null, [5], 3_155_760_001, 9_007_199_254_740_992].map((interval) => ({
    interval,
  })),
  { interval: 5, unit: "weeks" },
  { interval: 52_596_001, unit: "minutes" },
  { interval: 36_526, unit: "day" },
  { interval: 5, interval_seconds: 5 },
  { interval_seconds: 0 },
  { interval: 5, anchor: LOCAL },
  { interval: 5, timezone: "+01:00" },
  { interval: 5, dst_gap: "never" },
  { interval: 5, expression: "@daily" },
  { type: "cron" },
  { expression: "" },
  { expression: 5 },
  { expression: "@daily", timezone: 5 },
  { expression: "@daily", day_match: "xor" },
  { fire_at: "2026-01-05" },
  { fire_at: "tomorrow" },
  { fire_at: LOCAL, timezone: "Europe/Berlin", dst_overlap: "both" },
  { type: "rrule", freq: "DAILY" },
  { rule: "FREQ=DAILY" },
  { ...RRULE },
  { ...RRULE, rule: "DAILY" },
  { ...RRULE, rule: 5 },
  { ...RRULE, freq: "FORTNIGHTLY" },
  { ...RRULE, freq: "DAILY", interval: 0 },
  { dtstart: INSTANT, freq: "FORTNIGHTLY", interval: 5 },
  { ...RRULE, freq: "DAILY", count: 3, until: INSTANT },
  { ...RRULE, freq: "DAILY", by_hour: 9 },
  { ...RRULE, freq: "DAILY", by_hour: [24] },
  { ...RRULE, freq: "DAILY", by_month: ["JAN"] },
  { ...RRULE, freq: "MONTHLY", by_month_day: [0] },
  { ...RRULE, freq: "MONTHLY", by_month_day: [-32] },
  { ...RRULE, freq: "WEEKLY", by_day: ["MON"] },
  { ...RRULE, freq: "WEEKLY", by_day: "MO" },
  { ...RRULE, freq: "MONTHLY", by_day: ["0MO"] },
  { ...RRULE, freq: "WEEKLY", week_start: "MONDAY" },
  { ...RRULE, freq: "DAILY", ex_dates: INSTANT },
  { ...RRULE, freq: "DAILY", r_dates: ["2026-01-05"] },
  { ...RRULE, freq: "DAILY", r_dates: Array(1001).fill(INSTANT) },
  ...["start_at", "end_at"].map((member) => ({ interval: 5, [member]: "2026-01-05" })),
  { interval: 5, on_missed: "some" },
  { interval: 5, units: "minutes" },
  { interval: 5, start_date: INSTANT },
  { expression: "@daily", tz: "UTC" },
  { ...RRULE, freq: "DAILY", byday: ["MO"] },
  { ...RRULE, rule: "FREQ=DAILY", ex_date: [INSTANT] },
  { interval: 5, jitter_seconds: 86_401 },
];
for (const params of refused) {
  Deno.test(`Neither the sensor nor its schema takes ${JSON.stringify(params).slice(0, 80)}`, () => {
    assertEquals([isAccepted(params), isValid(params)], [false, false]);
  });
}

/** What is accepted, and might be thought not to be. */
const accepted: readonly TriggerParams[] = [
  { type: "interval", interval: 5, colour: "red" },
  { interval: 3_155_760_000 },
  { interval: 36_525, unit: "day", timezone: "w. europe standard time" },
  { interval_seconds: 5, unit: "hours" },
  { interval: 5, start_at: "2026-01-05 09:00:00.123456789+01:00", end_at: "2027-01-05t09:00:00z" },
  { interval: 5, description: ["anything"] },
  { type: "cron", expression: "@daily", interval: 5 },
  { fire_at: LOCAL },
  { rule: "FREQ=DAILY", dtstart: LOCAL },
  { ...RRULE, freq: "DAILY", until: "2026-02-05T09:00:00" },
  { ...RRULE, freq: "DAILY", by_hour: [] },
  { ...RRULE, freq: "DAILY", ex_dates: [LOCAL] },
  { expression: "@daily", timezone: "" },
  { fire_at: LOCAL, timezone: "Pacific Standard Time (Mexico)" },
  { fire_at: "2026-12-31T23:59:60Z" },
  { freq: "weekly", by_day: ["mo", "+2tu", "-1FR"].slice(0, 1), interval: 2, dtstart: INSTANT },
  { freq: "MONTHLY", by_day: ["+02tu", "-1fr"], week_start: "su", dtstart: INSTANT },
  { freq: "DAILY", dtstart: LOCAL, timezone: "UTC", until: "2026-02-05T09:00:00" },
  { rule: "dtstart;tzid=Europe/Berlin:20260105T090000\nrrule:freq=daily", ex_dates: [INSTANT] },
  { rule: "FREQ=DAILY;", dtstart: INSTANT, freq: "{{ freq }}", by_day: [], until: 5 },
];
for (const params of accepted) {
  Deno.test(`Both the sensor and its schema take ${JSON.stringify(params).slice(0, 80)}`, () => {
    assertEquals([isAccepted(params), isValid(params)], [true, true]);
  });
}

Deno.test("A platform's trigger takes the forms of its kind alone", () => {
  assert(isValid({ interval: 5 }, "core.intervaltimer"));
  assert(!isValid({ interval_seconds: 5 }, "core.intervaltimer"));
  assert(!isValid({ expression: "@daily" }, "core.intervaltimer"));
  assert(isValid({ type: "no member there", expression: "@daily" }, "core.crontimer"));
});

Deno.test("Whatever recurrence the sensor takes, its schema does", () => {
  const some = fc.oneof(
    ...["SECONDLY", "HOURLY", "DAILY", "WEEKLY", "MONTHLY", "YEARLY"].map(rules),
  );
  fc.assert(
    fc.property(some, fc.boolean(), ({ text, dtstart }, isText) => {
      const start = { dtstart: new Date(dtstart).toISOString() };
      const params = isText ? { ...start, rule: text } : { ...start, ...membersIn(text) };
      if (isAccepted(params)) assert(isValid(params), JSON.stringify(params));
    }),
    { numRuns: 300 },
  );
});

/** A rule's text as members. */
function membersIn(text: string): TriggerParams {
  return Object.fromEntries(
    text.split(";").map((part) => {
      const [name = "", value = ""] = part.split("=");
      const list = value.split(",").map((it) => name === "BYDAY" ? it : Number(it));
      if (name.startsWith("BY")) return [NAMES.get(name) ?? "", list];
      return [
        name === "WKST" ? "week_start" : name.toLowerCase(),
        name === "INTERVAL" ? Number(value) : value,
      ];
    }),
  );
}

const NAMES = new Map([
  ["BYMONTH", "by_month"],
  ["BYWEEKNO", "by_week_no"],
  ["BYYEARDAY", "by_year_day"],
  ["BYMONTHDAY", "by_month_day"],
  ["BYDAY", "by_day"],
  ["BYHOUR", "by_hour"],
  ["BYMINUTE", "by_minute"],
  ["BYSECOND", "by_second"],
  ["BYSETPOS", "by_set_pos"],
]);
