import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { type Preview, preview, type PreviewRequest } from "../../src/preview/preview.ts";
import { previewLines } from "../../src/preview/batch.ts";
import { previewText } from "../../src/preview/text.ts";
import { waitText } from "../../src/preview/time.ts";
import { RuleId, type TriggerParams } from "../../src/domain/rule.ts";
import { compile } from "../../src/schedule/kinds.ts";
import { zoneOf } from "../../src/schedule/zone.ts";
import { offsetText } from "../../src/words/spans.ts";

const NOW = Date.parse("2026-03-27T12:00:00Z");
const ENCODER = new TextEncoder();

function previewed(params: TriggerParams, options: Partial<PreviewRequest> = {}): Preview {
  const request = { after: NOW, count: 3, ruleId: null, ...options };
  const found = preview(compile("core.timer", params, NOW), request);
  if (!found.ok) throw new Error(found.problems.join("; "));
  return found;
}

function textOf(params: TriggerParams, timezone: string | null = null, count = 3): string[] {
  const zone = timezone === null ? null : zoneOf(timezone);
  return previewText(previewed(params, { count }), { zone, now: NOW, count }).split("\n");
}

async function answersTo(...chunks: readonly (string | Uint8Array)[]): Promise<string[]> {
  const bytes = chunks.map((chunk) => typeof chunk === "string" ? ENCODER.encode(chunk) : chunk);
  const answers = await Array.fromAsync(previewLines(ReadableStream.from(bytes), () => NOW));
  assert(answers.every(({ text }) => text.endsWith("\n")));
  return answers.map(({ text }) => text).join("").split("\n").slice(0, -1);
}

async function answerTo(line: unknown): Promise<Record<string, unknown>> {
  const [answer = ""] = await answersTo(JSON.stringify(line));
  return JSON.parse(answer);
}

Deno.test("A preview shows a rule by its own clock and in UTC, and what clocks do to it", () => {
  const nightly = { expression: "30 2 * * *", timezone: "Europe/Berlin" };
  assertEquals(textOf(nightly), [
    "At 02:30 every day in Europe/Berlin",
    "",
    "   Europe/Berlin                   UTC",
    "1  Sat 2026-03-28 02:30:00 +01:00  2026-03-28T01:30:00Z  in 13 h 30 min",
    "   -- clocks go forward 1 h on Sun 2026-03-29 from 02:00:00 to 03:00:00",
    "2  Sun 2026-03-29 03:00:00 +02:00  2026-03-29T01:00:00Z  in 1 d 13 h",
    "   ^^ moved: Sun 2026-03-29 02:30:00 does not exist",
    "3  Mon 2026-03-30 02:30:00 +02:00  2026-03-30T00:30:00Z  in 2 d 12 h",
    "",
    "Warning: 2026-03-29T02:30:00 does not exist in Europe/Berlin, where clocks go forward: runs at",
    "         2026-03-29T03:00:00 instead",
    "Warning: 2026-10-25T02:30:00 comes twice in Europe/Berlin, where clocks go back: runs the first time",
    "         only",
    "",
  ]);
});

Deno.test("A preview in UTC has one column of times, and milliseconds where there are some", () => {
  assertEquals(textOf({ interval: 90, unit: "minutes", anchor: "2026-03-27T11:59:59.250Z" }), [
    "Every 90 minutes, counted from 2026-03-27T11:59:59.250Z",
    "",
    "   UTC",
    "1  Fri 2026-03-27T13:29:59.250Z  in 1 h 29 min",
    "2  Fri 2026-03-27T14:59:59.250Z  in 2 h 59 min",
    "3  Fri 2026-03-27T16:29:59.250Z  in 4 h 29 min",
    "",
  ]);
});

Deno.test("A preview can show any rule in any zone", () => {
  const lines = textOf({ expression: "0 */8 * * *" }, "America/New_York", 12);
  assertEquals(lines.slice(2, 6), [
    "    America/New_York                UTC",
    " 1  Fri 2026-03-27 12:00:00 -04:00  2026-03-27T16:00:00Z  in 4 h",
    " 2  Fri 2026-03-27 20:00:00 -04:00  2026-03-28T00:00:00Z  in 12 h",
    " 3  Sat 2026-03-28 04:00:00 -04:00  2026-03-28T08:00:00Z  in 20 h",
  ]);
});

