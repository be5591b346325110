import { assertEquals } from "@std/assert";
import { compile, TIMER_TRIGGERS } from "../../src/schedule/kinds.ts";
import { inspect } from "../../src/schedule/refusal.ts";
import {
  ANCHOR,
  checkRefusals as check,
  meant,
  problemsOf,
  type RefusalRow as Row,
} from "./support.ts";

const INSTANT = 'an RFC 3339 date-time such as "2026-03-01T09:00:00Z"';
const ZONE = 'an IANA time zone such as "Europe/Berlin" or "UTC"';
const WHOLE = "a whole number of at least 1";
const TEMPLATE = " (templates are not filled in here)";
const FIELDS = "a cron expression of 5, 6 or 7 fields";

Deno.test("an interval that is not a whole number of at least 1 is refused", () => {
  check("interval", { type: "interval" }, [
    [undefined, "", WHOLE],
    [0, "0", WHOLE],
    [-0, "0", WHOLE],
    [-5, "-5", WHOLE],
    [0.5, "0.5", WHOLE],
    [1e21, "1e+21", WHOLE],
    [9_007_199_254_740_992, "9007199254740992", WHOLE],
    [NaN, "NaN", WHOLE],
    [Infinity, "Infinity", WHOLE],
    [null, "null", WHOLE],
    [true, "true", WHOLE],
    ["", '""', WHOLE],
    ["5", '"5"', meant(WHOLE, { interval: 5, unit: "seconds" })],
    ["NaN", '"NaN"', WHOLE],
    ["{{ config.every }}", '"{{ config.every }}"', `${WHOLE}${TEMPLATE}`],
    [[5], "[5]", WHOLE],
    [{ seconds: 5 }, '{"seconds":5}', WHOLE],
  ]);
});

Deno.test("an interval of more than 100 years is refused, in the rule's own unit", () => {
  const table: readonly (readonly [string, number])[] = [
    ["seconds", 3_155_760_000],
    ["minute", 52_596_000],
    ["hours", 876_600],
    ["days", 36_525],
  ];
  for (const [unit, max] of table) {
    const allowed = `a whole number from 1 to ${max} (100 years)`;
    check("interval", { type: "interval", unit }, [
      [max + 1, `${max + 1}`, allowed],
      [Number.MAX_SAFE_INTEGER, "9007199254740991", allowed],
    ]);
  }
  check("interval_seconds", { type: "interval" }, [
    [3_155_760_001, "3155760001", "a whole number from 1 to 3155760000 (100 years)"],
    [0, "0", WHOLE],
    ["60", '"60"', meant(WHOLE, 60)],
  ]);
});

Deno.test("a unit that is none is refused", () => {
  const allowed = '"seconds", "minutes", "hours" or "days"';
  check("unit", { type: "interval", interval: 5 }, [
    ["weeks", '"weeks"', meant(allowed, { interval: 35, unit: "days" })],
    ["Seconds", '"Seconds"', meant(allowed, { interval: 5, unit: "seconds" })],
    ["", '""', allowed],
    ["toString", '"toString"', allowed],
    [60, "60", allowed],
    [null, "null", allowed],
    ["{{ unit }}", '"{{ unit }}"', `${allowed}${TEMPLATE}`],
  ]);
});

Deno.test("interval and interval_seconds exclude each other, which is said but once", () => {
  for (const seconds of [60, 4_000_000_000]) {
    assertEquals(problemsOf({ type: "interval", interval: 5, interval_seconds: seconds }), [
      `interval_seconds: ${seconds} is not allowed, expected either interval or interval_seconds`,
    ]);
  }
});

Deno.test("a type that is none is refused", () => {
  const allowed = '"interval", "cron", "date_time" or "rrule"';
  check("type", {}, [
    [undefined, "", allowed],
    ["sometimes", '"sometimes"', allowed],
    ["constructor", '"constructor"', allowed],
    [null, "null", allowed],
    [1, "1", allowed],
    ["{{ type }}", '"{{ type }}"', `${allowed}${TEMPLATE}`],
  ]);
});

