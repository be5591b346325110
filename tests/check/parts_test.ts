import { assertEquals, assertStringIncludes } from "@std/assert";
import { clockFindings } from "../../src/check/clock_part.ts";
import {
  examined,
  exitCodeOf,
  fine,
  PARTS,
  problem,
  skipped,
  warning,
} from "../../src/check/report.ts";
import { reportText } from "../../src/check/report_text.ts";
import { ExitCode } from "../../src/ground/exit.ts";

Deno.test("Each part of a check has an exit code of its own", () => {
  const codes = Object.values(PARTS);
  assertEquals(new Set([ExitCode.clean, ExitCode.unexpected, ...codes]).size, codes.length + 2);
});

Deno.test("The exit code of a check is that of the first part with a problem", () => {
  const wrong = problem("wrong", "mend it");
  assertEquals(exitCodeOf([]), 0);
  assertEquals(exitCodeOf([examined("api", [fine("well"), warning("odd", "look")])]), 0);
  assertEquals(exitCodeOf([skipped("api", "why"), examined("clock", [wrong])]), ExitCode.clock);
  assertEquals(
    exitCodeOf([examined("rules", [fine("well"), wrong]), examined("queues", [wrong])]),
    ExitCode.rules,
  );
});

Deno.test("What others named cannot steer the terminal that a report is printed on", () => {
  const rule = problem("Rule 7 (a.\x1b[2J\x9b31m\nred)", "Correct it");
  assertStringIncludes(
    reportText([examined("rules", [rule])]),
    String.raw`PROBLEM  Rule 7 (a.\u001b[2J\u009b31m\u000ared)`,
  );
});

const skews: readonly (readonly [ms: number, level: string, text: string])[] = [
  [0, "ok", "In step with the API's clock, within 2 s"],
  [2500, "warning", "2.5 s behind the API's clock"],
  [-3000, "warning", "3.0 s ahead of the API's clock"],
  [10_001, "problem", "10.0 s behind the API's clock"],
  [-60_000, "problem", "60.0 s ahead of the API's clock"],
];
for (const [ms, level, text] of skews) {
  Deno.test(`A clock ${ms} ms from the API's is told as: ${level}`, () => {
    const [found] = clockFindings(ms);
    assertEquals([found?.level, found?.text, found?.facts], [level, text, { skew_ms: ms }]);
  });
}
