import { assertEquals, assertFalse } from "@std/assert";
import { firstOf, meant, problemsOf, timerOf } from "./support.ts";

// What people write where something else is expected, and the answers that the refusals hold.

const NICKNAMES =
  '"@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight" or "@hourly"';
const INSTANT = 'an RFC 3339 date-time such as "2026-03-01T09:00:00Z"';
const WHOLE = "a whole number of at least 1";
const UNITS = '"seconds", "minutes", "hours" or "days"';
const MINUTE_STEP = "a step of 1-59 instead of";
const SIX = "; 6 fields begin with the second";
const STAR = '("?" may only be a whole day field)';

function fields(count: number): string {
  return `5, 6 or 7 fields, not ${count}`;
}

function every(interval: number, unit: string) {
  return { interval, unit };
}

type Answer = readonly [written: string, allowed: string, answer: unknown, type?: string];

const EXPRESSIONS: readonly Answer[] = [
  // Intervals.
  ["*/90 * * * *", `${MINUTE_STEP} "*/90" in the minute field`, every(90, "minutes"), "interval"],
  ["0/90 * * * *", `${MINUTE_STEP} "0/90" in the minute field`, every(90, "minutes"), "interval"],
  ["*/60 * * * *", `${MINUTE_STEP} "*/60" in the minute field`, every(60, "minutes"), "interval"],
  ["*/90 * * * * ?", `${MINUTE_STEP} "*/90" in the second field`, every(90, "seconds"), "interval"],
  [
    "0 */36 * * *",
    'a step of 1-23 instead of "*/36" in the hour field',
    every(36, "hours"),
    "interval",
  ],
  [
    "0 0 */45 * *",
    'a step of 1-31 instead of "*/45" in the day of month field',
    every(45, "days"),
    "interval",
  ],
  ["every 5 minutes", fields(3), every(5, "minutes"), "interval"],
  ["every other day", fields(3), every(2, "days"), "interval"],
  ["Every minute", fields(2), every(1, "minutes"), "interval"],
  ["rate(5 minutes)", fields(2), every(5, "minutes"), "interval"],
  ["rate(1 hour)", fields(2), every(1, "hours"), "interval"],
  ["PT5M", fields(1), every(5, "minutes"), "interval"],
  ["P1DT12H", fields(1), every(36, "hours"), "interval"],
  ["5m", fields(1), every(5, "minutes"), "interval"],
  ["1h 30min", fields(2), every(90, "minutes"), "interval"],
  ["@every 5m", NICKNAMES, every(5, "minutes"), "interval"],
  ["@every 1h30m0s", NICKNAMES, every(90, "minutes"), "interval"],
  // Other kinds.
  ["FREQ=DAILY;COUNT=3", fields(1), { rule: "FREQ=DAILY;COUNT=3" }, "rrule"],
  ["2026-03-01T09:00:00Z", fields(1), { fire_at: "2026-03-01T09:00:00Z" }, "date_time"],
  ["at(2026-03-01T09:00:00)", fields(1), { fire_at: "2026-03-01T09:00:00" }, "date_time"],
  // AWS and Quartz: five fields and a year, and "?".
  [
    "0 12 * * ? *",
    `1-12 or JAN-DEC instead of "?" in the month field ${STAR}${SIX}`,
    "0 0 12 * * ? *",
  ],
  ["cron(0 12 * * ? *)", `0-59 instead of "cron(0" in the second field${SIX}`, "0 0 12 * * ? *"],
  ["0 9 ? * 2-6 *", `0-23 instead of "?" in the hour field ${STAR}${SIX}`, "0 0 9 ? * MON-FRI *"],
  ["0 9 ? * 6#3 *", `0-23 instead of "?" in the hour field ${STAR}${SIX}`, "0 0 9 ? * FRI#3 *"],
  [
    "0 9 * * MON-FRI *",
    `1-12 or JAN-DEC instead of "MON-FRI" in the month field${SIX}`,
    "0 0 9 * * MON-FRI *",
  ],
  [
    "0 9 * * 1-5 2026",
    `0-7, SUN-SAT, 5#3 or 5L instead of "2026" in the day of week field${SIX}`,
    "0 0 9 * * 1-5 2026",
  ],
  ["? 9 * * *", `0-59 instead of "?" in the minute field ${STAR}`, "* 9 * * *"],
  ["0 9 ? ? *", `1-12 or JAN-DEC instead of "?" in the month field ${STAR}`, "0 9 ? * *"],
  ["0 ? * * *", `0-23 instead of "?" in the hour field ${STAR}`, "0 * * * *"],
  [
    "0 9 ?/2 * *",
    `1-31, L, L-3, 15W or LW alone instead of "?/2" in the day of month field ${STAR}`,
    "0 9 */2 * *",
  ],
  [
    "0 0 10 ? * L",
    '0-7, SUN-SAT, 5#3 or 5L instead of "L" in the day of week field',
    "0 0 10 ? * SAT",
  ],
  [
    "0 10 $ * *",
    '1-31, L, L-3, 15W or LW alone instead of "$" in the day of month field',
    "0 10 L * *",
  ],
  // Jenkins.
  ["H H * * *", '0-59 instead of "H" in the minute field', "0 0 * * *"],
  ["H/15 * * * *", '0-59 instead of "H/15" in the minute field', "*/15 * * * *"],
  ["H(0-29)/10 * * * *", '0-59 instead of "H(0-29)/10" in the minute field', "0-29/10 * * * *"],
  // systemd.
  ["Mon..Fri *-*-* 09:00:00", fields(3), "0 9 * * MON-FRI"],
  ["*-*-* 02:30", fields(2), "30 2 * * *"],
  ["*-*-01 00:00:00", fields(2), "0 0 1 * *"],
  ["2027-*-01 00:00:00", fields(2), "0 0 0 1 * * 2027"],
  ["*:0/15", fields(1), "0/15 * * * *"],
  ["Sat 10:00", fields(2), "0 10 * * SAT"],
  ["daily", fields(1), "@daily"],
  ["minutely", fields(1), "* * * * *"],
  ["quarterly", fields(1), "0 0 1 */3 *"],
  // Nicknames.
  ["@dayly", NICKNAMES, "@daily"],
  ["@every_minute", NICKNAMES, "* * * * *"],
  ["@EVERY_SECOND", NICKNAMES, "* * * * * *"],
  ["@weekdays", NICKNAMES, "0 0 * * 1-5"],
  ["@daily root /bin/x", NICKNAMES, "@daily"],
  // Plain English.
  ["every day at 9am", fields(4), "0 9 * * *"],
  ["every weekday at 9:30 pm", '0-59 instead of "every" in the minute field', "30 21 * * MON-FRI"],
  [
    "Mondays and Fridays at 17:00",
    '0-59 instead of "Mondays" in the minute field',
    "0 17 * * MON,FRI",
  ],
  ["every monday", fields(2), "0 0 * * MON"],
  ["daily at noon", fields(3), "0 12 * * *"],
  ["09:30", fields(1), "30 9 * * *"],
  // Names.
  [
    "0 9 * * Tues",
    '0-7, SUN-SAT, 5#3 or 5L instead of "Tues" in the day of week field',
    "0 9 * * TUE",
  ],
  [
    "0 9 * * MO,WE",
    '0-7, SUN-SAT, 5#3 or 5L instead of "MO" in the day of week field',
    "0 9 * * MON,WED",
  ],
  ["0 9 1 Sept *", '1-12 or JAN-DEC instead of "Sept" in the month field', "0 9 1 SEP *"],
  [
    "0 9 * * Thurs-Satur",
    '0-7, SUN-SAT, 5#3 or 5L instead of "Thurs-Satur" in the day of week field',
    "0 9 * * THU-SAT",
  ],
  [
    "0 9 * * MON..FRI",
    '0-7, SUN-SAT, 5#3 or 5L instead of "MON..FRI" in the day of week field',
    "0 9 * * MON-FRI",
  ],
  [
    "0 9 * * weekdays",
    '0-7, SUN-SAT, 5#3 or 5L instead of "weekdays" in the day of week field',
    "0 9 * * MON-FRI",
  ],
  // What was around it, and slips of the finger.
  [
    "0 9 * * * root /bin/x",
    '0-7, SUN-SAT, 5#3 or 5L instead of "root" in the day of week field',
    "0 9 * * *",
  ],
  [
    "0 9 * * * /bin/x -a",
    '0-7, SUN-SAT, 5#3 or 5L instead of "/bin/x" in the day of week field',
    "0 9 * * *",
  ],
  [
    "0 9 * * * # at nine",
    fields(8),
    "0 9 * * *",
  ],
  ["`*/5 * * * *`", '0-59 instead of "`*/5" in the minute field', "*/5 * * * *"],
  [
    "0 9 * * 1 - 5",
    '0-7, SUN-SAT, 5#3 or 5L instead of "-" in the day of week field',
    "0 9 * * 1-5",
  ],
  [
    "0 9 * * 1–5",
    '0-7, SUN-SAT, 5#3 or 5L instead of "1–5" in the day of week field',
    "0 9 * * 1-5",
  ],
  [
    "0 9 * * 1, 5",
    '1-12 or JAN-DEC instead of "" in the month field',
    "0 9 * * 1,5",
  ],
  ["*5 * * * *", '0-59 instead of "*5" in the minute field', "*/5 * * * *"],
  ["/5 * * * *", '0-59 instead of "/5" in the minute field', "*/5 * * * *"],
  ["0 24 * * *", '0-23 instead of "24" in the hour field', "0 0 * * *"],
  ["60 * * * *", '0-59 instead of "60" in the minute field', "0 * * * *"],
  ["0 9 * *", fields(4), "0 9 * * *"],
  [
    "TZ=Europe/Paris 0 9 * * Tues",
    '0-7, SUN-SAT, 5#3 or 5L instead of "Tues" in the day of week field',
    "TZ=Europe/Paris 0 9 * * TUE",
  ],
  [
    "0 9 * * * Europe/Paris",
    '0-7, SUN-SAT, 5#3 or 5L instead of "Europe/Paris" in the day of week field',
    { expression: "0 9 * * *", timezone: "Europe/Paris" },
  ],
];