Deno.test("a trigger that is none of ours is refused", () => {
  for (const trigger of ["core.webhook", "", "core.timers", "toString"]) {
    assertEquals(problemsOf({ interval: 5 }, trigger), [
      `trigger_ref: "${trigger}" is not allowed, expected "core.timer", "core.intervaltimer", ` +
      '"core.crontimer", "core.datetimetimer" or "core.rruletimer"',
    ]);
  }
});

Deno.test("a time zone that IANA does not know is refused", () => {
  check("timezone", { type: "cron", expression: "@daily" }, [
    ["Mars/Olympus", '"Mars/Olympus"', ZONE],
    ["+01:00", '"+01:00"', `${ZONE}: did you mean "Etc/GMT-1"?`],
    ["UTC+1", '"UTC+1"', `${ZONE}: did you mean "Etc/GMT-1"?`],
    ["PDT", '"PDT"', `${ZONE}: did you mean "America/Los_Angeles"?`],
    ["new york", '"new york"', `${ZONE}: did you mean "America/New_York"?`],
    ["Europe/Berln", '"Europe/Berln"', `${ZONE}: did you mean "Europe/Berlin"?`],
    ["CEST", '"CEST"', ZONE],
    ["Z", '"Z"', ZONE],
    [" UTC", '" UTC"', `${ZONE}: did you mean "UTC"?`],
    ["local", '"local"', ZONE],
    ["2026-01-01T00:00[Europe/Berlin]", '"2026-01-01T00:00[Europe/Berlin]"', ZONE],
    [null, "null", ZONE],
    [2, "2", ZONE],
    ["{{ tz }}", '"{{ tz }}"', `${ZONE}${TEMPLATE}`],
  ]);
});

Deno.test("a fire_at that is no RFC 3339 date-time is refused", () => {
  check("fire_at", { type: "date_time" }, [
    [undefined, "", INSTANT],
    ["2026-02-30T09:00:00Z", '"2026-02-30T09:00:00Z"', INSTANT],
    ["2026-13-01T09:00:00Z", '"2026-13-01T09:00:00Z"', INSTANT],
    ["2026-03-01T24:00:00Z", '"2026-03-01T24:00:00Z"', meant(INSTANT, "2026-03-02T00:00:00Z")],
    ["2026-03-01T09:00:60Z", '"2026-03-01T09:00:60Z"', INSTANT],
    ["2026-03-01T09:00:00+24:00", '"2026-03-01T09:00:00+24:00"', INSTANT],
    ["2026-03-01T09:00Z", '"2026-03-01T09:00Z"', meant(INSTANT, "2026-03-01T09:00:00Z")],
    ["2026-03-01", '"2026-03-01"', meant(INSTANT, "2026-03-01T00:00:00Z")],
    ["tomorrow", '"tomorrow"', INSTANT],
    ["NaN", '"NaN"', INSTANT],
    ["", '""', INSTANT],
    [1_772_355_600_000, "1772355600000", meant(INSTANT, "2026-03-01T09:00:00Z")],
    [null, "null", INSTANT],
    ["{{ event.at }}", '"{{ event.at }}"', `${INSTANT}${TEMPLATE}`],
  ]);
  check("fire_at", { type: "date_time", timezone: "Europe/Berlin", dst_gap: "skip" }, [
    [
      "2026-03-29T02:30:00",
      '"2026-03-29T02:30:00"',
      "a time that the clocks of Europe/Berlin do not leave out",
    ],
    ["2026-02-29T09:00:00", '"2026-02-29T09:00:00"', INSTANT],
  ]);
});

Deno.test("an expression without the right fields is refused", () => {
  const nicknames =
    '"@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight" or "@hourly"';
  check("expression", { type: "cron" }, [
    [undefined, "", FIELDS],
    [5, "5", FIELDS],
    [null, "null", FIELDS],
    ["", '""', "5, 6 or 7 fields, not 0"],
    ["   ", '"   "', "5, 6 or 7 fields, not 0"],
    ["* * * *", '"* * * *"', meant("5, 6 or 7 fields, not 4", "* * * * *")],
    ["* * * * * * * *", '"* * * * * * * *"', "5, 6 or 7 fields, not 8"],
    ["{{ cron }}", '"{{ cron }}"', `5, 6 or 7 fields, not 3${TEMPLATE}`],
    ["@", '"@"', nicknames],
    [
      `${"1,".repeat(130)}1 * * * *`,
      `"${"1,".repeat(38)}...`,
      "at most 256 characters, not 269",
    ],
  ]);
});

