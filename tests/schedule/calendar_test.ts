import { assertEquals } from "@std/assert";
import fc from "fast-check";
import type { TriggerParams } from "../../src/domain/rule.ts";
import { describe } from "../../src/schedule/describe.ts";
import { compile } from "../../src/schedule/kinds.ts";
import { inspect } from "../../src/schedule/refusal.ts";
import { rules } from "./rrule_arbitrary.ts";
import { ANCHOR, firstOf, timerOf } from "./support.ts";

// Recurrence as calendars export it (RFC 5545 3.1, 3.8.5), and as people paste it.

const DAILY = "RRULE:FREQ=DAILY";
const START = "DTSTART:20260105T090000Z";
const IN_BERLIN = "DTSTART;TZID=Europe/Berlin:20260105T090000";
const AT_NINE = [
  "2026-01-05T09:00:00Z",
  "2026-01-06T09:00:00Z",
  "2026-01-07T09:00:00Z",
];
const AT_EIGHT = AT_NINE.map((it) => it.replace("T09", "T08"));

/** Lines with iCalendar's line ends. */
function lines(...all: readonly string[]): string {
  return all.join("\r\n");
}

/** The first occurrences of 2026, with warnings, or what is wrong. */
function answerTo(params: TriggerParams): readonly string[] {
  const compiled = compile("core.timer", { type: "rrule", ...params }, ANCHOR);
  if (!compiled.ok) return compiled.problems;
  return [...firstOf(compiled.timer, "2025-12-31T23:59:59Z", 3), ...compiled.warnings];
}

/** What is written, beside what, and the answer. */
type Row = readonly [rule: string, beside: TriggerParams, answer: readonly string[]];

function check(rows: readonly Row[]): void {
  for (const [rule, beside, answer] of rows) {
    assertEquals(answerTo({ rule, ...beside }), answer, rule);
  }
}

/** Rows that are refused for their rule alone. */
function refused(...rows: readonly (readonly [rule: string, allowed: string])[]): Row[] {
  return rows.map(([rule, allowed]) =>
    [rule, {}, [`rule: ${inspect(rule)} is not allowed, expected ${allowed}`]] as const
  );
}

Deno.test("DTSTART stands in the rule: in UTC, in a zone, as a date, floating", () => {
  const floating = 'rule: DTSTART names no time zone and is read as UTC, see "timezone"';
  check([
    [`${START}\n${DAILY}`, {}, AT_NINE],
    [`${IN_BERLIN}\n${DAILY}`, {}, AT_EIGHT],
    [`DTSTART;TZID="W. Europe Standard Time":20260105T090000\n${DAILY}`, {}, AT_EIGHT],
    [`DTSTART;TZID=W. Europe Standard Time:20260105T090000\n${DAILY}`, {}, AT_EIGHT],
    [`DTSTART;TZID=/mozilla.org/20050126_1/Europe/Berlin:20260105T090000\n${DAILY}`, {}, AT_EIGHT],
    [`DTSTART;VALUE=DATE-TIME;TZID=Europe/Berlin:20260105T090000\n${DAILY}`, {}, AT_EIGHT],
    [`DTSTART:20260105T090000\n${DAILY}`, { timezone: "Europe/Berlin" }, AT_EIGHT],
    [`DTSTART:20260105T090000\n${DAILY}`, {}, [...AT_NINE, floating]],
    [`DTSTART;VALUE=DATE:20260105\n${DAILY}`, { timezone: "Europe/Berlin" }, [
      "2026-01-04T23:00:00Z",
      "2026-01-05T23:00:00Z",
      "2026-01-06T23:00:00Z",
    ]],
    [`DTSTART:20260105\n${DAILY};UNTIL=20260106`, { timezone: "UTC" }, [
      "2026-01-05T00:00:00Z",
      "2026-01-06T00:00:00Z",
    ]],
    // In a gap as much later, in an overlap the first time (RFC 5545 3.3.5).
    [`DTSTART;TZID=Europe/Berlin:20260329T023000\n${DAILY}`, {}, [
      "2026-03-29T01:30:00Z",
      "2026-03-30T01:30:00Z",
      "2026-03-31T01:30:00Z",
      "rule: 2026-03-29T02:30:00 does not exist in Europe/Berlin: the rule starts from 2026-03-29T03:30:00",
    ]],
    [`DTSTART;TZID=Europe/Berlin:20261025T023000\n${DAILY}`, {}, [
      "2026-10-25T00:30:00Z",
      "2026-10-26T01:30:00Z",
      "2026-10-27T01:30:00Z",
    ]],
  ]);
});

