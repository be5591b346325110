import { compile } from "../../src/schedule/kinds.ts";
import { type Deviation, type Outcome, outcomesOf } from "./conformance.ts";
import { firstOf, utcOf } from "./support.ts";
import corpus from "../testdata/rrule.json" with { type: "json" };

// The tests of RFC 5545 and of other engines, see the `source` of each case. Where they contradict each
// other, or us, it is written down here, case by case.

type RuleCase = typeof corpus.cases[number];

/** Cases that we answer otherwise. */
const ACCEPTED: readonly Deviation[] = [
  {
    reason: "RFC 5545 3.3.10 forbids BYWEEKNO unless FREQ is YEARLY; dateutil gives it a meaning",
    ids: `0230 0231 0232 0233 0259 0260 0262 0287 0289 0291 0316 0319 0320 0346 0347 0348 0349 0374
      0375 0376 0471`,
  },
  {
    reason: "... BYYEARDAY when FREQ is DAILY, WEEKLY or MONTHLY",
    ids: "0225 0227 0228 0254 0283",
  },
  { reason: "... BYMONTHDAY when FREQ is WEEKLY", ids: "0246 0247" },
  {
    reason: "... a number with BYDAY unless FREQ is MONTHLY or YEARLY",
    ids: "0249 0251 0278 0336 0338 0367",
  },
  { reason: "... COUNT together with UNTIL", ids: "0480 0481" },
  {
    reason:
      "BYMONTHDAY expands a year over all months, as the table of RFC 5545 3.3.10 has it and " +
      "dateutil does (libical and ical4j stay in the month of DTSTART)",
    ids: "0112 0113 0614 0615",
  },
  {
    reason: "A DTSTART that the rule does not match is no occurrence (sabre makes it one)",
    ids: "0419 0456 0462 0464 0465 0466",
  },
  {
    reason:
      "With INTERVAL, years are those of the calendar, as for every other part; libical counts " +
      "the years of week numbers from that of DTSTART's week in these, and not in 0167 and 0168",
    ids: "0176 0179",
  },
  {
    reason: "Hours without BY parts are elapsed time (sabre steps the clock on the wall)",
    ids: "0402 0404 0405 0406 0408",
  },
];

/** What became of each case. */
export function ruleOutcomes(): readonly Outcome[] {
  const cases = corpus.cases.map((it) => ({ id: it.id, expected: it.expected, got: answerTo(it) }));
  return outcomesOf(cases, ACCEPTED, "rrule");
}

/** The occurrences, or the refusal; a rule refused because it never fires has none. */
function answerTo({ dtstart, timezone, rrule, expected, complete }: RuleCase): readonly string[] {
  const params = { dtstart: utcOf(dtstart, timezone), timezone, rule: rrule };
  const compiled = compile("core.rruletimer", params, 0);
  if (compiled.ok) {
    const count = complete ? expected.length + 1 : Math.max(1, expected.length);
    return firstOf(compiled.timer, "1900-01-01T00:00:00Z", count);
  }
  return compiled.problems.every((problem) => problem.endsWith("this one never fires"))
    ? []
    : compiled.problems;
}