Deno.test("a field that is out of range is refused, with what it says and its name", () => {
  const table: readonly (readonly [expression: string, allowed: string, answer?: unknown])[] = [
    ["60 * * * *", '0-59 instead of "60" in the minute field', "0 * * * *"],
    ["-1 * * * *", '0-59 instead of "-1" in the minute field'],
    ["1.5 * * * *", '0-59 instead of "1.5" in the minute field'],
    ["10:30 * * * *", '0-59 instead of "10:30" in the minute field'],
    [", * * * *", '0-59 instead of "" in the minute field'],
    ["1-2-3 * * * *", '0-59 instead of "1-2-3" in the minute field'],
    ["*/5/5 * * * *", '0-59 instead of "*/5/5" in the minute field'],
    ["61 * * * * *", '0-59 instead of "61" in the second field'],
    ["* 24 * * *", '0-23 instead of "24" in the hour field', "* 0 * * *"],
    ["* Mon * * *", '0-23 instead of "Mon" in the hour field'],
    ["* * 0 * *", '1-31, L, L-3, 15W or LW alone instead of "0" in the day of month field'],
    ["* * L-31 * *", '1-31, L, L-3, 15W or LW alone instead of "L-31" in the day of month field'],
    ["* * 1,L-3W * *", '1-31, L, L-3, 15W or LW alone instead of "L-3W" in the day of month field'],
    ["* * 1,LW * *", '1-31, L, L-3, 15W or LW alone instead of "LW" in the day of month field'],
    ["* * 32W * *", '1-31, L, L-3, 15W or LW alone instead of "32W" in the day of month field'],
    ["* * 1-5W * *", '1-31, L, L-3, 15W or LW alone instead of "1-5W" in the day of month field'],
    ["* * 1,2W * *", '"W" days first in the list instead of "1,2W" in the day of month field'],
    ["* * * 13 *", '1-12 or JAN-DEC instead of "13" in the month field'],
    ["* * * janu *", '1-12 or JAN-DEC instead of "janu" in the month field', "* * * JAN *"],
    ["* * * * 8", '0-7, SUN-SAT, 5#3 or 5L instead of "8" in the day of week field'],
    ["* * * * FRI#6", '0-7, SUN-SAT, 5#3 or 5L instead of "FRI#6" in the day of week field'],
    ["* * * * *#1", '0-7, SUN-SAT, 5#3 or 5L instead of "*#1" in the day of week field'],
    ["* * * * L", '0-7, SUN-SAT, 5#3 or 5L instead of "L" in the day of week field', "* * * * SAT"],
    ["* * * * +", '0-7, SUN-SAT, 5#3 or 5L instead of "" in the day of week field'],
    ["* * * * * * 0", '1-9999 instead of "0" in the year field'],
    ["* * * * * * 10000", '1-9999 instead of "10000" in the year field'],
    ["*/0 * * * *", 'a step of 1-59 instead of "*/0" in the minute field'],
    ["* */24 * * *", 'a step of 1-23 instead of "*/24" in the hour field'],
    ["* 1/x * * *", 'a step of 1-23 instead of "1/x" in the hour field'],
    [
      "* * * * * * 2030-2028",
      'a range that runs forwards instead of "2030-2028" in the year field',
    ],
  ];
  const rows = table.map(([expression, allowed, answer]): Row => {
    return [expression, `"${expression}"`, answer === undefined ? allowed : meant(allowed, answer)];
  });
  check("expression", { type: "cron" }, rows);
});

Deno.test("an expression that never fires is refused", () => {
  const expressions = [
    "0 0 30 2 *",
    "0 0 31 4,6,9,11 *",
    "0 0 31W 2 *",
    "0 0 0 29 2 ? 2027",
    "0 0 0 29 2 MON 2100-9999/100",
    "0 0 0 1-6 * MON#2",
    "0 0 LW * +SUN",
    "* * 11W * +MON#3",
  ];
  check(
    "expression",
    { type: "cron" },
    expressions.map((it): Row => [it, `"${it}"`, "a date that exists: this one never fires"]),
  );
});

