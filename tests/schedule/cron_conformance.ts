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

/** Cases of crons that take both day fields together as soon as one of them starts with "*". */
const STAR_BIT = ["cron-1150", "cron-1255", "cron-1396"];

/** Cases that we answer otherwise. */
const ACCEPTED: readonly Deviation[] = [
  {
    reason: "A range that runs backwards is refused (OCPS 1.0; Cronos and cronosjs wrap it round)",
    ids: `0029 0032 0034 0038 0040 0065 0066 0069 0070 0071 0072 0073 0074 0075 0076 0078 0079 0080
      0097 0099 0100 0101 0103 0104 0131 0132 0133 0134 0136 0137 0166 0169 0171 0172 0196 0197 0199
      0200 0202 0204 0752 0754 0756 0757 0761 0762 0763 0764 0782 0783 0784 0785 0786 0787 0816 0819
      0820 0851 0853 0856 0857 0882 0883 0885 0886 0888 1216 1328 1330 1448 1449`,
  },
  {
    reason: '"L-3", days before the last of the month, is refused (Quartz and Cronos only)',
    ids: `0262 0263 0264 0265 0268 0273 0274 0275 0276 0278 0280 0283 0288 0290 0291 0368 0370 0371
      0373 0375 0377 0378 0392 0651 0652 0681 0944 0945 0946 0947 0948 0951 0952 0955 0956 0957 0958
      0960 0961 0963 0964 0967 0972 0973 0974 1030 1031 1032 1035 1036 1037 1038 1039`,
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
  { reason: "Names have three letters (gorhill/cronexpr takes whole ones)", ids: "1485 1486" },
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

function dayMatchOf({ id, expression, dom_dow: dayMatch }: CronCase): TriggerParams {
  if (dayMatch === "and" || STAR_BIT.includes(id)) return { day_match: "and" };
  // Six fields mean "and" with us, and "or" in most of the sources.
  return expression.trim().split(/\s+/).length > 5 ? { day_match: "or" } : {};
}

function policyOf({ tags = [] }: CronCase): TriggerParams {
  return Object.assign({}, ...tags.map((tag) => OPTIONS_BY_TAG[tag]));
}
