import { assert, assertEquals } from "@std/assert";
import type { TriggerParams } from "../../src/domain/rule.ts";
import { describe } from "../../src/schedule/describe.ts";
import { listOf, ordinal } from "../../src/words/calendar.ts";
import { timerOf } from "./support.ts";

const cronSentences: readonly (readonly [expression: string, sentence: string])[] = [
  // A pace.
  ["* * * * *", "Every minute"],
  ["* * * * * *", "Every second"],
  ["*/5 * * * * *", "Every 5 seconds"],
  ["*/10 * * * *", "Every 10 minutes"],
  ["0 * * * *", "Every hour"],
  ["@hourly", "Every hour"],
  ["0 */2 * * *", "Every 2 hours from 00:00"],
  ["*/10 9-17 * * *", "Every 10 minutes from 09:00 through 17:59"],
  [
    "*/15 9-11,14 * * *",
    "Every 15 minutes from 09:00 through 11:59 and 14:00 through 14:59",
  ],
  ["* 9 * * *", "Every minute from 09:00 through 09:59"],
  ["* 1/2 * * *", "Every minute of every 2nd hour from 01 to 23"],
  // No pace: it starts anew every hour, minute or day.
  ["*/7 * * * *", "At every 7th minute from 0 to 56 of every hour"],
  ["5/10 * * * *", "At every 10th minute from 5 to 55 of every hour"],
  ["30 * * * *", "At minute 30 of every hour"],
  ["0,30 * * * *", "At minutes 0 and 30 of every hour"],
  ["1,2,3,40 * * * *", "At minutes 1 through 3 and 40 of every hour"],
  ["30 */2 * * *", "At minute 30 of every 2nd hour from 00 to 22"],
  ["0 9-17 * * *", "At minute 0 of hours 09 through 17"],
  ["30 * * * * *", "At second 30 of every minute"],
  ["30 */10 * * * *", "At second 30 of every 10th minute from 0 to 50 of every hour"],
  ["* 0-9 * * * *", "Every second of minutes 0 through 9 of every hour"],
  ["*/7 * 9-17 * * *", "At every 7th second from 0 to 56 of every minute from 09:00 through 17:59"],
  // Times of day.
  ["0 0 * * *", "At 00:00 every day"],
  ["@daily", "At 00:00 every day"],
  ["30 9 * * 1-5", "At 09:30 on Monday through Friday"],
  ["0 9,17 * * *", "At 09:00 and 17:00 every day"],
  ["15,45 30 9 * * *", "At 09:30:15 and 09:30:45 every day"],
  ["0 */6 * * *", "At 00:00, 06:00, 12:00 and 18:00 every day"],
  // Days of the month.
  ["0 0 1,15 * *", "At 00:00 on the 1st and the 15th of every month"],
  ["0 0 L * *", "At 00:00 on the last day of every month"],
  ["0 0 LW * *", "At 00:00 on the last working day (Monday to Friday) of every month"],
  [
    "0 0 15W * *",
    "At 00:00 on the working day (Monday to Friday) nearest to the 15th of every month",
  ],
  ["0 0 */2 * *", "At 00:00 on every 2nd day from the 1st to the 31st of every month"],
  ["0 0 10-20 3,6 *", "At 00:00 on the 10th through the 20th of March and June"],
  ["@yearly", "At 00:00 on the 1st of January"],
  // Days of the week.
  ["@weekly", "At 00:00 on Sunday"],
  ["0 0 * * 5-7", "At 00:00 on Friday through Sunday"],
  ["0 0 * * 0,6", "At 00:00 on Saturday and Sunday"],
  ["0 0 * * 5#3", "At 00:00 on the 3rd Friday of every month"],
  ["0 0 * * 5L", "At 00:00 on the last Friday of every month"],
  ["0 0 * 3,6 1L,1#1", "At 00:00 on the 1st Monday and the last Monday of March and June"],
  ["0 0 * * 1,5#2", "At 00:00 on Monday and on the 2nd Friday of every month"],
  // Both: either will do in 5 fields, both are needed in 6 and 7.
  ["0 0 13 * 5", "At 00:00 on the 13th of every month, and also on Friday"],
  ["0 0 13 3,6 5", "At 00:00 on the 13th of March and June, and also on Friday in March and June"],
  ["0 0 0 13 * 5", "At 00:00 on the 13th of every month, but only if that is a Friday"],
  ["0 0 13 * +5", "At 00:00 on the 13th of every month, but only if that is a Friday"],
  [
    "0 0 0 1-7 3 1,3,2#1",
    "At 00:00 on the 1st through the 7th of March, but only if that is a Monday, Wednesday or " +
    "the 1st Tuesday of the month",
  ],
  ["* * 1-31 * 1", "Every minute"],
  [
    "0 0 */2 * 1-5",
    "At 00:00 on every 2nd day from the 1st to the 31st of every month, but only if that is a Monday, Tuesday, Wednesday, Thursday or Friday",
  ],
  ["0 0 */1 * 3", "At 00:00 on Wednesday"],
  [
    "0 0 L-3,L-1,L * *",
    "At 00:00 on the 4th last day, the 2nd last day and the last day of every month",
  ],
  [
    "0 0 L-2W * *",
    "At 00:00 on the working day (Monday to Friday) nearest to the 3rd last day of every month",
  ],
  // Months and years.
  ["0 0 * 3-5 *", "At 00:00 every day in March through May"],
  ["0 0 * 3 1", "At 00:00 on Monday in March"],
  ["0 0 0 1 1 * 2027", "At 00:00 on the 1st of January in 2027"],
  ["0 0 0 1 1 * 2026-2030", "At 00:00 on the 1st of January in 2026 through 2030"],
  ["0 0 0 1 1 * */2", "At 00:00 on the 1st of January in every year divisible by 2"],
  ["0 0 0 1 1 * 2025/3", "At 00:00 on the 1st of January in every 3rd year from 2025 on"],
  [
    "0 0 0 1 1 * 2025-2035/5",
    "At 00:00 on the 1st of January in every 5th year from 2025 to 2035",
  ],
];
for (const [expression, sentence] of cronSentences) {
  Deno.test(`describe() puts the cron expression ${expression} into words`, () => {
    assertEquals(describe(timerOf({ expression })), `${sentence} in UTC`);
  });
}