Deno.test("the options of any kind are refused alike", () => {
  const rest = { type: "interval", interval: 5 };
  const missed = '"latest", "all" or "skip"';
  const jitter = "a whole number from 1 to 86400";
  check("on_missed", rest, [["none", '"none"', missed], [null, "null", missed]]);
  check("jitter_seconds", rest, [
    [0, "0", jitter],
    [1.5, "1.5", jitter],
    [86_401, "86401", jitter],
    ["5", '"5"', meant(jitter, 5)],
  ]);
  check("start_at", rest, [[
    "2026-01-01T00:00:00",
    '"2026-01-01T00:00:00"',
    meant(INSTANT, "2026-01-01T00:00:00Z"),
  ]]);
  check("end_at", rest, [[0, "0", INSTANT]]);
  check("anchor", rest, [["now", '"now"', INSTANT]]);
  check("end_at", { ...rest, start_at: "2026-05-01T00:00:00Z" }, [
    [
      "2026-05-01T00:00:00Z",
      '"2026-05-01T00:00:00Z"',
      'an instant after start_at ("2026-05-01T00:00:00Z")',
    ],
  ]);
});

Deno.test("the options of local time are refused alike", () => {
  const cron = { type: "cron", expression: "@daily" };
  const gap = '"after", "shift" or "skip"';
  check("dst_gap", cron, [["before", '"before"', gap], [true, "true", gap]]);
  check("dst_overlap", cron, [["last", '"last"', '"first", "second" or "both"']]);
  check("day_match", cron, [["xor", '"xor"', '"or" or "and"'], [null, "null", '"or" or "and"']]);
  check("dst_overlap", { type: "date_time", fire_at: "2026-10-25T02:30:00", timezone: "CET" }, [
    ["both", '"both"', '"first" or "second"'],
  ]);
});

Deno.test("values are shown as JSON, shortened to 80 characters", () => {
  const x = (count: number) => "x".repeat(count);
  const table: readonly (readonly [unknown, string])[] = [
    [x(78), `"${x(78)}"`],
    [x(79), `"${x(76)}...`],
    [x(1_000_000), `"${x(76)}...`],
    ['a "b"\n\u0000', '"a \\"b\\"\\n\\u0000"'],
    [[1, "a", null, { b: [] }], '[1,"a",null,{"b":[]}]'],
    [Array(1000).fill(1), `[${"1,".repeat(38)}...`],
    [{ [x(100)]: 1 }, `{"${x(75)}...`],
    [{ a: x(100) }, `{"a":"${x(71)}...`],
    [-1.5e-7, "-1.5e-7"],
  ];
  for (const [value, shown] of table) assertEquals(inspect(value), shown);
});

Deno.test("a value of any depth can be refused", () => {
  let deep: unknown = 1;
  for (let depth = 0; depth < 100_000; depth++) deep = [deep];
  assertEquals(problemsOf({ type: "interval", interval: deep }), [
    `interval: ${"[".repeat(77)}... is not allowed, expected ${WHOLE}`,
  ]);
});

Deno.test("nothing that JSON can say makes compile throw", () => {
  const values: unknown[] = [null, true, 0, -1, 1.5, "", "x", "{{x}}", [], {}, [{}], "2026", 1e300];
  const members = [
    ["type", "interval", "unit", "interval_seconds", "anchor"],
    ["expression", "timezone", "day_match", "fire_at", "dst_gap", "dst_overlap"],
    ["start_at", "end_at", "on_missed", "jitter_seconds", "description"],
    ["rule", "dtstart", "freq", "count", "until", "by_day", "by_month", "by_second", "by_set_pos"],
    ["week_start", "ex_dates"],
  ].flat();
  for (const trigger of TIMER_TRIGGERS) {
    for (const type of ["interval", "cron", "date_time", "rrule", undefined]) {
      for (const member of members) {
        for (const value of values) {
          const compiled = compile(trigger, { type, [member]: value }, ANCHOR);
          if (!compiled.ok) assertEquals(compiled.problems.length > 0, true);
        }
      }
    }
  }
});