for (const [expression, allowed, answer, type] of EXPRESSIONS) {
  Deno.test(`The expression ${expression} is refused with the answer ${JSON.stringify(answer)}`, () => {
    const expected = `expression: ${JSON.stringify(expression)} is not allowed, expected ` +
      meant(allowed, answer, type);
    for (const params of [{ type: "cron", expression }, { expression }]) {
      assertEquals(problemsOf(params), [expected]);
    }
    assertEquals(problemsOf({ expression }, "core.crontimer"), [expected]);
  });
}

Deno.test("Each answer to an expression is a rule that is accepted", () => {
  const dtstart = "2026-01-01T00:00:00Z";
  for (const [, , answer, type] of EXPRESSIONS) {
    const params = typeof answer === "string" ? { expression: answer } : Object(answer);
    const besides = type === "rrule"
      ? { dtstart }
      : type === "date_time"
      ? { timezone: "UTC" }
      : {};
    assertEquals(firstOf(timerOf({ ...params, ...besides }), dtstart, 1).length, 1, String(answer));
  }
});

const UNANSWERED: readonly (readonly [expression: string, allowed: string])[] = [
  ["@reboot", "times by the clock: a timer cannot see when a machine starts"],
  ["-", "times: to stop a rule, disable it"],
  ["@once", 'times: a single one is the fire_at of the type "date_time"'],
  ["hello world", fields(2)],
  ["", fields(0)],
  ["@fortnightly", NICKNAMES],
  ["0 9 * * 8", '0-7, SUN-SAT, 5#3 or 5L instead of "8" in the day of week field'],
  ["61 * * * *", '0-59 instead of "61" in the minute field'],
  [
    "TZ=Mars/X 0 9 * * *",
    'an IANA time zone such as "Europe/Berlin" or "UTC" instead of "Mars/X" after TZ=',
  ],
];
for (const [expression, allowed] of UNANSWERED) {
  Deno.test(`The expression ${JSON.stringify(expression)} is refused without a guess`, () => {
    assertEquals(problemsOf({ type: "cron", expression }), [
      `expression: ${JSON.stringify(expression)} is not allowed, expected ${allowed}`,
    ]);
  });
}

