import { assertEquals } from "@std/assert";
import type { TriggerParams } from "../../src/domain/rule.ts";
import { problemsOf, timerOf, warningsOf } from "./support.ts";

const RRULE = { freq: "WEEKLY", dtstart: "2026-01-05T09:00:00Z" };
const CRON = { expression: "0 9 * * *" };
const AT = "2026-05-01T09:00:00Z";

type Row = readonly [params: TriggerParams, member: string, meant: string];

/** What people write, and what they meant. */
const MISSPELT: readonly Row[] = [
  // Slips of the finger, and other ways to write a name.
  [{ interval: 5, units: "minutes" }, "units", '{"unit":"minutes"}'],
  [{ interval: 5, untis: "minutes" }, "untis", '{"unit":"minutes"}'],
  [{ interval: 5, Unit: "minutes" }, "Unit", '{"unit":"minutes"}'],
  [{ intervall: 5 }, "intervall", '{"interval":5}'],
  [{ interval: 5, jitter_second: 9 }, "jitter_second", '{"jitter_seconds":9}'],
  [{ interval: 5, startAt: AT }, "startAt", `{"start_at":"${AT}"}`],
  [{ interval: 5, "on-missed": "all" }, "on-missed", '{"on_missed":"all"}'],
  [{ interval: 5, onMissed: "all" }, "onMissed", '{"on_missed":"all"}'],
  [{ ...CRON, timezon: "Asia/Tokyo" }, "timezon", '{"timezone":"Asia/Tokyo"}'],
  [{ ...CRON, timeZone: "Asia/Tokyo" }, "timeZone", '{"timezone":"Asia/Tokyo"}'],
  [{ ...CRON, time_zone: "Asia/Tokyo" }, "time_zone", '{"timezone":"Asia/Tokyo"}'],
  [{ expresion: "0 9 * * *" }, "expresion", '{"expression":"0 9 * * *"}'],
  [{ ...RRULE, BYDAY: ["MO"] }, "BYDAY", '{"by_day":["MO"]}'],
  [{ ...RRULE, bymonthday: [1] }, "bymonthday", '{"by_month_day":[1]}'],
  [{ ...RRULE, weekstart: "SU" }, "weekstart", '{"week_start":"SU"}'],
  // Other schedulers' names.
  [{ type: "interval", every: 5 }, "every", '{"interval":5}'],
  [{ every: "5m" }, "every", '{"interval":5,"unit":"minutes"}'],
  [{ every: "PT1H30M" }, "every", '{"interval":90,"unit":"minutes"}'],
  [{ rate: "5 minutes" }, "rate", '{"interval":5,"unit":"minutes"}'],
  [{ seconds: 30 }, "seconds", '{"interval":30,"unit":"seconds"}'],
  [{ minutes: 5 }, "minutes", '{"interval":5,"unit":"minutes"}'],
  [{ weeks: 2 }, "weeks", '{"interval":14,"unit":"days"}'],
  [{ type: "interval", milliseconds: 5000 }, "milliseconds", '{"interval":5,"unit":"seconds"}'],
  [
    { type: "interval", interval_minutes: 5 },
    "interval_minutes",
    '{"interval":5,"unit":"minutes"}',
  ],
  [{ type: "interval", fixedRate: 5000 }, "fixedRate", '{"interval":5,"unit":"seconds"}'],
  [{ unit: "hours", delta: 2 }, "delta", '{"interval":2}'],
  [{ interval: 5, until: AT }, "until", `{"end_at":"${AT}"}`],
  [{ interval: 5, start_date: AT }, "start_date", `{"start_at":"${AT}"}`],
  [{ interval: 5, splay: 30 }, "splay", '{"jitter_seconds":30}'],
  [{ interval: 5, catchup: false }, "catchup", '{"on_missed":false}'],
  [{ cron: "0 9 * * *" }, "cron", '{"expression":"0 9 * * *"}'],
  [{ schedule: "0 9 * * *" }, "schedule", '{"expression":"0 9 * * *"}'],
  [{ cronExpression: "0 9 * * *" }, "cronExpression", '{"expression":"0 9 * * *"}'],
  [{ ...CRON, tz: "Asia/Tokyo" }, "tz", '{"timezone":"Asia/Tokyo"}'],
  [{ ...CRON, CRON_TZ: "Asia/Tokyo" }, "CRON_TZ", '{"timezone":"Asia/Tokyo"}'],
  [{ hour: 9 }, "hour", '{"expression":"0 9 * * *"}'],
  [{ day_of_week: "mon-fri" }, "day_of_week", '{"expression":"0 0 * * mon-fri"}'],
  [{ type: "date_time", at: AT }, "at", `{"fire_at":"${AT}"}`],
  [{ run_date: AT }, "run_date", `{"fire_at":"${AT}"}`],
  [{ fire_at: AT, tz: "Asia/Tokyo" }, "tz", '{"timezone":"Asia/Tokyo"}'],
  [{ ...RRULE, byday: "MO, WE" }, "byday", '{"by_day":["MO","WE"]}'],
  [{ ...RRULE, byweekday: ["MO"] }, "byweekday", '{"by_day":["MO"]}'],
  [{ ...RRULE, byhour: 9 }, "byhour", '{"by_hour":[9]}'],
  [{ ...RRULE, exdate: [AT] }, "exdate", `{"ex_dates":["${AT}"]}`],
  [{ ...RRULE, until_date: AT }, "until_date", `{"until":"${AT}"}`],
  [{ ...RRULE, tzid: "Asia/Tokyo" }, "tzid", '{"timezone":"Asia/Tokyo"}'],
  [{ ...RRULE, wkst: "SU" }, "wkst", '{"week_start":"SU"}'],
  [{ freq: "DAILY", start: AT }, "start", `{"dtstart":"${AT}"}`],
  [{ dtstart: AT, frequency: "DAILY" }, "frequency", '{"freq":"DAILY"}'],
  [{ dtstart: AT, rrule: "FREQ=DAILY" }, "rrule", '{"rule":"FREQ=DAILY"}'],
  [{ kind: "interval", interval: 5 }, "kind", '{"type":"interval"}'],
];

