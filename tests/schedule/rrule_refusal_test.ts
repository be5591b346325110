import { assertEquals } from "@std/assert";
import { compile } from "../../src/schedule/kinds.ts";
import { checkRefusals, meant, problemsOf, type RefusalRow } from "./support.ts";

const INSTANT = 'an RFC 3339 date-time such as "2026-03-01T09:00:00Z"';
const TEMPLATE = " (templates are not filled in here)";
const WHOLE = "a whole number of at least 1";
const FREQUENCIES = '"SECONDLY", "MINUTELY", "HOURLY", "DAILY", "WEEKLY", "MONTHLY" or "YEARLY"';
const WEEKDAYS = 'weekdays such as "MO", "2TU" or "-1FR"';
const NEVER = "a rule with an occurrence: this one never fires";
const DTSTART = "2026-01-05T09:00:00Z";
const BASE = { type: "rrule", dtstart: DTSTART };

/** Rows of rules as text, which are short enough to be shown whole. */
function rulesOf(table: readonly (readonly [rule: string, allowed: string])[]): RefusalRow[] {
  return table.map(([rule, allowed]) => [rule, JSON.stringify(rule), allowed]);
}

Deno.test("a dtstart that is no instant is refused", () => {
  checkRefusals("dtstart", { type: "rrule", freq: "DAILY" }, [
    [undefined, "", INSTANT],
    ["2026-01-05", '"2026-01-05"', meant(INSTANT, "2026-01-05T00:00:00Z")],
    ["20260105T090000Z", '"20260105T090000Z"', meant(INSTANT, DTSTART)],
    ["2026-02-30T09:00:00Z", '"2026-02-30T09:00:00Z"', INSTANT],
    ["NaN", '"NaN"', INSTANT],
    [1_767_603_600_000, "1767603600000", meant(INSTANT, DTSTART)],
    [null, "null", INSTANT],
    ["{{ now }}", '"{{ now }}"', `${INSTANT}${TEMPLATE}`],
  ]);
});

Deno.test("a freq that is none is refused", () => {
  checkRefusals("freq", BASE, [
    [undefined, "", FREQUENCIES],
    ["FORTNIGHTLY", '"FORTNIGHTLY"', FREQUENCIES],
    ["", '""', FREQUENCIES],
    ["DAILY ", '"DAILY "', `${FREQUENCIES}: did you mean "DAILY"?`],
    ["day", '"day"', `${FREQUENCIES}: did you mean "DAILY"?`],
    ["hours", '"hours"', `${FREQUENCIES}: did you mean "HOURLY"?`],
    ["WEEKY", '"WEEKY"', `${FREQUENCIES}: did you mean "WEEKLY"?`],
    [1, "1", FREQUENCIES],
    [null, "null", FREQUENCIES],
    [["DAILY"], '["DAILY"]', FREQUENCIES],
    ["{{ freq }}", '"{{ freq }}"', `${FREQUENCIES}${TEMPLATE}`],
  ]);
});

Deno.test("an interval or a count that is not a whole number of at least 1 is refused", () => {
  for (const member of ["interval", "count"]) {
    checkRefusals(member, { ...BASE, freq: "DAILY" }, [
      [0, "0", WHOLE],
      [-1, "-1", WHOLE],
      [1.5, "1.5", WHOLE],
      [1e308, "1e+308", WHOLE],
      ["2", '"2"', meant(WHOLE, 2)],
      ["NaN", '"NaN"', WHOLE],
      [null, "null", WHOLE],
      [[2], "[2]", WHOLE],
    ]);
  }
});

Deno.test("an interval of more than 100 years is refused, in the unit of the rule", () => {
  const table: readonly (readonly [string, number])[] = [
    ["SECONDLY", 3_155_760_000],
    ["MINUTELY", 52_596_000],
    ["HOURLY", 876_600],
    ["DAILY", 36_525],
    ["WEEKLY", 5217],
    ["MONTHLY", 1200],
    ["YEARLY", 100],
  ];
  for (const [freq, max] of table) {
    const allowed = `a whole number from 1 to ${max} (100 years)`;
    checkRefusals("interval", { ...BASE, freq }, [[max + 1, `${max + 1}`, allowed]]);
    assertEquals(compile("core.timer", { ...BASE, freq, interval: max }, 0).ok, true);
  }
});