Deno.test("Two time zones, before the expression and beside it, are refused", () => {
  assertEquals(problemsOf({ expression: "TZ=Europe/Paris 0 9 * * *", timezone: "Asia/Tokyo" }), [
    'timezone: "Asia/Tokyo" is not allowed, expected "Europe/Paris", as the expression has it, or none',
  ]);
});

Deno.test("An interval in other words is refused with the interval", () => {
  const rows:
    readonly (readonly [interval: unknown, unit: unknown, answer: unknown, type?: string])[] = [
      ["5m", undefined, every(5, "minutes")],
      ["5 minutes", undefined, every(5, "minutes")],
      ["every 5 minutes", undefined, every(5, "minutes")],
      ["rate(5 minutes)", undefined, every(5, "minutes")],
      ["@every 5m", undefined, every(5, "minutes")],
      ["PT5M", undefined, every(5, "minutes")],
      ["00:05:00", undefined, every(5, "minutes")],
      ["5000ms", undefined, every(5, "seconds")],
      ["5", "minutes", every(5, "minutes")],
      [0.5, "hours", every(30, "minutes")],
      [1.5, "h", every(90, "minutes")],
      ["*/5 * * * *", undefined, { expression: "*/5 * * * *" }, "cron"],
      ["@daily", undefined, { expression: "@daily" }, "cron"],
    ];
  for (const [interval, unit, answer, type] of rows) {
    const [problem] = problemsOf({ type: "interval", interval, unit });
    const shown = `interval: ${JSON.stringify(interval)} is not allowed, expected `;
    assertEquals(problem, shown + meant(WHOLE, answer, type));
  }
});