Deno.test("A preview tells which of two equal local times is meant", () => {
  const lines = previewText(
    previewed({ expression: "30 2 * * *", timezone: "Europe/Berlin", dst_overlap: "both" }, {
      after: Date.parse("2026-10-24T12:00:00Z"),
    }),
    { zone: null, now: NOW, count: 3 },
  ).split("\n");
  assertEquals(lines.slice(3, 9), [
    "1  Sun 2026-10-25 02:30:00 +02:00  2026-10-25T00:30:00Z  in 211 d 12 h",
    "   ^^ this local time comes twice, here the first time",
    "   -- clocks go back 1 h on Sun 2026-10-25 from 03:00:00 to 02:00:00",
    "2  Sun 2026-10-25 02:30:00 +01:00  2026-10-25T01:30:00Z  in 211 d 13 h",
    "   ^^ this local time comes twice, here the second time",
    "3  Mon 2026-10-26 02:30:00 +01:00  2026-10-26T01:30:00Z  in 212 d 13 h",
  ]);
});

Deno.test("A preview tells of a time that was shifted, and not of one that was due anyway", () => {
  const after = Date.parse("2026-03-28T12:00:00Z");
  const show = (params: TriggerParams) =>
    previewText(previewed({ timezone: "Europe/Berlin", ...params }, { after, count: 2 }), {
      zone: null,
      now: NOW,
      count: 2,
    });
  assertStringIncludes(
    show({ expression: "30 2 * * *", dst_gap: "shift" }),
    "1  Sun 2026-03-29 03:30:00 +02:00  2026-03-29T01:30:00Z  in 1 d 13 h\n" +
      "   ^^ moved: Sun 2026-03-29 02:30:00 does not exist\n",
  );
  for (
    const params of [
      { expression: "30 3 * * *", dst_gap: "shift" },
      { expression: "0 3 * * *" },
      { expression: "30 2,3 * * *", dst_gap: "skip" },
    ]
  ) assert(!show(params).includes("moved"), JSON.stringify(params));
});

Deno.test("A preview tells that a schedule ends", () => {
  const once = { fire_at: "2026-03-27T13:00:00Z" };
  assertEquals(textOf(once), [
    "Once at 2026-03-27T13:00:00Z",
    "",
    "   UTC",
    "1  Fri 2026-03-27T13:00:00Z  in 1 h",
    "",
    "No further occurrences",
    "",
  ]);
  assertEquals(textOf({ fire_at: "2026-03-27T11:00:00Z" }), [
    "Once at 2026-03-27T11:00:00Z",
    "",
    "No further occurrences",
    "",
    "Warning: Never fires again: there is no occurrence after 2026-03-27T12:00:00Z",
    "",
  ]);
});

Deno.test("A preview keeps to 100 columns", () => {
  const minute = Array.from({ length: 40 }, (_, index) => index + (index > 20 ? 2 : 1)).join(",");
  const wide = [
    { expression: `${minute} 9 1-7,15,20 * *`, timezone: "America/Argentina/ComodRivadavia" },
    { expression: "0 0 1-7,31 1,3,5,7,8,10,12 1,2,4L", timezone: "America/North_Dakota/New_Salem" },
    { freq: "DAILY", dtstart: "2026-01-01T02:00:00Z", by_hour: [1, 2, 3], by_minute: [1, 2, 7, 9] },
  ];
  for (const params of wide) {
    const long = textOf(params, null, 100).filter((line) => line.length > 100);
    assertEquals(long, []);
  }
});

Deno.test("A wait has two units at most", () => {
  const waits: readonly (readonly [seconds: number, text: string])[] = [
    [0, "in 0 s"],
    [0.9, "in 0 s"],
    [59, "in 59 s"],
    [60, "in 1 min"],
    [3599, "in 59 min 59 s"],
    [3600 + 59, "in 1 h"],
    [3 * 3600 + 12 * 60, "in 3 h 12 min"],
    [86_400 + 3599, "in 1 d"],
    [400 * 86_400 + 7200, "in 400 d 2 h"],
    [-90, "1 min 30 s ago"],
  ];
  for (const [seconds, text] of waits) assertEquals(waitText(NOW + seconds * 1000, NOW), text);
});