Deno.test("What stands beside DTSTART agrees with it, or is refused", () => {
  const rule = `${IN_BERLIN}\n${DAILY}`;
  const zone = (given: string, expected: string) => [
    `timezone: "${given}" is not allowed, expected ${expected}`,
  ];
  check([
    [rule, { timezone: "europe/berlin" }, AT_EIGHT],
    [rule, { timezone: "W. Europe Standard Time", dtstart: "2026-01-05T09:00:00" }, AT_EIGHT],
    [rule, { dtstart: "2026-01-05T08:00:00Z" }, AT_EIGHT],
    [`${START}\n${DAILY}`, { timezone: "Etc/UTC", dtstart: "2026-01-05T10:00:00+01:00" }, AT_NINE],
    [`DTSTART;TZID=Asia/Calcutta:20260105T143000\n${DAILY}`, { timezone: "Asia/Kolkata" }, AT_NINE],
    [
      rule,
      { timezone: "Europe/Paris" },
      zone("Europe/Paris", '"Europe/Berlin", as DTSTART in rule has it'),
    ],
    [
      `${START}\n${DAILY}`,
      { timezone: "Europe/Paris" },
      zone(
        "Europe/Paris",
        '"UTC", as DTSTART in rule has it, or DTSTART;TZID=Europe/Paris:20260105T100000 there',
      ),
    ],
    [rule, { dtstart: "2026-01-05T09:00:00Z" }, [
      'dtstart: "2026-01-05T09:00:00Z" is not allowed, expected "2026-01-05T08:00:00Z", as DTSTART in ' +
      "rule has it",
    ]],
    [`DTSTART;TZID=America/New_York:99991231T235959\n${DAILY}`, {}, [
      `rule: "DTSTART;TZID=America/New_York:99991231T235959\\nRRULE:FREQ=DAILY" is not allowed, ` +
      "expected a start in the years 1 to 9999 of UTC",
    ]],
    [DAILY, {}, [
      'dtstart: missing, expected an RFC 3339 date-time such as "2026-03-01T09:00:00Z", or a DTSTART in rule',
    ]],
  ]);
});

Deno.test("EXDATE and RDATE lines leave out and add, beside ex_dates and r_dates", () => {
  check([
    [`${START}\n${DAILY}\nEXDATE:20260105T090000Z,20260106T090000Z\nEXDATE:20260107T090000Z`, {}, [
      "2026-01-08T09:00:00Z",
      "2026-01-09T09:00:00Z",
      "2026-01-10T09:00:00Z",
    ]],
    [`${IN_BERLIN}\n${DAILY}\nEXDATE;TZID=Europe/Berlin:20260105T090000`, {
      ex_dates: ["2026-01-06T09:00:00"],
      timezone: "Europe/Berlin",
    }, ["2026-01-07T08:00:00Z", "2026-01-08T08:00:00Z", "2026-01-09T08:00:00Z"]],
    // By the clocks of DTSTART where it names none.
    [`${IN_BERLIN}\n${DAILY}\nEXDATE:20260105T090000`, {}, [
      "2026-01-06T08:00:00Z",
      "2026-01-07T08:00:00Z",
      "2026-01-08T08:00:00Z",
    ]],
    [`${IN_BERLIN}\n${DAILY}\nEXDATE;TZID=America/New_York:20260105T030000`, {}, [
      "2026-01-06T08:00:00Z",
      "2026-01-07T08:00:00Z",
      "2026-01-08T08:00:00Z",
    ]],
    [`DTSTART;VALUE=DATE:20260105\n${DAILY}\nEXDATE;VALUE=DATE:20260106`, { timezone: "UTC" }, [
      "2026-01-05T00:00:00Z",
      "2026-01-07T00:00:00Z",
      "2026-01-08T00:00:00Z",
    ]],
    // What was moved by a gap is left out by the name it was given.
    [
      `DTSTART;TZID=Europe/Berlin:20260328T023000\n${DAILY}\nEXDATE;TZID=Europe/Berlin:20260329T023000`,
      {},
      [
        "2026-03-28T01:30:00Z",
        "2026-03-30T00:30:00Z",
        "2026-03-31T00:30:00Z",
      ],
    ],
    [`${START}\n${DAILY};COUNT=1\nRDATE:20260102T000000Z,20260105T090000Z`, {
      r_dates: ["2026-01-03T00:00:00Z"],
    }, ["2026-01-02T00:00:00Z", "2026-01-03T00:00:00Z", "2026-01-05T09:00:00Z"]],
    [`${START}\n${DAILY};COUNT=1\nRDATE;VALUE=PERIOD:20260106T100000Z/PT1H`, {}, [
      "2026-01-05T09:00:00Z",
      "2026-01-06T10:00:00Z",
    ]],
    // An exception goes before an addition, and nothing else is left.
    [
      `${START}\n${DAILY};COUNT=2\nRDATE:20260106T100000Z\nEXDATE:20260106T100000Z,20260105T090000Z`,
      {},
      [
        "2026-01-06T09:00:00Z",
      ],
    ],
    ...refused([
      `${START}\n${DAILY};COUNT=1\nEXDATE:20260105T090000Z`,
      "instants that leave an occurrence",
    ]),
  ]);
  const members = {
    freq: "DAILY",
    count: 1,
    dtstart: "2026-01-05T09:00:00",
    timezone: "Europe/Berlin",
  };
  assertEquals(answerTo({ ...members, r_dates: ["2026-01-05T12:00:00"] }), [
    "2026-01-05T08:00:00Z",
    "2026-01-05T11:00:00Z",
  ]);
  assertEquals(
    answerTo({ ...members, ex_dates: ["2026-01-05T09:00:00"], r_dates: ["2026-01-05T12:00:00Z"] }),
    [
      "2026-01-05T12:00:00Z",
    ],
  );
});