Deno.test("A unit in other words is refused with the interval", () => {
  const dtstart = "2026-01-01T00:00:00Z";
  const rows: readonly (readonly [unit: string, answer: unknown, type?: string])[] = [
    ["weeks", every(14, "days")],
    ["Minutes", every(2, "minutes")],
    ["min", every(2, "minutes")],
    ["h", every(2, "hours")],
    ["month", { freq: "MONTHLY", interval: 2, dtstart }, "rrule"],
    ["years", { freq: "YEARLY", interval: 2, dtstart }, "rrule"],
  ];
  for (const [unit, answer, type] of rows) {
    assertEquals(problemsOf({ interval: 2, unit }), [
      `unit: "${unit}" is not allowed, expected ${meant(UNITS, answer, type)}`,
    ]);
  }
});

Deno.test("An instant in another form is refused with the one that RFC 3339 has", () => {
  const nine = "2026-03-01T09:00:00Z";
  const rows: readonly (readonly [written: unknown, answer: string])[] = [
    [1_772_355_600, nine],
    ["1772355600000", nine],
    ["2026-03-01T09:00Z", nine],
    ["2026-03-01 09:00 UTC", nine],
    ["20260301T090000Z", nine],
    ["2026-03-01T09:00:00+0100", "2026-03-01T09:00:00+01:00"],
    ["2026-03-01T09:00:00+01", "2026-03-01T09:00:00+01:00"],
    ["2026-03-01T09:00:00,5Z", "2026-03-01T09:00:00.5Z"],
    ["2026-03-01T10:00:00[Europe/Berlin]", nine],
    ["2026-03-01T09:00:00+00:00[Europe/London]", "2026-03-01T09:00:00+00:00"],
    ["Sun, 01 Mar 2026 09:00:00 GMT", nine],
    ["2026-03-01", "2026-03-01T00:00:00Z"],
    ["2026-02-28T24:00:00Z", "2026-03-01T00:00:00Z"],
  ];
  for (const [written, answer] of rows) {
    for (const member of ["fire_at", "start_at"]) {
      const params = { type: "date_time", fire_at: nine, [member]: written };
      assertEquals(problemsOf(params), [
        `${member}: ${JSON.stringify(written)} is not allowed, expected ${meant(INSTANT, answer)}`,
      ]);
    }
  }
  for (
    const written of ["tomorrow", "in 5 minutes", "01.03.2026", "03/01/2026", "2026-02-30", "7"]
  ) {
    assertEquals(problemsOf({ type: "date_time", fire_at: written }), [
      `fire_at: "${written}" is not allowed, expected ${INSTANT}`,
    ]);
  }
});

Deno.test("No guess is made at a text of any length", () => {
  const spans = "5m ".repeat(100_000);
  for (const [type, member] of [["cron", "expression"], ["interval", "interval"]]) {
    const [problem = ""] = problemsOf({ type, [String(member)]: spans });
    assertFalse(problem.includes("did you mean"), problem);
  }
});

Deno.test("A word or a number that is nearly right is refused with the right one", () => {
  assertEquals(problemsOf({ interval: 5, on_missed: "Skip", jitter_seconds: "30" }), [
    `on_missed: "Skip" is not allowed, expected ${meant('"latest", "all" or "skip"', "skip")}`,
    `jitter_seconds: "30" is not allowed, expected ${meant("a whole number from 1 to 86400", 30)}`,
  ]);
});
