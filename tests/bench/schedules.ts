import type { TriggerParams } from "../../src/domain/rule.ts";
import type { Outcome } from "../schedule/conformance.ts";
import { cronOutcomes } from "../schedule/cron_conformance.ts";
import { ruleOutcomes } from "../schedule/rrule_conformance.ts";
import { utcOf } from "../schedule/support.ts";
import cron from "../testdata/cron.json" with { type: "json" };
import rules from "../testdata/rrule.json" with { type: "json" };
import { nastyTimes } from "./nasty_times.ts";
import { atMost, type Benchmark, type Figure } from "./report.ts";
import { memoryOfRules } from "./rule_memory.ts";
import { cronAgainstCroner, schedulesInTime } from "./schedule_times.ts";

/** Schedules: that they are right, what they cost in time, and in memory. */
export const schedules: Benchmark = {
  about: "conformance, time and memory of cron, recurrence and interval schedules",
  async run() {
    const crons = distinct(cron.cases.map(({ expression, timezone }) => ({
      ...{ type: "cron", expression, timezone },
    })));
    const recurrences = distinct(rules.cases.map(({ rrule, dtstart, timezone }) => ({
      ...{ type: "rrule", rule: rrule, dtstart: utcOf(dtstart, timezone), timezone },
    })));
    return [
      ...conformance("cron", cronOutcomes()),
      ...conformance("rrule", ruleOutcomes()),
      ...schedulesInTime("cron", crons),
      ...schedulesInTime("rrule", recurrences),
      ...cronAgainstCroner(crons),
      ...nastyTimes(),
      ...await memoryOfRules(),
    ];
  },
};

function conformance(family: string, outcomes: readonly Outcome[]): readonly Figure[] {
  const count = (verdict: Outcome["verdict"]) =>
    outcomes.filter((it) => it.verdict === verdict).length;
  return [
    { name: `${family}: cases passed`, value: count("passed"), unit: `of ${outcomes.length}` },
    { name: `${family}: accepted deviations`, value: count("accepted"), unit: "" },
    atMost(0, { name: `${family}: cases failed`, value: count("failed"), unit: "" }),
  ];
}

function distinct(cases: readonly TriggerParams[]): readonly TriggerParams[] {
  return [...new Map(cases.map((params) => [JSON.stringify(params), params])).values()];
}