const ruleSentences: readonly (readonly [rule: string, sentence: string])[] = [
  ["FREQ=DAILY", "Every day at 09:00"],
  ["FREQ=DAILY;INTERVAL=2;BYDAY=MO,FR", "Every 2 days, only on Monday and Friday, at 09:00"],
  ["FREQ=DAILY;INTERVAL=3;BYMONTH=1,2", "Every 3 days, only in January and February, at 09:00"],
  ["FREQ=DAILY;BYHOUR=9,17;BYMINUTE=0,30", "Every day at 09:00, 09:30, 17:00 and 17:30"],
  [
    "FREQ=DAILY;BYHOUR=9,10,11,12,13;BYMINUTE=0,30",
    "Every day at minutes 0 and 30 of hours 9 through 13",
  ],
  ["FREQ=DAILY;BYSECOND=0,30", "Every day at 09:00:00 and 09:00:30"],
  ["FREQ=WEEKLY", "Every week on Saturday at 09:00"],
  [
    "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TU,WE,FR",
    "Every 2 weeks on Monday through Wednesday and Friday at 09:00",
  ],
  ["FREQ=MONTHLY", "Every month on the 31st at 09:00"],
  ["FREQ=MONTHLY;BYDAY=2TU", "Every month on the 2nd Tuesday at 09:00"],
  [
    "FREQ=MONTHLY;BYDAY=-2TU,WE",
    "Every month on every Wednesday and on the 2nd last Tuesday at 09:00",
  ],
  [
    "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
    "Every month on every Monday through Friday at 09:00, of these only the last in each month",
  ],
  ["FREQ=MONTHLY;BYMONTHDAY=1,15,-1", "Every month on the 1st, 15th and last day at 09:00"],
  [
    "FREQ=MONTHLY;BYMONTHDAY=13;BYDAY=FR",
    "Every month on the 13th, only on every Friday, at 09:00",
  ],
  ["FREQ=YEARLY", "Every year in January on the 31st at 09:00"],
  ["FREQ=YEARLY;BYMONTH=3,6", "Every year in March and June on the 31st at 09:00"],
  [
    "FREQ=YEARLY;BYMONTH=11;BYDAY=4TH",
    "Every year in November on the 4th Thursday of the month at 09:00",
  ],
  ["FREQ=YEARLY;BYDAY=20MO", "Every year on the 20th Monday at 09:00"],
  ["FREQ=YEARLY;BYMONTHDAY=15", "Every year on the 15th of every month at 09:00"],
  ["FREQ=YEARLY;BYWEEKNO=20", "Every year in the 20th week of the year on Saturday at 09:00"],
  [
    "FREQ=YEARLY;BYYEARDAY=1,100,-1",
    "Every year on the 1st, 100th and last day of the year at 09:00",
  ],
  ["FREQ=HOURLY;INTERVAL=3", "Every 3 hours"],
  [
    "FREQ=HOURLY;BYMINUTE=0,30;BYHOUR=9,10,11",
    "Every hour at minutes 0 and 30, only in hours 9 through 11",
  ],
  ["FREQ=MINUTELY;INTERVAL=15;BYHOUR=9,10", "Every 15 minutes, only in hours 9 and 10"],
  ["FREQ=MINUTELY;BYSECOND=0,30", "Every minute at seconds 0 and 30"],
  ["FREQ=SECONDLY;INTERVAL=10;BYMINUTE=0", "Every 10 seconds, only in minute 0"],
];
for (const [rule, sentence] of ruleSentences) {
  Deno.test(`describe() puts the recurrence rule ${rule} into words`, () => {
    const timer = timerOf({ rule, dtstart: "2026-01-31T09:00:00Z" });
    assertEquals(describe(timer), `${sentence} in UTC, starting 2026-01-31T09:00:00`);
  });
}

