import { assertEquals } from "@std/assert";
import { givenIn } from "../../src/preview/given_text.ts";

const NOW = Date.parse("2026-01-05T09:00:00.500Z");

/** What is found, shortly: line, name, trigger and parameters, or what is said of it. */
async function found(text: string): Promise<unknown[]> {
  return (await givenIn(text, NOW)).map((it) => {
    if (it.is === "unreadable") return [it.line, it.problem];
    return [it.line, it.name, it.triggerRef, it.is === "rule" ? it.params : it.is];
  });
}

const DAILY = { expression: "0 9 * * *" };
const NIGHTLY = { expression: "30 2 * * *", timezone: "Europe/Berlin" };
const START = "2026-01-05T09:00:00Z";

const texts: readonly (readonly [title: string, text: string, rules: readonly unknown[]])[] = [
  ["parameters as JSON", '{"interval": 5}', [[1, null, null, { interval: 5 }]]],
  ["a JSON object of several lines", '{\n  "interval": 5\n}\n', [[1, null, null, { interval: 5 }]]],
  [
    "a rule as JSON",
    '{"ref": "a.b", "trigger_ref": "core.crontimer", "trigger_params": {"expression": "0 9 * * *"}}',
    [[1, "a.b", "core.crontimer", DAILY]],
  ],
  [
    "a list of JSON objects, with their lines",
    '[\n  {"interval": 5},\n\n  {"trigger_params": {"interval": 6}}\n]',
    [[2, null, null, { interval: 5 }], [4, null, null, { interval: 6 }]],
  ],
  [
    "an answer of the platform",
    '{"pagination": {"page": 1},\n\t"data": [\n\t\t{"ref": "a.b", "trigger_ref": "core.crontimer",\n' +
    '\t\t"trigger_params": {"expression": "0 9 * * *"}},\n{"ref": "a.c", "trigger_ref": "git.push"}]}',
    [[3, "a.b", "core.crontimer", DAILY], [5, "a.c", "git.push", "no timer"]],
  ],
  [
    "a list of rules in a member",
    "# ours\nversion: 1\nrules:\n  - interval: 5\n  - interval: 6\n",
    [[4, null, null, { interval: 5 }], [5, null, null, { interval: 6 }]],
  ],
  [
    "a JSON object a line",
    '{"interval": 5}\n\n{"trigger_params": {"interval": 6}}\n{"x',
    [
      [1, null, null, { interval: 5 }],
      [3, null, null, { interval: 6 }],
      [4, "cannot read JSON: Unterminated string in JSON at position 3 (line 1 column 4)"],
    ],
  ],
  ["a cron expression", "0 9 * * *", [[1, null, null, DAILY]]],
  ["a cron expression of six fields", "0 0 9 * * MON-FRI", [
    [1, null, null, { expression: "0 0 9 * * MON-FRI" }],
  ]],
  ["a cron expression with a year", "0 9 * * 1-5 2026", [
    [1, null, null, { expression: "0 9 * * 1-5 2026" }],
  ]],
  ["what is none", "every 5 minutes", [[1, null, null, { expression: "every 5 minutes" }]]],
  ["a nickname with an argument", "@every 5m", [[1, null, null, { expression: "@every 5m" }]]],
  [
    "a crontab",
    "# m h dom mon dow command\nSHELL=/bin/sh\n0 9 * * *\troot /usr/bin/one --all\n" +
    "CRON_TZ=Europe/Berlin\r\n30 2 * * * two\r\n@daily three four\n\n",
    [
      [3, "root /usr/bin/one --all", null, DAILY],
      [5, "two", null, NIGHTLY],
      [6, "three four", null, { expression: "@daily", timezone: "Europe/Berlin" }],
    ],
  ],
  ["an RRULE", "FREQ=DAILY;COUNT=3", [
    [1, null, null, { rule: "FREQ=DAILY;COUNT=3", dtstart: START }],
  ]],
  [
    "RRULEs a line, one of them broken",
    "RRULE:FREQ=DAILY\nINTERVAL=2;FREQ=DAILY;\nCOUNT=3\nFREQ=HOURLY",
    [
      [1, null, null, { rule: "RRULE:FREQ=DAILY", dtstart: START }],
      [2, null, null, { rule: "INTERVAL=2;FREQ=DAILY;\nCOUNT=3", dtstart: START }],
      [4, null, null, { rule: "FREQ=HOURLY", dtstart: START }],
    ],
  ],
  ["iCalendar", "DTSTART:20260101T000000Z\nRRULE:FREQ=DAILY\n", [
    [1, null, null, { rule: "DTSTART:20260101T000000Z\nRRULE:FREQ=DAILY\n" }],
  ]],
  ["a date-time", "2026-12-24T15:00:00Z", [[1, null, null, { fire_at: "2026-12-24T15:00:00Z" }]]],
  [
    "a calendar of several events",
    "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY;LANGUAGE=en:Stand-up\r\nDTSTART:20260101T000000Z\r\n" +
    "RRULE:FREQ=DAILY\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nDTSTART:20260102T000000Z\r\nEND:VEVENT\r\n" +
    "END:VCALENDAR\r\n",
    [
      [2, "Stand-up", null, {
        rule: "BEGIN:VEVENT\r\nSUMMARY;LANGUAGE=en:Stand-up\r\nDTSTART:20260101T000000Z\r\n" +
          "RRULE:FREQ=DAILY\r\nEND:VEVENT",
      }],
      [7, null, null, { rule: "BEGIN:VEVENT\r\nDTSTART:20260102T000000Z\r\nEND:VEVENT" }],
    ],
  ],
  ["a whole calendar", "BEGIN:VEVENT\nSUMMARY: x\nRRULE:FREQ=DAILY\nEND:VEVENT", [
    [1, null, null, {
      rule: "BEGIN:VEVENT\nSUMMARY: x\nRRULE:FREQ=DAILY\nEND:VEVENT",
      dtstart: START,
    }],
  ]],
  [
    "a pack's rules in YAML",
    "# nightly\nref: pack.nightly\ntrigger_ref: core.crontimer\ntrigger_params:\n" +
    '  expression: "30 2 * * *"\n  timezone: Europe/Berlin\nenabled: true\n---\n' +
    "ref: pack.push\ntrigger_ref: git.push\n---\nref: pack.typo\ntrigger_ref: core.crontimr\n",
    [
      [2, "pack.nightly", "core.crontimer", NIGHTLY],
      [9, "pack.push", "git.push", "no timer"],
      [12, "pack.typo", "core.crontimr", {}],
    ],
  ],
  [
    "the forms that the platform's documents have",
    "- ref: a.one\n  trigger: core.crontimer\n  trigger_config: {expression: 0 9 * * *}\n" +
    "- name: two\n  trigger:\n    type: core.intervaltimer\n    parameters: {interval: 5}\n" +
    "- trigger_ref: core.intervaltimer\n  parameters:\n    interval: 6\n",
    [
      [1, "a.one", "core.crontimer", DAILY],
      [4, "two", "core.intervaltimer", { interval: 5 }],
      [8, null, "core.intervaltimer", { interval: 6 }],
    ],
  ],
  ["parameters in YAML", "interval: 5\nunit: minutes\n", [
    [1, null, null, { interval: 5, unit: "minutes" }],
  ]],
  ["YAML that is broken", "ref: a.b\ntrigger_params: {interval: 5\n", [
    [3, "cannot read YAML: deficient indentation"],
  ]],
  ["what is no object", "- 5\n- trigger_params: 6\n", [
    [1, "trigger_params: 5 is not allowed, expected a JSON object"],
    [2, "trigger_params: 6 is not allowed, expected a JSON object"],
  ]],
  ["nothing", " \n", []],
  ["a YAML file of comments alone", "# nothing\n---\n", []],
];
for (const [title, text, rules] of texts) {
  Deno.test(`A preview takes ${title}`, async () => assertEquals(await found(text), rules));
}

Deno.test("A rule tells when it was made, and what was filled in", async () => {
  const [rule] = await givenIn('{"trigger_params": {}, "created": "2025-01-01T00:00:00Z"}', NOW);
  assertEquals(rule?.is === "rule" ? rule.createdAt : null, Date.parse("2025-01-01T00:00:00Z"));
  const [daily] = await givenIn("FREQ=DAILY", NOW);
  assertEquals(daily?.is === "rule" ? daily.remarks : null, [
    `There is no DTSTART: shown from ${START} on, a rule needs a dtstart`,
  ]);
});