Deno.test("dates to leave out at which nothing occurs are told", () => {
  const idle = "rule: nothing to leave out at 2026-01-06T08:00:00Z";
  check([
    [`${START}\n${DAILY}\nEXDATE:20260106T080000Z,20260105T090000Z`, {}, [
      "2026-01-06T09:00:00Z",
      "2026-01-07T09:00:00Z",
      "2026-01-08T09:00:00Z",
      idle,
    ]],
    [`${START}\n${DAILY}\nRDATE:20260107T080000Z\nEXDATE:20260106T080000Z,20260107T080000Z`, {
      ex_dates: ["2025-01-01T09:00:00Z"],
    }, [...AT_NINE, "ex_dates: nothing to leave out at 2025-01-01T09:00:00Z, nor at 1 other date"]],
  ]);
});

Deno.test("dates that are added are told, and begin before the rule does", () => {
  const timer = timerOf({
    rule: `${START}\n${DAILY};COUNT=2\nRDATE:20260101T000000Z\nEXDATE:20260106T090000Z`,
  });
  assertEquals(
    describe(timer),
    "Every day at 09:00 in UTC, starting 2026-01-05T09:00:00, 2 times, except 2026-01-06T09:00:00Z, " +
      "also at 2026-01-01T00:00:00Z",
  );
  assertEquals(firstOf(timer, "2025-01-01T00:00:00Z", 9), [
    "2026-01-01T00:00:00Z",
    "2026-01-05T09:00:00Z",
  ]);
  assertEquals(timer.parts.firstAt, Date.parse("2026-01-01T00:00:00Z"));
});

Deno.test("Lines may be folded, broken, indented, in a row, in small letters, and end in what separates", () => {
  const third = [...AT_EIGHT.slice(0, 2)];
  check([
    ["FREQ=DAILY;COUNT=2;", { dtstart: "2026-01-05T08:00:00Z" }, third],
    [" freq = daily ; count = 2 ; ", { dtstart: "2026-01-05T08:00:00Z" }, third],
    ["RRULE:FREQ=WEEKLY; BYDAY=MO, TU; COUNT=2", { dtstart: "2026-01-05T08:00:00Z" }, third],
    ["RRULE:FREQ=WEEKLY;BYDAY=MO,T\r\n U;COUNT=2\r\n", { dtstart: "2026-01-05T08:00:00Z" }, third],
    ["RRULE:FREQ=WEEKLY;BYDAY=MO,T\n\tU;COUNT=2", { dtstart: "2026-01-05T08:00:00Z" }, third],
    ["FREQ=WEEKLY;\nBYDAY=MO,TU;\nCOUNT=2\n", { dtstart: "2026-01-05T08:00:00Z" }, third],
    [`${IN_BERLIN.toLowerCase()}\nrrule:freq=daily;count=2`, {}, third],
    [`${IN_BERLIN}\nFREQ=DAILY;COUNT=2`, {}, third],
    [`FREQ=DAILY;COUNT=2\n${IN_BERLIN}`, {}, third],
    [`  ${IN_BERLIN}\n  ${DAILY};COUNT=2\n`, {}, third],
    // As Ansible and dateutil have it, and with line ends that were escaped twice.
    [`${IN_BERLIN} ${DAILY};COUNT=2`, {}, third],
    [`${IN_BERLIN}\\n${DAILY};COUNT=2`, {}, third],
    [`DTSTART ; TZID=Europe/Berlin : 20260105T090000\nRRULE : FREQ=DAILY;COUNT=2`, {}, third],
    [`${IN_BERLIN}\nRRULE;X-EVOLUTION-ENDDATE=20260106T080000Z:FREQ=DAILY;COUNT=2`, {}, third],
  ]);
});