Deno.test("a list that has something out of range is refused", () => {
  const table: readonly (readonly [member: string, allowed: string, wrong: readonly number[]])[] = [
    ["by_month", "whole numbers from 1 to 12", [0, 13, -1]],
    ["by_hour", "whole numbers from 0 to 23", [24, -1]],
    ["by_minute", "whole numbers from 0 to 59", [60]],
    ["by_second", "whole numbers from 0 to 60", [61]],
    ["by_month_day", "whole numbers from 1 to 31 or -31 to -1", [0, 32, -32]],
    ["by_year_day", "whole numbers from 1 to 366 or -366 to -1", [0, 367, -367]],
    ["by_week_no", "whole numbers from 1 to 53 or -53 to -1", [0, 54, -54]],
    ["by_set_pos", "whole numbers from 1 to 366 or -366 to -1", [0, 367, -367]],
  ];
  for (const [member, allowed, wrong] of table) {
    checkRefusals(member, { ...BASE, freq: "YEARLY", by_day: ["MO"] }, [
      ...wrong.map((it): RefusalRow => [[1, it], `[1,${it}]`, allowed]),
      [[1.5], "[1.5]", allowed],
      [["1"], '["1"]', `${allowed}: did you mean [1]?`],
      [[null], "[null]", allowed],
      [1, "1", `${allowed}: did you mean [1]?`],
      ["1, 2", '"1, 2"', `${allowed}: did you mean [1,2]?`],
      [null, "null", allowed],
      ["{{ x }}", '"{{ x }}"', `${allowed}${TEMPLATE}`],
      [Array(1001).fill(1), `[${"1,".repeat(38)}...`, "at most 1000 items"],
    ]);
  }
});

Deno.test("weekdays that are none are refused", () => {
  checkRefusals("by_day", { ...BASE, freq: "MONTHLY" }, [
    [["XX"], '["XX"]', WEEKDAYS],
    [["MON"], '["MON"]', `${WEEKDAYS}: did you mean ["MO"]?`],
    [
      ["Monday", "TU", "-1fri"],
      '["Monday","TU","-1fri"]',
      `${WEEKDAYS}: did you mean ["MO","TU","-1FR"]?`,
    ],
    [["mon#1"], '["mon#1"]', `${WEEKDAYS}: did you mean ["1MO"]?`],
    [["0MO"], '["0MO"]', WEEKDAYS],
    [["54MO"], '["54MO"]', WEEKDAYS],
    [["--1MO"], '["--1MO"]', WEEKDAYS],
    [["1.5MO"], '["1.5MO"]', WEEKDAYS],
    [["MO", 2], '["MO",2]', WEEKDAYS],
    [["MO,TU"], '["MO,TU"]', WEEKDAYS],
    ["MO", '"MO"', `${WEEKDAYS}: did you mean ["MO"]?`],
    ["MO, TUE", '"MO, TUE"', `${WEEKDAYS}: did you mean ["MO","TU"]?`],
    [null, "null", WEEKDAYS],
  ]);
  checkRefusals("week_start", { ...BASE, freq: "WEEKLY" }, [
    [
      "MONDAY",
      '"MONDAY"',
      '"SU", "MO", "TU", "WE", "TH", "FR" or "SA": did you mean "MO"?',
    ],
    [1, "1", '"SU", "MO", "TU", "WE", "TH", "FR" or "SA"'],
  ]);
});

Deno.test("members that RFC 5545 does not allow together are refused", () => {
  const weekNo = "none unless freq is YEARLY";
  const yearDay = "none when freq is DAILY, WEEKLY or MONTHLY";
  const ordinal = "no numbers unless freq is MONTHLY, or YEARLY without by_week_no";
  for (const freq of ["DAILY", "WEEKLY", "MONTHLY"]) {
    checkRefusals("by_week_no", { ...BASE, freq }, [[[20], "[20]", weekNo]]);
    checkRefusals("by_year_day", { ...BASE, freq }, [[[20], "[20]", yearDay]]);
  }
  for (const freq of ["SECONDLY", "HOURLY", "DAILY", "WEEKLY"]) {
    checkRefusals("by_day", { ...BASE, freq }, [[["TU", "1MO"], '["TU","1MO"]', ordinal]]);
  }
  checkRefusals("by_day", { ...BASE, freq: "YEARLY", by_week_no: [1] }, [
    [["-1MO"], '["-1MO"]', ordinal],
  ]);
  checkRefusals("by_month_day", { ...BASE, freq: "WEEKLY" }, [
    [[1], "[1]", "none when freq is WEEKLY"],
  ]);
  checkRefusals("by_set_pos", { ...BASE, freq: "MONTHLY" }, [
    [[1], "[1]", "none without another BY part"],
  ]);
  checkRefusals("count", { ...BASE, freq: "DAILY", until: "2027-01-01T00:00:00Z" }, [
    [3, "3", "either count or until"],
  ]);
});