Deno.test("An offset has seconds where a zone had them", () => {
  assertEquals([0, 5.5 * 3_600_000, -12_600_000, 3_208_000].map(offsetText), [
    "+00:00",
    "+05:30",
    "-03:30",
    "+00:53:28",
  ]);
});

Deno.test("A batch answers each line in order, with the defaults of a rule just created", async () => {
  const lines = [
    { trigger_params: { type: "interval", interval: 1, unit: "hours" } },
    {
      trigger_ref: "core.crontimer",
      trigger_params: { expression: "0 0 9 * * *" },
      created: "2026-01-01T00:00:00Z",
      count: 1,
    },
    {
      trigger_params: { type: "interval", interval: 1, unit: "hours" },
      created: "2026-01-01T00:30:00Z",
      after: "2026-02-01T00:00:00Z",
      count: 2,
    },
    { trigger_params: { fire_at: "2026-03-27T13:00:00Z" } },
  ];
  const answers = await answersTo(lines.map((line) => JSON.stringify(line)).join("\n"));
  assertEquals(answers.map((answer) => JSON.parse(answer)), [
    {
      occurrences: [13, 14, 15, 16, 17].map((hour) => `2026-03-27T${hour}:00:00.000Z`),
      description: "Every hour, counted from 2026-03-27T12:00:00Z",
      warnings: [],
    },
    {
      occurrences: ["2026-01-01T09:00:00.000Z"],
      description: "At 09:00 every day in UTC",
      warnings: [],
    },
    {
      occurrences: ["2026-02-01T00:30:00.000Z", "2026-02-01T01:30:00.000Z"],
      description: "Every hour, counted from 2026-01-01T00:30:00Z",
      warnings: [],
    },
    {
      occurrences: ["2026-03-27T13:00:00.000Z"],
      description: "Once at 2026-03-27T13:00:00Z",
      warnings: [],
    },
  ]);
});

Deno.test("A batch has the warnings of the rule", async () => {
  const answer = await answerTo({ trigger_params: { expression: "0 0 31 4,5 *", colour: "red" } });
  assertEquals(answer["warnings"], [
    'Ignored unknown members ["colour"]',
    "Day 31 does not exist in April: no run for it there " +
    '(the last day of any month is "L")',
  ]);
});

Deno.test("A batch tells when jittered occurrences fire, where a rule id is given", async () => {
  const trigger_params = { interval: 60, jitter_seconds: 30, anchor: "2026-01-01T00:00:00Z" };
  const { occurrences, fires_at } = await answerTo({ trigger_params, rule_id: 7 });
  assertEquals([occurrences, fires_at], [
    [1, 2, 3, 4, 5].map((minute) => `2026-03-27T12:0${minute}:00.000Z`),
    // Written down, for every sensor has to agree on them, of whatever version.
    ["01:05.762", "02:18.868", "03:14.489", "04:14.469", "05:19.969"].map((time) =>
      `2026-03-27T12:${time}Z`
    ),
  ]);
  assert(!("fires_at" in await answerTo({ trigger_params })), "without a rule id");
  const steady = { interval: 60 };
  assert(!("fires_at" in await answerTo({ trigger_params: steady, rule_id: 7 })), "without jitter");
});