Deno.test("A whole calendar with one event is its event", () => {
  const google = lines(
    "BEGIN:VCALENDAR",
    "PRODID:-//Google Inc//Google Calendar 70.9054//EN",
    "VERSION:2.0",
    "X-WR-TIMEZONE:Europe/Berlin",
    "BEGIN:VTIMEZONE",
    "TZID:Europe/Berlin",
    "BEGIN:DAYLIGHT",
    "DTSTART:19700329T020000",
    "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU",
    "END:DAYLIGHT",
    "END:VTIMEZONE",
    "BEGIN:VEVENT",
    "DTSTART;TZID=Europe/Berlin:20260105T090000",
    "DTEND;TZID=Europe/Berlin:20260105T091500",
    "RRULE:FREQ=WEEKLY;WKST=MO;UNTIL=20260630T215959Z;BYDAY=MO,TU,WE,TH,F",
    " R",
    "EXDATE;TZID=Europe/Berlin:20260106T090000",
    "DESCRIPTION:Bring:\\nRRULE: none\\, really",
    "BEGIN:VALARM",
    "TRIGGER:-P0DT0H10M0S",
    "END:VALARM",
    "END:VEVENT",
    "END:VCALENDAR",
    "",
  );
  const outlook = lines(
    "BEGIN:VCALENDAR",
    "BEGIN:VEVENT",
    "CLASS:PUBLIC",
    'DTSTART;TZID="W. Europe Standard Time":20260105T090000',
    "RRULE:FREQ=DAILY;COUNT=3;INTERVAL=1",
    "SUMMARY;LANGUAGE=de:Morgenrunde",
    "X-MICROSOFT-CDO-BUSYSTATUS:BUSY",
    "END:VEVENT",
    "END:VCALENDAR",
  );
  const event = (...more: readonly string[]) =>
    lines("BEGIN:VEVENT", START, DAILY, ...more, "END:VEVENT");
  check([
    [google, {}, ["2026-01-05T08:00:00Z", "2026-01-07T08:00:00Z", "2026-01-08T08:00:00Z"]],
    [outlook, {}, AT_EIGHT],
    [event("UID:1"), {}, AT_NINE],
    ...refused(
      [event("STATUS:CANCELLED"), "an event that is not cancelled"],
      [
        event("RECURRENCE-ID:20260106T090000Z"),
        "an event without RECURRENCE-ID: the one that has the RRULE",
      ],
      ["BEGIN:VCALENDAR\nEND:VCALENDAR", "one event, not 0"],
      ["BEGIN:VEVENT\nUID:1\nEND:VEVENT", "a line with an RRULE in the event"],
      [
        `${event()}\r\n${event()}`,
        "one event, not 2: one that was moved is an EXDATE of its old time and an RDATE of its new one",
      ],
    ),
  ]);
});

