import { assert, assertEquals } from "@std/assert";
import type { TriggerParams } from "../../src/domain/rule.ts";
import { compile } from "../../src/schedule/kinds.ts";
import { START } from "../support/rules.ts";

const DAILY = { freq: "DAILY", dtstart: "2026-01-05T09:00:00Z" };
const LISTS = [
  "by_day",
  "by_month",
  "by_month_day",
  "by_year_day",
  "by_week_no",
  "by_hour",
  "by_minute",
  "by_second",
  "by_set_pos",
  "ex_dates",
  "r_dates",
];

/** What the platform takes for a trigger, and what is meant by it. */
const SAME: readonly (readonly [trigger: string, written: TriggerParams, meant: TriggerParams])[] =
  [
    ...LISTS.map((list) => ["core.rruletimer", { ...DAILY, [list]: [] }, DAILY] as const),
    ["core.rruletimer", { ...DAILY, timezone: "" }, DAILY],
    ["core.rruletimer", { ...DAILY, dtstart: "2026-01-05T09:00:00" }, DAILY],
    ["core.rruletimer", { ...DAILY, dtstart: "2026-01-05T09:00:00", timezone: "" }, DAILY],
    [
      "core.rruletimer",
      { ...DAILY, until: "2026-02-01T00:00:00" },
      { ...DAILY, until: "2026-02-01T00:00:00Z" },
    ],
    [
      "core.crontimer",
      { expression: "0 30 9 * * *", timezone: "" },
      { expression: "0 30 9 * * *" },
    ],
    [
      "core.datetimetimer",
      { fire_at: "2026-06-01T09:00:00" },
      { fire_at: "2026-06-01T09:00:00Z" },
    ],
    [
      "core.datetimetimer",
      { fire_at: "2026-06-01T09:00:00.123456", timezone: "" },
      { fire_at: "2026-06-01T09:00:00.123Z" },
    ],
    ["core.timer", { type: "date_time", fire_at: "2026-06-01T09:00:00" }, {
      type: "date_time",
      fire_at: "2026-06-01T09:00:00Z",
    }],
  ];

function firstThree(trigger: string, params: TriggerParams) {
  const compiled = compile(trigger, params, START);
  assert(compiled.ok, compiled.ok ? "" : compiled.problems.join("; "));
  assertEquals(compiled.warnings, []);
  const instants: (number | null)[] = [];
  for (let at: number | null = START; at !== null && instants.length < 3; instants.push(at)) {
    at = compiled.timer.next(at);
  }
  return instants;
}

for (const [trigger, written, meant] of SAME) {
  Deno.test(`${trigger} ${JSON.stringify(written)} is what is meant by it`, () => {
    assertEquals(firstThree(trigger, written), firstThree(trigger, meant));
  });
}

Deno.test("A one-shot's event says what was written, and that it was UTC", () => {
  const compiled = compile("core.datetimetimer", { fire_at: "2026-06-01T09:00:00" }, START);
  assert(compiled.ok);
  assertEquals(compiled.timer.payload, { fire_at: "2026-06-01T09:00:00", timezone: "UTC" });
});

const REFUSED: readonly (readonly [trigger: string, params: TriggerParams])[] = [
  ["core.crontimer", { expression: "" }],
  ["core.datetimetimer", { fire_at: "" }],
  ["core.datetimetimer", { fire_at: "2026-02-30T09:00:00" }],
  ["core.rruletimer", { ...DAILY, dtstart: "" }],
  ["core.rruletimer", { ...DAILY, freq: "" }],
  ["core.rruletimer", { dtstart: DAILY.dtstart, rule: "" }],
];

for (const [trigger, params] of REFUSED) {
  Deno.test(`${trigger} ${JSON.stringify(params)} says nothing that could be meant`, () => {
    assert(!compile(trigger, params, START).ok);
  });
}