Deno.test("an until that is no instant, or lies before dtstart, is refused", () => {
  const before = 'an end not before dtstart ("2026-01-05T09:00:00.000Z")';
  checkRefusals("until", { ...BASE, freq: "DAILY" }, [
    ["2027-01-01", '"2027-01-01"', meant(INSTANT, "2027-01-01T00:00:00Z")],
    ["20270101T000000Z", '"20270101T000000Z"', meant(INSTANT, "2027-01-01T00:00:00Z")],
    [null, "null", INSTANT],
    [0, "0", INSTANT],
    ["2026-01-05T08:59:59Z", '"2026-01-05T08:59:59Z"', before],
  ]);
  checkRefusals("rule", BASE, rulesOf([["FREQ=DAILY;UNTIL=20260104", before]]));
});

Deno.test("ex_dates and r_dates that are none, or leave nothing, are refused", () => {
  for (const member of ["ex_dates", "r_dates"]) {
    checkRefusals(member, { ...BASE, rule: "FREQ=DAILY;COUNT=1" }, [
      [["2026-01-05"], '["2026-01-05"]', "RFC 3339 date-times"],
      [[DTSTART, null], `["${DTSTART}",null]`, "RFC 3339 date-times"],
      [DTSTART, `"${DTSTART}"`, `RFC 3339 date-times: did you mean ["${DTSTART}"]?`],
      [null, "null", "RFC 3339 date-times"],
    ]);
  }
  checkRefusals("ex_dates", { ...BASE, rule: "FREQ=DAILY;COUNT=1" }, [
    [[DTSTART], `["${DTSTART}"]`, "instants that leave an occurrence"],
  ]);
});

Deno.test("a rule that is not written as RFC 5545 has it is refused", () => {
  const part = (text: string) => `parts such as "FREQ=DAILY" instead of ${JSON.stringify(text)}`;
  const known = '"FREQ", "INTERVAL", "COUNT", "UNTIL", "BYMONTH", "BYWEEKNO", "BYYEARDAY", ' +
    '"BYMONTHDAY", "BYDAY", "BYHOUR", "BYMINUTE", "BYSECOND", "BYSETPOS" or "WKST"';
  checkRefusals("rule", BASE, [
    [5, "5", 'a rule such as "FREQ=WEEKLY;BYDAY=MO"'],
    [null, "null", 'a rule such as "FREQ=WEEKLY;BYDAY=MO"'],
    ["{{ rule }}", '"{{ rule }}"', `${part("{{ rule }}")}${TEMPLATE}`],
    [
      `FREQ=DAILY;BYMONTH=${"1,".repeat(1020)}1`,
      `"FREQ=DAILY;BYMONTH=${"1,".repeat(28)}1...`,
      "at most 2048 characters, not 2060",
    ],
    ...rulesOf([
      ["", part("")],
      ["RRULE:", part("")],
      ["DAILY", part("DAILY")],
      ["FREQ", part("FREQ")],
      ["FREQ=DAILY;;COUNT=2", part("")],
      ["FREQ==DAILY", part("FREQ==DAILY")],
      ["FREQ=DAILY;BYHOR=9", `${known} instead of "BYHOR": did you mean "BYHOUR"?`],
      ["FREQ=DAILY;BYWEEKDAY=MO", `${known} instead of "BYWEEKDAY": did you mean "BYDAY"?`],
      ["FREQ=DAILY;RSCALE=GREGORIAN", `${known} instead of "RSCALE"`],
      ["FREQ=DAILY;FREQ=WEEKLY", "FREQ once"],
      ["FREQ=DAILY;BYHOUR=1;byhour=2", "BYHOUR once"],
      ["COUNT=3", `${FREQUENCIES} instead of "" in FREQ`],
      ["FREQ=", `${FREQUENCIES} instead of "" in FREQ`],
      ["FREQ=WEEK", `${FREQUENCIES} instead of "WEEK" in FREQ: did you mean "WEEKLY"?`],
      ["FREQ=WEEKLY;BYDAY=MON", `${WEEKDAYS} instead of "MON" in BYDAY: did you mean "MO"?`],
      [
        "FREQ=MONTHLY;BYDAY=Tue#2,-1Friday",
        `${WEEKDAYS} instead of "Tue#2,-1Friday" in BYDAY: did you mean "2TU,-1FR"?`,
      ],
      [
        "FREQ=YEARLY;BYMONTH=JAN,June",
        'whole numbers from 1 to 12 instead of "JAN,June" in BYMONTH: did you mean "1,6"?',
      ],
      [
        "FREQ=WEEKLY;WKST=Monday",
        '"SU", "MO", "TU", "WE", "TH", "FR" or "SA" instead of "Monday" in WKST: did you mean "MO"?',
      ],
      ["FREQ=DAILY;INTERVAL=0", `${WHOLE} instead of "0" in INTERVAL`],
      ["FREQ=DAILY;INTERVAL=1e3", `${WHOLE} instead of "1e3" in INTERVAL`],
      ["FREQ=DAILY;COUNT=-5", `${WHOLE} instead of "-5" in COUNT`],
      ["FREQ=DAILY;COUNT=3;UNTIL=20270101", "either count or until"],
      ["FREQ=DAILY;BYMONTH=13", 'whole numbers from 1 to 12 instead of "13" in BYMONTH'],
      ["FREQ=DAILY;BYHOUR=9,", 'whole numbers from 0 to 23 instead of "9," in BYHOUR'],
      ["FREQ=WEEKLY;BYDAY=", `${WEEKDAYS} instead of "" in BYDAY`],
      ["FREQ=MONTHLY;BYWEEKNO=1", 'none unless freq is YEARLY instead of "1" in BYWEEKNO'],
      ["FREQ=DAILY;BYSETPOS=1", 'none without another BY part instead of "1" in BYSETPOS'],
      [
        "FREQ=DAILY;UNTIL=20270230",
        'a time such as 20261231T235959Z instead of "20270230" in UNTIL',
      ],
      [
        "FREQ=DAILY;UNTIL=2027-02-01",
        'a time such as 20261231T235959Z instead of "2027-02-01" in UNTIL',
      ],
      [
        "FREQ=DAILY;UNTIL=20270201T250000Z",
        'a time such as 20261231T235959Z instead of "20270201T250000Z" in UNTIL',
      ],
      [
        "FREQ=YEARLY;INTERVAL=101",
        'a whole number from 1 to 100 (100 years) instead of "101" in INTERVAL',
      ],
    ]),
  ]);
});