Deno.test("Lines that are none are refused with what to write, and what says nothing of when is told", () => {
  const zones = 'a TZID such as "Europe/Berlin" or "W. Europe Standard Time" instead of';
  check([
    [`${START}\n${DAILY}\nSUMMARY:Backup`, {}, [
      ...AT_NINE,
      'rule: ["SUMMARY"] say nothing of when, and have no effect',
    ]],
    ...refused(
      [`${START}\n${DAILY}\nEXDATES:20260106`, "EXDATE instead of EXDATES"],
      [`DSTART:20260105T090000Z\n${DAILY}`, "DTSTART instead of DSTART"],
      [
        `${START}\n${DAILY}\nEXRULE:FREQ=DAILY`,
        "EXDATE lines instead of EXRULE, which RFC 5545 does without",
      ],
      [
        `${START}\n${DAILY}\nTZID:Europe/Berlin`,
        'TZID within a line, such as "DTSTART;TZID=Europe/Berlin:20260105T090000"',
      ],
      [`${START}\n${START}\n${DAILY}`, "DTSTART once"],
      [`${DAILY}\n${DAILY}`, "RRULE once"],
      [START, 'a line with an RRULE, such as "RRULE:FREQ=DAILY;COUNT=1" for DTSTART alone'],
      [
        `DTSTART:2026-01-05\n${DAILY}`,
        'a time such as 20261231T235959Z instead of "2026-01-05" in DTSTART',
      ],
      [
        `DTSTART:2026-01-05T09:00:00+01:00\n${DAILY}`,
        'a time such as 20260105T080000Z instead of "2026-01-05T09:00:00+01:00" in DTSTART',
      ],
      [
        `DTSTART;TZID=Europe/Berlin:20260105T090000Z\n${DAILY}`,
        'either TZID or "Z" instead of "20260105T090000Z" in DTSTART',
      ],
      [`DTSTART;TZID=Customized:20260105T090000\n${DAILY}`, `${zones} "Customized" in DTSTART`],
      [
        `DTSTART;TZID="(UTC+01:00) Bern, Berlin":20260105T090000\n${DAILY}`,
        `${zones} "(UTC+01:00) Bern, Berlin" in DTSTART: did you mean "Europe/Berlin"?`,
      ],
      [
        `DTSTART;TZID=Berlin:20260105T090000\n${DAILY}`,
        `${zones} "Berlin" in DTSTART: did you mean "Europe/Berlin"?`,
      ],
      [
        `${START}\n${DAILY}\nEXDATE;VALUE=DATE:20260106`,
        '20260106T090000Z instead of "20260106" in EXDATE',
      ],
      [
        `${IN_BERLIN}\n${DAILY}\nRDATE:20260106`,
        '20260106T090000 instead of "20260106" in RDATE',
      ],
    ),
    ["FREQ=DAILY;DTSTART=20260105T090000Z", { dtstart: "2026-01-05T09:00:00Z" }, [
      'rule: "FREQ=DAILY;DTSTART=20260105T090000Z" is not allowed, expected a line ' +
      '"DTSTART;TZID=Europe/Berlin:20260105T090000" before the RRULE instead of ' +
      '"DTSTART=20260105T090000Z"',
    ]],
  ]);
});

Deno.test("However its lines are written, a rule is the same", () => {
  const some = fc.oneof(...["HOURLY", "DAILY", "WEEKLY", "MONTHLY", "YEARLY"].map(rules));
  const places = fc.uniqueArray(fc.nat({ max: 200 }), { maxLength: 5 })
    .map((all) => all.toSorted((a, b) => b - a));
  const styles = fc.record({ isLower: fc.boolean(), end: fc.constantFrom("", ";", "\r\n", " ; ") });
  fc.assert(
    fc.property(some, places, styles, ({ text, dtstart }, folds, { isLower, end }) => {
      const wall = new Date(dtstart).toISOString().slice(0, 19);
      const plain = compile("core.timer", { rule: text, dtstart: wall, timezone: "UTC" }, ANCHOR);
      const start = `DTSTART;TZID=UTC:${wall.replaceAll(/[-:]/g, "")}`;
      let rule = `RRULE:${text}${end}`;
      for (const place of folds) rule = `${rule.slice(0, place)}\r\n ${rule.slice(place)}`;
      const written = `${start}\r\n${isLower ? rule.toLowerCase() : rule}`;
      const exported = compile("core.timer", { rule: written }, ANCHOR);
      assertEquals(exported.ok && exported.timer.key, plain.ok && plain.timer.key, written);
    }),
    { numRuns: 200 },
  );
});

Deno.test("Whatever a rule's text is, it is taken or refused", () => {
  const word = fc.constantFrom(
    ...["DTSTART", "RRULE", "EXDATE", "RDATE", "TZID", "BEGIN", "END", "VEVENT", "FREQ", "COUNT"],
    ...["DAILY", "UTC", "20260105T090000", "20260105", "Z", "2", "MO", ":", ";", "=", ",", "\\n"],
    ...["\n", "\r\n", " ", "\n ", '"', "/", "VALUE", "DATE"],
  );
  fc.assert(
    fc.property(fc.array(word, { maxLength: 30 }), (words) => {
      const compiled = compile("core.timer", { type: "rrule", rule: words.join("") }, ANCHOR);
      if (compiled.ok) compiled.timer.next(ANCHOR);
      else assertEquals(compiled.problems.length > 0, true);
    }),
    { numRuns: 2000 },
  );
});