for (const [params, member, meant] of MISSPELT) {
  Deno.test(`${JSON.stringify(params)} is refused, and ${meant} is said to be meant`, () => {
    assertEquals(problemsOf(params), [`${member}: unknown parameter, did you mean ${meant}?`]);
  });
}

Deno.test("The fields of a cron expression that stand one by one are put together", () => {
  const expressions: readonly (readonly [TriggerParams, string])[] = [
    [{ hour: 9, minute: 30 }, "30 9 * * *"],
    [{ minute: "*/5" }, "*/5 * * * *"],
    [{ day: 1 }, "0 0 1 * *"],
    [{ hour: "9,17", day_of_week: "mon, fri" }, "0 9,17 * * mon,fri"],
    [{ hour: 9, minute: 0, second: 30 }, "30 0 9 * * *"],
    [{ year: 2027, month: 1 }, "0 0 0 1 1 * 2027"],
    // Some count from Monday: no guess.
    [{ hour: 8, day_of_week: 0 }, "0 9 * * *"],
  ];
  for (const [params, expression] of expressions) {
    const [first] = problemsOf(params, "core.crontimer");
    const meant = `did you mean ${JSON.stringify({ expression })}?`;
    assertEquals(first, `${Object.keys(params)[0]}: unknown parameter, ${meant}`);
  }
});

Deno.test("interval_seconds is the seconds of an interval under any trigger, and never passed over", () => {
  for (const params of [{ interval_seconds: 60 }, { interval: 5, interval_seconds: 60 }]) {
    assertEquals(problemsOf(params, "core.intervaltimer"), [
      'interval_seconds: unknown parameter, did you mean {"interval":60,"unit":"seconds"}?',
    ]);
  }
});

Deno.test("What else is wrong is told with it, but not that what was meant is missing", () => {
  assertEquals(problemsOf({ cron: "0 9 * * *", tz: "UTC", dst_gap: "no" }), [
    'dst_gap: "no" is not allowed, expected "after", "shift" or "skip"',
    'cron: unknown parameter, did you mean {"expression":"0 9 * * *"}?',
    'tz: unknown parameter, did you mean {"timezone":"UTC"}?',
  ]);
});

Deno.test("Notes of people and programs are warned about in one line, and change nothing", () => {
  const notes =
    "name note notes label owner author comment tags id ref colour data state enabled " +
    "version priority timeout url team purpose ticket descripton";
  const members = notes.split(" ");
  const extra = Object.fromEntries(members.map((member) => [member, "x"]));
  for (const params of [{ interval: 5 }, CRON, RRULE, { fire_at: AT }]) {
    for (const member of members) {
      assertEquals(warningsOf({ ...params, [member]: 1 }), [
        `Ignored unknown members ["${member}"]`,
      ]);
    }
    assertEquals(timerOf({ ...params, ...extra }).key, timerOf(params).key);
  }
});

Deno.test("Another name for a type is answered with the type", () => {
  const types = {
    cron: ["Cron", "crontab", "core.crontimer", "cron_job"],
    interval: ["intervals", "every", "core.intervaltimer", "Interval"],
    date_time: ["datetime", "one_shot", "once", "date", "core.datetimetimer", "DateTime"],
    rrule: ["recurrence", "RRULE", "core.rruletimer", "rule"],
  };
  for (const [meant, written] of Object.entries(types)) {
    for (const type of written) {
      assertEquals(problemsOf({ type }), [
        `type: "${type}" is not allowed, expected "interval", "cron", "date_time" or "rrule": ` +
        `did you mean "${meant}"?`,
      ]);
    }
  }
});

Deno.test("Of thousands of unknown members the first hundred are judged, however long they are", () => {
  const long = "x".repeat(100_000);
  const params = Object.fromEntries(
    Array.from(
      { length: 20_000 },
      (_, n) => [n === 0 ? long : `unit${String.fromCharCode(9e3 + n)}`, n],
    ),
  );
  assertEquals(problemsOf({ ...params, interval: 5 }).length, 99);
});