const badLines: readonly (readonly [line: string, error: string])[] = [
  [
    "",
    'Line "" is no JSON object, expected "trigger_ref", "trigger_params", "created", "after", "count" or "rule_id" in one',
  ],
  ["{", 'Line "{" is no JSON object'],
  ["[]", 'Line "[]" is no JSON object'],
  ["null", 'Line "null" is no JSON object'],
  ["{}", "trigger_params: missing, expected a JSON object"],
  ['{"trigger_params":[]}', "trigger_params: [] is not allowed, expected a JSON object"],
  ['{"trigger_params":{},"cuont":1}', 'Unknown member "cuont": did you mean "count"?'],
  ['{"trigger_params":{},"colour":1}', 'Unknown member "colour": expected "trigger_ref", '],
  [
    '{"trigger_params":{},"count":0}',
    "count: 0 is not allowed, expected a whole number from 1 to 1000",
  ],
  ['{"trigger_params":{},"count":1001}', "count: 1001 is not allowed"],
  [
    '{"trigger_params":{},"after":"now"}',
    'after: "now" is not allowed, expected an RFC 3339 date-time',
  ],
  [
    '{"trigger_params":{},"created":5}',
    "created: 5 is not allowed, expected an RFC 3339 date-time",
  ],
  [
    '{"trigger_params":{},"rule_id":0}',
    "rule_id: 0 is not allowed, expected a whole number of at least 1",
  ],
  ['{"trigger_params":{},"trigger_ref":"core.http"}', 'trigger_ref: "core.http" is not allowed'],
  [
    '{"trigger_params":{},"trigger_ref":5}',
    "trigger_ref: 5 is not allowed, expected the trigger's ref",
  ],
  [
    '{"trigger_params":{"interval":0,"unit":"years"}}',
    "interval: 0 is not allowed, expected a whole number of at least 1; unit: ",
  ],
];
for (const [line, error] of badLines) {
  Deno.test(`A batch answers the line ${JSON.stringify(line)} with an error and goes on`, async () => {
    const good = '{"trigger_params":{"interval":5}}';
    const [first = "", second = "", ...more] = await answersTo(`${line}\n${good}\n`);
    assertEquals(Object.keys(JSON.parse(first)), ["error", "line"]);
    assertEquals(JSON.parse(first).line, 1);
    const told: unknown = JSON.parse(first).error;
    assert(typeof told === "string" && told.startsWith(error), String(told));
    assertStringIncludes(second, '"occurrences"');
    assertEquals(more, []);
  });
}

Deno.test("A batch reads lines however they are cut into chunks", async () => {
  const line = '{"trigger_params":{"fire_at":"2026-03-27T13:00:00Z","description":"täglich"}}\n';
  const bytes = ENCODER.encode(line.repeat(3));
  const whole = await answersTo(bytes);
  assertEquals(whole.length, 3);
  for (const size of [1, 7, 61]) {
    const chunks: Uint8Array[] = [];
    for (let i = 0; i < bytes.length; i += size) chunks.push(bytes.subarray(i, i + size));
    assertEquals(await answersTo(...chunks), whole);
  }
  assertEquals(await answersTo(), []);
  assertEquals((await answersTo("\r\n")).length, 1);
});

Deno.test("A batch refuses a line of more than 1 Mi characters without keeping it", async () => {
  const good = '{"trigger_params":{"interval":5}}\n';
  const flood = "x".repeat(300_000);
  const answers = await answersTo(
    good,
    ...Array(10).fill(flood),
    `\n${good}`,
    ...Array(4).fill(flood),
  );
  const error = (line: number) => `{"error":"Line longer than 1048576 characters","line":${line}}`;
  assertEquals([answers.length, answers[1], answers[3]], [4, error(2), error(4)]);
  assertEquals(answers[0], answers[2]);
});

Deno.test("A batch answers a line before the next one comes", async () => {
  const input = new TransformStream<Uint8Array, Uint8Array>();
  const writer = input.writable.getWriter();
  const answers = previewLines(input.readable, () => NOW);
  for (const interval of [5, 6]) {
    const written = writer.write(ENCODER.encode(`{"trigger_params":{"interval":${interval}}}\n`));
    const { value } = await answers.next();
    assertStringIncludes(value?.text ?? "", `Every ${interval} seconds`);
    await written;
  }
  const closed = writer.close();
  assertEquals((await answers.next()).done, true);
  await closed;
});

Deno.test("A preview asks no more of a rule than its count", () => {
  assertEquals(previewed({ interval: 1 }, { count: 1000 }).occurrences.length, 1000);
  const ruleId = RuleId.parse(7);
  const { firesAt, occurrences } = previewed({ interval: 1, jitter_seconds: 600 }, { ruleId });
  for (const [index, at] of occurrences.entries()) {
    const fires = firesAt?.[index] ?? NaN;
    assert(at <= fires && fires < at + 1000, "put off past the next occurrence");
  }
});
