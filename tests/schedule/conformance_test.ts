import { assertEquals } from "@std/assert";
import { instantFromText } from "../../src/schedule/instant.ts";
import { compile } from "../../src/schedule/kinds.ts";
import { cronOutcomes } from "./cron_conformance.ts";
import cron from "../testdata/cron.json" with { type: "json" };
import dateTimes from "../testdata/iso_datetime.json" with { type: "json" };

/** Expressions that a source refuses and we take. */
const ACCEPTED_INVALID: Readonly<Record<string, string>> = {
  "* * * * * * *": "Seven fields: the last is the year (Cronos has no years)",
  "* * * * SUNDAY ": "Whole names (gorhill/cronexpr takes them, too)",
  "* * 5-1 * *": "A range that wraps, as in Cronos and cronosjs",
  "* * * * MONL": "The last Monday (Spring and croner take a name before L)",
  "0/15 * * * *": "A step from a number on (only OCPS 1.0 refuses it)",
  "10/10 * * * *": "A step from a number on (only OCPS 1.0 refuses it)",
  "0 0 * * * *": 'Two unrestricted day fields (only Quartz insists on a "?")',
  "0 0 * 4 * *": 'Two unrestricted day fields (only Quartz insists on a "?")',
};

Deno.test("cron agrees with other engines' next runs, but for the deviations accepted", () => {
  const outcomes = cronOutcomes();
  assertEquals(outcomes.filter((it) => it.verdict === "failed"), []);
  const accepted = outcomes.filter((it) => it.verdict === "accepted");
  assertEquals([outcomes.length, accepted.length], [966, 20]);
});

Deno.test("cron refuses what other engines refuse, but for the deviations accepted", () => {
  const taken = cron.invalid.map(({ expression }) => expression).filter((expression) =>
    compile("core.crontimer", { expression }, 0).ok
  );
  assertEquals([...new Set(taken)].sort(), Object.keys(ACCEPTED_INVALID).sort());
  assertEquals([cron.invalid.length, taken.length], [259, 9]);
});

Deno.test("cron matches the instants that other engines match", () => {
  for (const { expression, timezone, at, matches } of cron.match) {
    const compiled = compile("core.crontimer", { expression, timezone, day_match: "or" }, 0);
    if (!compiled.ok) throw new Error(compiled.problems.join("; "));
    const instant = Date.parse(at);
    assertEquals(compiled.timer.next(instant - 1) === instant, matches, `${expression} at ${at}`);
  }
  assertEquals(cron.match.length, 37);
});

Deno.test("instantFromText agrees with public suites of RFC 3339 date-times", () => {
  for (const it of dateTimes.cases) {
    const instant = it.instant === undefined ? null : Date.parse(it.instant);
    assertEquals(instantFromText(it.input), it.valid ? instant : null, `${it.id} ${it.input}`);
  }
  assertEquals(dateTimes.cases.length, 75);
});
