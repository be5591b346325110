import type { TriggerParams } from "../../src/domain/rule.ts";
import { compile } from "../../src/schedule/kinds.ts";
import { type Deviation, type Outcome, outcomesOf } from "./conformance.ts";
import { firstOf } from "./support.ts";
import cron from "../testdata/cron.json" with { type: "json" };

// The tests of other engines, see the `source` of each case. Where they contradict each other, or us, it
// is written down here, case by case.

type CronCase = typeof cron.cases[number];

/** Where a source has another policy that a rule of ours can ask for. */
const OPTIONS_BY_TAG: Readonly<Record<string, TriggerParams>> = {
  "policy:gap-shift": { dst_gap: "shift" },
  "policy:gap-skip": { dst_gap: "skip" },
  "seconds-no-fixup": { dst_gap: "skip" },
  "policy:overlap-fixed-twice": { dst_overlap: "both" },
  "policy:overlap-range-twice": { dst_overlap: "both" },
};

/** Cases that we answer otherwise. */
const ACCEPTED: readonly Deviation[] = [
  {
    reason: '"?" stands in the day fields alone (Cronos and gronx: anywhere)',
    ids: "0381 1264 1265",
  },
  {
    reason:
      "A day field that begins with a star leaves the choice to the other one, as in Vixie cron " +
      "(dragonmantank's and croniter's default: either)",
    ids: "1359 1395",
  },
  {
    reason:
      "A job with a wildcard or step in its time of day follows real time: it runs no time that " +
      "a gap leaves out (Cronos makes up for one, cron-parser shifts each)",
    ids: "0413 0417 0419 0421 0423 0429 1410",
  },
  { reason: "... and all that come twice (cronosjs leaves out the second)", ids: "1432" },
  { reason: "A gap of two hours shifts by two (cron-parser: by one)", ids: "1418" },
  { reason: "@every_second is refused (Cronos only)", ids: "1057" },
  {
    reason: "A step greater than the field is refused (Debian's cron takes */100)",
    ids: "1151 1152",
  },
  {
    reason: "The source errs: n-7 leaves Sunday out, where another suite has it in the same case",
    ids: "1218 1221",
  },
  {
    reason:
      "31W on a Sunday is the Friday before it, as in Quartz and OCPS 1.3 (Spring leaves it out)",
    ids: "1513",
  },
];

/** What became of each case. */
export function cronOutcomes(): readonly Outcome[] {
  const cases = cron.cases.map((it) => ({
    id: it.id,
    expected: it.expected_next,
    got: answerTo(it),
  }));
  return outcomesOf(cases, ACCEPTED, "cron");
}

/** The next runs, or the refusal; an expression refused because it never fires has none. */
function answerTo(it: CronCase): readonly string[] {
  const { expression, timezone } = it;
  const params = { expression, timezone, ...dayMatchOf(it), ...policyOf(it) };
  const compiled = compile("core.crontimer", params, 0);
  if (compiled.ok) return firstOf(compiled.timer, it.after, Math.max(1, it.expected_next.length));
  return compiled.problems.every((problem) => problem.endsWith("this one never fires"))
    ? []
    : compiled.problems;
}

function dayMatchOf({ expression, dom_dow: dayMatch }: CronCase): TriggerParams {
  if (dayMatch === "and") return { day_match: "and" };
  // Six fields mean "and" with us, and "or" in most of the sources.
  return expression.trim().split(/\s+/).length > 5 ? { day_match: "or" } : {};
}

function policyOf({ tags = [] }: CronCase): TriggerParams {
  return Object.assign({}, ...tags.map((tag) => OPTIONS_BY_TAG[tag]));
}