Deno.test("a rule that never fires is refused", () => {
  const rules = [
    "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
    "FREQ=YEARLY;BYYEARDAY=366;BYMONTH=1",
    "FREQ=YEARLY;BYWEEKNO=20;BYMONTH=1",
    "FREQ=YEARLY;BYDAY=53MO;BYMONTH=12",
    "FREQ=MONTHLY;BYDAY=6MO",
    "FREQ=MONTHLY;BYDAY=1MO;BYMONTHDAY=8",
    "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=6",
    "FREQ=WEEKLY;BYDAY=MO,TU;BYSETPOS=3",
    "FREQ=DAILY;BYHOUR=9;BYSETPOS=2",
    "FREQ=DAILY;INTERVAL=7;BYDAY=TU",
    "FREQ=HOURLY;INTERVAL=2;BYHOUR=0,2,4",
    "FREQ=HOURLY;INTERVAL=168;BYDAY=TU,WE,TH,FR,SA,SU",
    "FREQ=MINUTELY;INTERVAL=60;BYMINUTE=1",
    "FREQ=SECONDLY;INTERVAL=2;BYSECOND=1,3,5,7,9",
    "FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30",
    "FREQ=DAILY;BYHOUR=8;UNTIL=20260105",
  ];
  checkRefusals("rule", BASE, rulesOf(rules.map((rule) => [rule, NEVER])));
  checkRefusals("freq", { ...BASE, by_month: [4], by_month_day: [31] }, [
    ["YEARLY", '"YEARLY"', NEVER],
  ]);
  // In a gap each year, and left out.
  checkRefusals(
    "rule",
    { ...BASE, timezone: "Europe/Berlin", dst_gap: "skip" },
    rulesOf([["FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU;BYHOUR=2;BYMINUTE=30", NEVER]]),
  );
});

Deno.test("a COUNT that takes too long to count is refused", () => {
  const size = "a count of at most 5000, or until, where there is more than freq and interval";
  const span = "a count that is reached within 250 years, or until";
  checkRefusals(
    "rule",
    BASE,
    rulesOf([
      ["FREQ=DAILY;COUNT=5001", size],
      ["FREQ=MINUTELY;BYHOUR=9;COUNT=1000000", size],
      ["FREQ=YEARLY;COUNT=252", span],
      ["FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;COUNT=80", span],
      ["FREQ=SECONDLY;INTERVAL=86399;BYHOUR=0;BYMINUTE=0;BYSECOND=0;COUNT=4", span],
    ]),
  );
  checkRefusals("count", { ...BASE, freq: "DAILY" }, [[5001, "5001", size]]);
});

Deno.test("problems of a rule are told beside those of its other members", () => {
  assertEquals(problemsOf({ type: "rrule", rule: "FREQ=DAILY;BYHOUR=25", timezone: "Mars" }), [
    `dtstart: missing, expected ${INSTANT}, or a DTSTART in rule`,
    'timezone: "Mars" is not allowed, expected an IANA time zone such as "Europe/Berlin" or "UTC"',
    'rule: "FREQ=DAILY;BYHOUR=25" is not allowed, expected whole numbers from 0 to 23 instead of ' +
    '"25" in BYHOUR',
  ]);
});