const otherSentences: readonly (readonly [params: TriggerParams, sentence: string])[] = [
  // Intervals count from 2026-01-01 here.
  [{ interval: 1 }, "Every second, counted from 2026-01-01T00:00:00Z"],
  [{ interval: 10, unit: "minutes" }, "Every 10 minutes, counted from 2026-01-01T00:00:00Z"],
  [{ interval: 90 }, "Every 90 seconds, counted from 2026-01-01T00:00:00Z"],
  [{ interval: 3600 }, "Every hour, counted from 2026-01-01T00:00:00Z"],
  [{ interval_seconds: 172_800 }, "Every 2 days, counted from 2026-01-01T00:00:00Z"],
  [
    { interval: 5, anchor: "2025-01-01T00:00:00.250+01:00" },
    "Every 5 seconds, counted from 2024-12-31T23:00:00.250Z",
  ],
  [
    { interval: 1, unit: "days", timezone: "Europe/Berlin" },
    "Every day, counted from 2026-01-01T01:00:00 in Europe/Berlin",
  ],
  [{ fire_at: "2026-03-01T09:00:00Z" }, "Once at 2026-03-01T09:00:00Z"],
  [
    { fire_at: "2026-03-01T09:00:00-05:00" },
    "Once at 2026-03-01T09:00:00-05:00, which is 2026-03-01T14:00:00Z",
  ],
  [
    { fire_at: "2026-03-01T09:00:00", timezone: "Europe/Berlin" },
    "Once at 2026-03-01T09:00:00 in Europe/Berlin, which is 2026-03-01T08:00:00Z",
  ],
  [
    { expression: "30 9 * * 1-5", timezone: "europe/berlin" },
    "At 09:30 on Monday through Friday in Europe/Berlin",
  ],
  [
    { expression: "0 0 13 * 5", day_match: "and" },
    "At 00:00 on the 13th of every month, but only if that is a Friday in UTC",
  ],
  [
    { expression: "0 0 0 13 * 5", day_match: "or", end_at: "2027-01-01T00:00:00Z" },
    "At 00:00 on the 13th of every month, and also on Friday in UTC, " +
    "only before 2027-01-01T00:00:00Z",
  ],
  [
    { interval: 1, unit: "hours", start_at: "2026-02-01T00:00:00Z", jitter_seconds: 120 },
    "Every hour, counted from 2026-01-01T00:00:00Z, not before 2026-02-01T00:00:00Z, " +
    "each up to 2 minutes late",
  ],
  [
    { rule: "FREQ=DAILY;COUNT=10", dtstart: "2026-01-31T09:00:00Z", timezone: "Asia/Tokyo" },
    "Every day at 18:00 in Asia/Tokyo, starting 2026-01-31T18:00:00, 10 times",
  ],
  [
    {
      rule: "FREQ=WEEKLY;INTERVAL=2;UNTIL=20261224T000000Z;WKST=SU",
      dtstart: "2026-01-31T09:00:00Z",
      start_at: "2026-03-01T00:00:00Z",
      end_at: "2026-09-01T00:00:00Z",
    },
    "Every 2 weeks on Saturday at 09:00 in UTC, starting 2026-01-31T09:00:00, " +
    "until 2026-12-24T00:00:00Z, weeks beginning on Sunday, not before 2026-03-01T00:00:00Z, " +
    "only before 2026-09-01T00:00:00Z",
  ],
  [
    { freq: "DAILY", dtstart: "2026-01-31T09:00:00Z", ex_dates: ["2026-02-02T09:00:00Z"] },
    "Every day at 09:00 in UTC, starting 2026-01-31T09:00:00, except 2026-02-02T09:00:00Z",
  ],
  [
    {
      freq: "HOURLY",
      count: 100,
      dtstart: "2026-01-31T09:00:00Z",
      ex_dates: [10, 11, 12, 13].map((hour) => `2026-01-31T${hour}:00:00Z`),
    },
    "Every hour in UTC, starting 2026-01-31T09:00:00, 100 times, except at 4 instants",
  ],
];
for (const [params, sentence] of otherSentences) {
  Deno.test(`describe() puts ${JSON.stringify(params)} into words`, () => {
    assertEquals(describe(timerOf(params)), sentence);
  });
}

Deno.test("ordinal() knows the teens", () => {
  assertEquals(
    [1, 2, 3, 4, 11, 12, 13, 21, 22, 23, 101, 111].map(ordinal).join(" "),
    "1st 2nd 3rd 4th 11th 12th 13th 21st 22nd 23rd 101st 111th",
  );
});

Deno.test("listOf() cuts what nobody would read", () => {
  assertEquals(listOf([]), "");
  assertEquals(listOf(["a", "b", "c"], "or"), "a, b or c");
  const long = listOf(Array.from({ length: 100 }, (_, index) => String(index)));
  assert(long.endsWith("57, 58 and 41 others"), long);
});
